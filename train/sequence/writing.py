"""Numbers as one hand writes them: digits with gaps, joins and signs; real numbers and words of real hands."""

import re
from dataclasses import replace

import numpy as np

from .digits import write_digit
from .number import Number
from .pool import Pool
from .signs import write_sign
from .strokes import Curve, Strokes, shaped, sized
from .style import Style, any_pen

Random = np.random.Generator
# Small zeros are written in one go.
_JOINED_ZEROS = 0.75


def write_number(pool: Pool, style: Style, text: str, height_px: float, random: Random) -> Number:
    """Writes a text of digits, signs and spaces."""
    number = Number(height_px)
    pen = max(1, round(style.pen * height_px))
    last_end: Curve | None = None
    ending = _ending_zeros(text)
    small = replace(style, joined=max(style.joined, _JOINED_ZEROS))
    for place, character in enumerate(text):
        if character == " ":
            number.along += height_px * random.uniform(0.25, 0.8)
            last_end = None
        elif character.isdigit():
            if style.zeros < 1 and place >= ending:
                last_end = write_digit(number, pool, small, 0, pen, last_end, random, style.zeros)
            else:
                last_end = write_digit(number, pool, style, int(character), pen, last_end, random)
        else:
            write_sign(number, pool, character, pen, random)
            last_end = None
    return number


def _ending_zeros(text: str) -> int:
    """Where the two or more zeros begin that end a text's digits; its length if there are none."""
    ending = re.search(r"0[^1-9]*$", text)
    return ending.start() if ending and ending.group().count("0") > 1 else len(text)


def write_real(pool: Pool, height_px: float, random: Random) -> Number:
    """A whole number of a real hand; where each of its digits stands is not known."""
    text, strokes = pool.numbers[random.integers(len(pool.numbers))]
    number = _write_whole(strokes, height_px, random)
    number.text = "".join(character for character in text if character.isdigit())
    number.placed = False
    return number


def write_word(pool: Pool, height_px: float, random: Random) -> Number:
    """A word without a digit."""
    return _write_whole(pool.words[random.integers(len(pool.words))], height_px, random)


def write_letter(number: Number, pool: Pool, style: Style, random: Random) -> None:
    """Adds a letter behind a number; none where the pool has none."""
    if not pool.letters:
        return
    group = pool.letters.get(style.writer) or pool.letters[str(random.choice(list(pool.letters)))]
    curves = sized(group[random.integers(len(group))], random.uniform(0.6, 1.15) * number.height_px)
    curves = shaped(curves, style.slant, 1.0)
    drop = number.height_px - max(curve[:, 1].max() for curve in curves) + random.normal(0, 0.06) * number.height_px
    number.add(curves, drop, max(1, round(style.pen * number.height_px)))
    number.along += number.height_px * random.uniform(0.0, 0.3)


def _write_whole(strokes: Strokes, height_px: float, random: Random) -> Number:
    number = Number(height_px)
    slant, aspect = random.normal(0, 0.12), np.exp(random.normal(0, 0.12))
    curves = shaped(sized(strokes, height_px * random.uniform(0.95, 1.2), widest=np.inf), slant, aspect)
    number.add(curves, 0.0, max(1, round(height_px * any_pen(random))))
    return number
