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
    skips = np.zeros((len(texts), size), bool)
    for row, text in enumerate(texts):
        states[row, 1 : 2 * len(text) : 2] = text
        # From one digit to the next without a blank, unless it is the same one.
        skips[row, 3 : 2 * len(text) : 2] = np.array(text[1:]) != np.array(text[:-1]) if len(text) > 1 else False
    ends = np.array([2 * len(text) for text in texts])
    alpha = np.full((len(texts), size), _NEVER)
    alpha[:, 0] = logs[0, BLANK]
    if size > 1:
        alpha[:, 1] = logs[0][states[:, 1]]
    for column in logs[1:]:
        stepped, skipped = np.full_like(alpha, _NEVER), np.full_like(alpha, _NEVER)
        stepped[:, 1:] = alpha[:, :-1]
        skipped[:, 2:] = np.where(skips[:, 2:], alpha[:, :-2], _NEVER)
        alpha = np.logaddexp(np.logaddexp(alpha, stepped), skipped) + column[states]
    rows = np.arange(len(texts))
    before = np.where(ends > 0, alpha[rows, np.maximum(ends - 1, 0)], _NEVER)
    return np.asarray(np.logaddexp(alpha[rows, ends], before))
