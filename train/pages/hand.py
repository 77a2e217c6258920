"""One hand with one pen: digits at any size, words, and the signs that stand beside numbers."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from skimage.morphology import skeletonize

from ..data.allographs import digit_curves, draw_curves
from ..data.augment import handwrite
from ..data.mnist import Split
from ..data.pen_pool import PenPool
from .glyph import Glyph, inked_glyph
from .ink import Ink, cut, sheared, turned
from .letters import CAPITAL, FREQUENT, SMALL, LetterStyle, write_word
from .pen_hand import PenHand
from .sheet import VISIBLE

Random = np.random.Generator
Source = Literal["mnist", "inked", "drawn", "pen"]
_SHARES: dict[Source, float] = {"mnist": 0.4, "inked": 0.42, "drawn": 0.18}
# Of hands where there are pens.
PEN_SHARE = 0.4
_INKED_PX = 56
# Strokes of signs, in digit heights, y downwards from the top of a digit.
_SIGNS = {
    ".": "0,96 2,100",
    ",": "4,94 6,102 0,116",
    "-": "0,55 50,52",
    "=": "0,42 48,40 | 0,64 48,62",
    "+": "0,55 50,53 | 25,30 25,78",
    "/": "60,0 0,100",
    ":": "0,40 2,43 | 0,92 2,96",
    "#": "14,10 8,100 | 40,8 34,98 | 0,38 54,36 | 0,70 52,68",
    "x": "0,50 40,98 | 40,50 0,98",
    "tick": "0,60 16,98* 56,10",
    "strike": "0,80 90,20",
    "wave": "0,60 14,45 28,60 42,48 56,62 70,50",
    "circle": "50,5 10,20 0,55 20,95 60,98 90,60 80,20 45,2",
    "arrow": "0,50 80,50 | 60,30 80,50* 60,70",
}


@dataclass(frozen=True)
class Hand:
    """How somebody writes.

    Attributes:
        digits: whose digits these are, one split of MNIST.
        random: of everything that differs from digit to digit.
        source: MNIST's own strokes, MNIST's shapes inked with this pen, drawn shapes, or a UNIPEN writer's.
        pen: width of the pen, in digit heights.
        slant: shear of the writing.
        letters: how it shapes words.
        uneven: how much the digits' heights differ, as the standard deviation of their logarithm.
        own: the UNIPEN writer, if the source is one.
    """

    digits: Split
    random: Random
    source: Source
    pen: float
    slant: float
    letters: LetterStyle
    uneven: float
    own: PenHand | None = None

    @classmethod
    def any(cls, digits: Split, random: Random, pens: PenPool | None = None) -> "Hand":
        """Some hand; of UNIPEN's writers, too, where there are pens."""
        own = PenHand.any(pens, random) if pens and pens.hands and random.random() < PEN_SHARE else None
        source: Source = "pen"
        if own is None:
            source = random.choice(list(_SHARES), p=list(_SHARES.values()))
        # Ball pens are the rule; markers are seen too.
        pen = float(np.clip(np.exp(random.normal(np.log(0.065), 0.5)), 0.03, 0.25))
        slant, letters = float(random.normal(0.05, 0.15)), LetterStyle.any(random, random.choice([0.0, 0.6, 0.95]))
        return cls(digits, random, source, pen, slant, letters, float(random.choice([0.06, 0.12, 0.28])), own)

    def glyph(self, height_px: float, clockwise_deg: float) -> Glyph:
        """A digit of about that height, turned."""
        if self.own is None:
            label, ink = self.digit(height_px)
            return Glyph(label, cut(turned(ink, -clockwise_deg)), (ink.shape[1], ink.shape[0]))
        varied_px = height_px * np.exp(self.random.normal(0, self.uneven))
        label, curves = self.own.digit(self.random)
        # A larger digit is written with the same pen.
        return inked_glyph(label, [curve * varied_px for curve in curves], self.pen_px(height_px), clockwise_deg)

    def pen_px(self, height_px: float) -> int:
        """Width of the pen where digits have that height."""
        return max(1, round(self.pen * height_px))

    def digit(self, height_px: float) -> tuple[int, Ink]:
        """A digit of about that height: its label, and its ink uint8 (h, w) cut to the visible strokes."""
        if self.own is not None:
            glyph = self.glyph(height_px, 0)
            return glyph.label, glyph.ink
        random = self.random
        height_px *= np.exp(random.normal(0, self.uneven))
        while True:
            index = int(random.integers(len(self.digits)))
            label, image = int(self.digits.labels[index]), self.digits.images[index]
            source = self.source if random.random() < 0.85 else "drawn"
            if source == "drawn":
                ink = draw_curves(digit_curves(label, random), height_px, self.pen_px(height_px))
            else:
                varied = _whole(handwrite(image, random), image)
                ink = self._inked(varied, height_px) if source == "inked" else self._enlarged(varied, height_px)
            ink = cut(sheared(ink, self.slant))
            if ink.size and ink.shape[0] >= 4:
                return label, ink

    def word(self, height_px: float, letters: int) -> Ink:
        """A word of letters `height_px` high (ascenders), uint8 (h, w); its line may lie anywhere in it."""
        random = self.random
        if self.own is not None and self.own.has_words:
            return cut(draw_curves(self.own.word(random, letters), height_px, self.pen_px(height_px)))
        word = "".join(random.choice(list(SMALL + FREQUENT), size=letters))
        if random.random() < 0.2:
            word = str(random.choice(list(CAPITAL))) + word[1:]
        if random.random() < 0.05:
            word = "".join(random.choice(list(CAPITAL), size=letters))
        curves = write_word(word, random, self.letters)
        ink = draw_curves(curves, height_px, self.pen_px(height_px))
        return cut(sheared(ink, self.slant + 0.15))

    def sign(self, name: str, height_px: float) -> Ink:
        """A sign out of SIGNS beside digits of that height, uint8 (h, w), h from the digits' top to its own end."""
        curves = []
        for stroke in _SIGNS[name].split("|"):
            points = np.array(
                [[float(part) / 100 for part in point.rstrip("*").split(",")] for point in stroke.split()]
            )
            curves.append(points + self.random.normal(0, 0.025, points.shape))
        ink = draw_curves(curves, height_px, max(1, round(self.pen * height_px * self.random.uniform(0.8, 1.3))))
        above = round(min(curve[:, 1].min() for curve in curves) * height_px)
        return np.pad(cut(ink), ((max(0, above), 0), (0, 0)))

    def _inked(self, image: Ink, height_px: float) -> Ink:
        """The middle line of MNIST's strokes, inked with this pen."""
        large = cv2.resize(image, (_INKED_PX, _INKED_PX), interpolation=cv2.INTER_CUBIC)
        middle = skeletonize(large > 110)  # type: ignore[no-untyped-call]
        y, x = np.nonzero(middle)
        if len(y) < 5:
            return self._enlarged(image, height_px)
        rows = np.flatnonzero((large > 110).any(axis=1))
        scale = height_px / (rows[-1] - rows[0] + 1)
        segments = []
        for dx, dy in ((1, 0), (0, 1), (1, 1), (-1, 1)):
            near = (x + dx >= 0) & (x + dx < _INKED_PX) & (y + dy < _INKED_PX)
            ends = x[near] + dx, y[near] + dy
            both = middle[ends[1], ends[0]]
            start = np.stack([x[near][both], y[near][both]], axis=1)
            segments.append(np.stack([start, start + np.array([dx, dy])], axis=1))
        lines = np.concatenate(segments) * scale
        pen_px = self.pen_px(height_px)
        rim = pen_px + 3
        low = lines.min(axis=(0, 1))
        width, height = (int(side) + 2 * rim + 1 for side in np.ptp(lines.reshape(-1, 2), axis=0))
        field = np.zeros((height, width), np.uint8)
        cv2.polylines(field, list(np.rint((lines - low + rim) * 8).astype(np.int32)), False, (255,), pen_px,
                      cv2.LINE_AA, 3)  # fmt: skip
        # The grid's stairs are not the hand's.
        soft = cv2.GaussianBlur(field, (0, 0), max(0.4, 0.45 * scale))
        return np.clip((soft.astype(np.float32) - 80) * 2.4, 0, 255).astype(np.uint8) if scale > 1 else field

    def _enlarged(self, image: Ink, height_px: float) -> Ink:
        rows = np.flatnonzero((image > VISIBLE).any(axis=1))
        scale = height_px / (rows[-1] - rows[0] + 1) if len(rows) else height_px / 20
        large = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        # Enlarged from 28 pixels, grey edges would look out of focus on paper: sharpen them.
        soft = cv2.GaussianBlur(large, (0, 0), 0.08 * scale + 0.3).astype(np.float32)
        return np.clip((soft - 70) * 2.2, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Hands:
    """Whose hands write on a page.

    Attributes:
        digits: one split of MNIST.
        pens: UNIPEN's writers; None draws as before there were any.
    """

    digits: Split
    pens: PenPool | None = None

    def any(self, random: Random) -> Hand:
        """One of them."""
        return Hand.any(self.digits, random, self.pens)


SIGNS = tuple(_SIGNS)


def _whole(varied: Ink, image: Ink) -> Ink:
    """The variation, unless the digit left the field or its stroke vanished."""
    inside = varied[0].max() == varied[-1].max() == varied[:, [0, -1]].max() == 0
    return varied if inside and varied.sum() > 0.7 * image.sum() else image
