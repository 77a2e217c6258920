"""How likely a text is to a sequence reader, whatever way its digits are spread over the columns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..model.sequence_contract import BLANK

# Sums are brought back to 1 after this many columns: no digit's probability is below _LEAST, so none is lost before.
_LEAST, _COLUMNS_TOGETHER = 1e-7, 16
_NEVER = -1e30


def log_likelihoods(looks: Sequence[NDArray[np.float32]], texts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """CTC's forward sums (Graves et al. 2006, section 4.1) of several texts in several looks at once.

    Args:
        looks: columns of each, float32 (T, 11), probabilities of the digits and BLANK.
        texts: of digits 0 to 9 each; an empty one is all blanks.

    Returns:
        Natural logarithms, float64 (number of looks, number of texts).
    """
    # A shorter look goes on with columns that are surely blank: they change no text's sum.
    columns = np.zeros((len(looks), max(len(look) for look in looks), BLANK + 1))
    columns[:, :, BLANK] = 1.0
    for own, look in zip(columns, looks, strict=True):
        own[: len(look)] = np.maximum(look, _LEAST)
    size = 2 * max((len(text) for text in texts), default=0) + 1
    states = np.full((len(texts), size), BLANK)
    skips = np.zeros((len(texts), size))
    for row, text in enumerate(texts):
        states[row, 1 : 2 * len(text) : 2] = text
        # From one digit to the next without a blank, unless it is the same one.
        skips[row, 3 : 2 * len(text) : 2] = np.not_equal(text[1:], text[:-1])
    ends = np.array([2 * len(text) for text in texts])
    emitted = columns.transpose(1, 0, 2)[:, :, states]
    # Two states that are never entered stand before the first.
    padded = np.zeros((*emitted.shape[1:3], size + 2))
    alpha, one_back, two_back = padded[..., 2:], padded[..., 1:-1], padded[..., :-2]
    alpha[..., :2] = emitted[0, ..., :2]
    scale = np.zeros(emitted.shape[1:3])
    for number, column in enumerate(emitted[1:], 1):
        alpha[:] = (alpha + one_back + two_back * skips) * column
        if number % _COLUMNS_TOGETHER == 0:
            sums = alpha.sum(axis=-1)
            alpha /= sums[..., None]
            scale += np.log(sums)
    rows = np.arange(len(texts))
    before = np.where(ends > 0, alpha[:, rows, np.maximum(ends - 1, 0)], 0.0)
    total = alpha[:, rows, ends] + before
    return np.where(total > 0, scale + np.log(np.maximum(total, np.finfo(np.float64).tiny)), _NEVER)
