"""Joined-up letters as one pen draws them: each begins and ends near the line, so that they make words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.allographs import read_shape, through

# In hundredths of an ascender's height: the line is at 100, small letters reach up to 56, tails down to 138.
_LETTERS = {
    "a": "0,98 20,64 38,58* 22,56 10,76 16,98 30,90 40,58* 38,84 44,99 56,92",
    "b": "0,98 18,50 26,10 18,2 12,30 10,90 20,100 34,86 30,64 40,70 54,66",
    "c": "0,98 16,66 34,58 36,66* 26,56 10,74 14,98 30,100 48,88",
    "d": "0,98 20,64 36,58* 20,56 8,78 18,99 32,84 44,2* 40,80 46,99 58,92",
    "e": "0,98 18,84 34,68 24,55 12,72 16,98 32,99 50,86",
    "f": "0,98 22,60 36,14 26,2 18,30 18,120 10,138 6,124 20,98 44,90",
    "g": "0,98 20,64 36,58* 20,56 8,76 18,98 32,86 38,58* 34,120 16,138 8,126 30,104 52,90",
    "h": "0,98 18,50 26,8 16,4 12,50 10,100* 16,70 30,56 36,70 34,96 46,99 54,92",
    "i": "0,98 14,58* 12,88 20,99 34,90 | 15,36 17,38",
    "j": "0,98 14,58* 12,120 0,138 -8,124 12,104 34,90 | 15,36 17,38",
    "k": "0,98 18,50 26,8 16,4 12,50 10,100* 16,72 32,58 30,74 18,78* 32,98 48,92",
    "l": "0,98 22,50 26,10 16,4 10,50 12,94 24,100 38,90",
    "m": "0,98 8,58* 8,99* 12,70 24,56 28,70 26,99* 32,68 44,56 48,72 46,96 54,99 62,92",
    "n": "0,98 8,58* 8,99* 12,70 24,56 32,64 30,94 40,99 50,92",
    "o": "0,98 18,62 28,56* 12,64 10,88 24,100 38,82 30,58 36,66 52,64",
    "p": "0,98 12,58* 10,138* 12,74 26,56 38,70 30,96 14,94* 40,99 50,92",
    "q": "0,98 20,64 36,58* 20,56 8,76 18,98 32,86 38,58* 36,136 46,110 54,92",
    "r": "0,98 12,60 14,54 24,62 32,60 28,88 36,99 48,92",
    "s": "0,98 20,56* 30,80 26,98 10,96* 30,99 44,92",
    "t": "0,98 22,20* 16,84 24,99 38,92 | 6,44 34,42",
    "u": "0,98 10,58* 8,88 18,99 32,86 36,58* 34,90 42,99 52,92",
    "v": "0,98 10,60 18,70 22,98 38,62 44,64 54,62",
    "w": "0,98 8,60 12,92 22,98 30,64* 32,94 44,92 52,60 62,62",
    "x": "0,98 12,58 22,66 30,96 44,92 | 38,58 8,98",
    "y": "0,98 10,58* 10,86 22,94 34,80 38,58* 32,122 14,138 8,124 30,104 50,92",
    "z": "0,98 10,62 30,58* 10,98 24,92 34,110 24,136 12,126 30,106 50,94",
    "A": "4,100 30,0* 52,100 | 14,62 46,60",
    "C": "52,12 36,0 8,30 8,78 30,100 56,86",
    "D": "14,0 12,100* 40,96 60,60 44,10 6,2",
    "E": "52,6 20,4 16,40 40,44* 10,60 14,98 50,94",
    "F": "18,4 14,100 | 4,4 56,0 | 8,46 44,44",
    "H": "8,0 6,100 | 50,0 48,100 | 6,52 50,48",
    "J": "40,2 40,80 22,100 4,84",
    "K": "10,0 8,100 | 50,2 10,54* 54,98",
    "L": "16,0 12,60 8,98* 54,96",
    "M": "4,100 12,2* 34,70* 54,2* 62,100",
    "N": "6,100 10,0* 46,98* 50,0",
    "P": "12,0 10,100 | 6,8 40,0 48,28 12,54",
    "R": "12,0 10,100 | 6,8 40,0 46,28 12,52* 50,100",
    "T": "4,6 60,0 | 32,4 28,100",
    "U": "6,0 8,80 26,100 46,80 50,0* 50,100",
    "V": "4,0 26,100* 50,0",
    "W": "2,0 16,98* 32,30* 46,98* 64,0",
}
_ACCENTS = [
    np.array(points) / 100 for points in (((0, 38), (10, 26)), ((0, 28), (6, 38), (14, 26)), ((0, 34), (18, 32)))
]
_ACCENTED = 0.06
_SMALL_HEIGHT = 0.44
SMALL = "".join(letter for letter in _LETTERS if letter.islower())
FREQUENT = "aaeeiioounrstl"
CAPITAL = "".join(letter for letter in _LETTERS if letter.isupper())
LETTERS = {letter: read_shape(shape) for letter, shape in _LETTERS.items()}

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class LetterStyle:
    """How somebody shapes letters.

    Attributes:
        unsteady: standard deviation of the points, in ascenders' heights.
        joined: chance that a small letter goes on from the one before, in [0, 1].
        stretch: width of the letters, as a multiple of the school's.
        body: height of small letters, as a multiple of the school's.
        hurried: chance that a point is left out, which rounds or flattens the letter there.
    """

    unsteady: float
    joined: float
    stretch: float = 1.0
    body: float = 1.0
    hurried: float = 0.0

    @classmethod
    def any(cls, random: np.random.Generator, joined: float) -> "LetterStyle":
        """A random style."""
        stretch, body = np.exp(random.normal(0, 0.25)), np.exp(random.normal(0, 0.2))
        return cls(random.uniform(0.012, 0.055), joined, float(stretch), float(body), random.choice([0.0, 0.05, 0.15]))


def write_word(word: str, random: np.random.Generator, style: LetterStyle) -> list[Curve]:
    """A word as curves, float64 (N, 2), in units of an ascender's height with the line at y = 1.

    Args:
        word: out of SMALL and CAPITAL.
        random: of the hand.
        style: of the letters.
    """
    curves: list[Curve] = []
    x, pen = 0.0, None
    for letter in word:
        strokes = LETTERS[letter]
        width = max(float(points[:, 0].max()) for points, _ in strokes)
        for index, (points, corners) in enumerate(strokes):
            moved = points + random.normal(0, style.unsteady, points.shape) + [x, random.normal(0, style.unsteady)]
            goes_on = index == 0 and pen is not None and letter.islower() and random.random() < style.joined
            kept = random.random(len(points)) >= style.hurried
            # The stroke that would have joined it.
            kept[0] = goes_on or not (letter.islower() and index == 0 and len(points) > 3)
            kept[-1] = kept[len(points) // 2] = True
            if goes_on and pen is not None:
                moved[0] = pen
            curves.append(through(moved[kept], corners[kept]))
            if index == 0:
                pen = moved[-1] if letter.islower() else None
        if random.random() < _ACCENTED and letter in "aceinorsuyz":
            accent = _ACCENTS[random.integers(len(_ACCENTS))]
            curves.append(accent + np.array([x + random.uniform(0.1, 0.25), random.normal(0, 0.03)]))
        x += width * random.uniform(0.85, 1.1) + (0 if random.random() < style.joined else 0.06)
    return [_shaped(curve, style) for curve in curves]


def _shaped(curve: Curve, style: LetterStyle) -> Curve:
    """Stretched, with the height of the small letters' body changed."""
    above = np.clip(1 - curve[:, 1], 0, _SMALL_HEIGHT)
    return np.stack([curve[:, 0] * style.stretch, curve[:, 1] - above * (style.body - 1)], axis=1)
