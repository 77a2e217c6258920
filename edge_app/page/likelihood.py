"""How likely a text is to a sequence reader, whatever way its digits are spread over the columns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..model.sequence_contract import BLANK

_NEVER = -1e30


def log_likelihoods(columns: NDArray[np.float32], texts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """CTC's forward sums (Graves et al. 2006, section 4.1) of several texts at once.

    Args:
        columns: float32 (T, 11), probabilities of the digits and BLANK.
        texts: of digits 0 to 9 each; an empty one is all blanks.

    Returns:
        Natural logarithms, float64 (number of texts,).
    """
    logs = np.log(np.maximum(columns, 1e-7)).astype(np.float64)
    size = 2 * max((len(text) for text in texts), default=0) + 1
    states = np.full((len(texts), size), BLANK)
    skips = np.full((len(texts), size), _NEVER)
    for row, text in enumerate(texts):
        states[row, 1 : 2 * len(text) : 2] = text
        # From one digit to the next without a blank, unless it is the same one.
        skips[row, 3 : 2 * len(text) : 2] = np.where(np.equal(text[1:], text[:-1]), _NEVER, 0)
    ends = np.array([2 * len(text) for text in texts])
    emitted = logs[:, states]
    # Two states that are never entered stand before the first.
    padded = np.full((len(texts), size + 2), _NEVER)
    alpha = padded[:, 2:]
    alpha[:, :2] = emitted[0, :, :2]
    for column in emitted[1:]:
        stayed_or_stepped = np.logaddexp(alpha, padded[:, 1:-1])
        alpha[:] = np.logaddexp(stayed_or_stepped, padded[:, :-2] + skips) + column
    rows = np.arange(len(texts))
    before = np.where(ends > 0, alpha[rows, np.maximum(ends - 1, 0)], _NEVER)
    return np.asarray(np.logaddexp(alpha[rows, ends], before))
