"""Examples drawn from a pool of pens: digits of many writers, and letters that are no digits."""

import numpy as np
from numpy.typing import NDArray

from .pen_pool import PenPool
from .pens import PenStyle, digit_image

Random = np.random.Generator
# Letters that no hand writes like a digit; a Y may be a 4, a G a 6, an L a 2, a T a 7, an a a 9, an r a 1.
CLEAR_LETTERS = "AEFHKMNPRVWXdehkmnptvwx"


def pen_digits(pool: PenPool, count: int, random: Random) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Digits as images uint8 (count, 28, 28) with their labels int64 (count,); all labels that there are as often."""
    known = sorted({label for writer in pool.writers for label in writer.labels})
    labels = np.resize(np.array(known, np.int64), count if known else 0)
    chosen = balanced(pool, labels, random)
    images = [digit_image(pool.digits[int(number)], random, PenStyle.any(random)) for number in chosen]
    return np.array(images, np.uint8).reshape(-1, 28, 28), labels


def balanced(pool: PenPool, labels: NDArray[np.int64], random: Random) -> NDArray[np.int64]:
    """Numbers of digits with these labels, int64 (N,); each label must be there.

    A writer's share grows with the root of what there is of it: hundreds of one hand are not worth hundreds of hands.
    """
    chosen = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        of_label = [writer.digits[label] for writer in pool.writers if writer.digits[label]]
        numbers = np.concatenate([np.array(of_writer) for of_writer in of_label])
        shares = np.concatenate([np.full(len(of_writer), len(of_writer) ** -0.5) for of_writer in of_label])
        places = labels == label
        chosen[places] = random.choice(numbers, size=int(places.sum()), p=shares / shares.sum())
    return chosen


def pen_letters(pool: PenPool, count: int, random: Random) -> NDArray[np.uint8]:
    """Letters out of CLEAR_LETTERS as images uint8 (count, 28, 28), each letter that there is as likely."""
    of_letter = {
        letter: [number for writer in pool.writers for number in writer.letters.get(letter, ())]
        for letter in CLEAR_LETTERS
    }
    known = [numbers for numbers in of_letter.values() if numbers]
    images = []
    for _ in range(count if known else 0):
        numbers = known[random.integers(len(known))]
        images.append(digit_image(pool.letters[numbers[random.integers(len(numbers))]], random, PenStyle.any(random)))
    return np.array(images, np.uint8).reshape(-1, 28, 28)
