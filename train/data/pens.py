"""Pen trajectories drawn as ink: with a pen and a hand of their own, or plain; digits as MNIST's images are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_app.page.normalise import normalise

from .allographs import draw_curves

Stroke = NDArray[np.float64]
Random = np.random.Generator
_BODY_PX = 80
# Of the unsteadiness: how many bends fit into the trajectory's side, and the most in one stroke.
_BEND, _MAX_BENDS = 0.25, 200


@dataclass(frozen=True)
class PenStyle:
    """What a trajectory does not say, or what may differ from it.

    Attributes:
        width: of the pen, in heights of the digit.
        slant: shear to the right, in heights.
        aspect: width by height, beside the trajectory's own.
        turn_rad: counter-clockwise.
        jitter: standard deviation of the unsteadiness, in heights.
    """

    width: float = 0.1
    slant: float = 0.0
    aspect: float = 1.0
    turn_rad: float = 0.0
    jitter: float = 0.0

    @classmethod
    def any(cls, random: Random) -> "PenStyle":
        """Some pen in some hand near the trajectory's own."""
        return cls(
            width=float(np.clip(random.normal(0.11, 0.035), 0.05, 0.22)),
            slant=float(random.normal(0, 0.15)),
            aspect=float(np.exp(random.normal(0, 0.12))),
            turn_rad=float(random.normal(0, 0.08)),
            jitter=float(random.uniform(0, 0.02)),
        )


PLAIN = PenStyle()


def digit_image(strokes: Sequence[Stroke], random: Random, style: PenStyle = PLAIN) -> NDArray[np.uint8]:
    """A trajectory as an image uint8 (28, 28) such as MNIST's.

    Args:
        strokes: float64 (N, 2) each, any unit, y downwards; at least one point in all.
        random: of the unsteadiness; the same generator gives the same image.
        style: the pen and the hand; the plain one draws the trajectory as it is.
    """
    return normalise(draw_curves(written(strokes, random, style), _BODY_PX, max(1, round(style.width * _BODY_PX))))


def written(strokes: Sequence[Stroke], random: Random, style: PenStyle = PLAIN) -> list[Stroke]:
    """A trajectory in a style, as curves float64 (N, 2) whose longer side is 1 high, for `draw_curves`."""
    return _sized(styled(_sized(strokes), random, style))


def styled(strokes: Sequence[Stroke], random: Random, style: PenStyle) -> list[Stroke]:
    """A trajectory about 1 high in a style, as curves float64 (N, 2), in the trajectory's own unit and place."""
    cos, sin = np.cos(style.turn_rad), np.sin(style.turn_rad)
    shape = np.array([[style.aspect, 0], [-style.slant, 1]]) @ np.array([[cos, -sin], [sin, cos]])
    return [_unsteady(curve, style.jitter, random) @ shape for curve in strokes]


def _sized(strokes: Sequence[Stroke]) -> list[Stroke]:
    together = np.concatenate(strokes)
    low, side = together.min(axis=0), float(np.ptp(together, axis=0).max())
    # Of a single point OpenCV draws nothing, of a line without length a dot.
    return [np.repeat(curve, 2, axis=0) if len(curve) == 1 else curve
            for curve in ((stroke - low) / (side or 1.0) for stroke in strokes)]  # fmt: skip


def _unsteady(curve: Stroke, spread: float, random: Random) -> Stroke:
    """Moves the points smoothly: neighbours in the same direction."""
    if spread == 0:
        return curve
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    knots = min(int(way[-1] / _BEND), _MAX_BENDS) + 2
    at = np.linspace(0, way[-1], knots)
    moves = random.normal(0, spread, (2, knots))
    return np.asarray(curve + np.stack([np.interp(way, at, move) for move in moves], axis=1))
