"""Strokes of a pen, brought to a size and varied as a hand varies them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
Strokes = Sequence[Curve]
Random = np.random.Generator


def sized(
    strokes: Strokes, height: float, jitter: float = 0.0, random: Random | None = None, widest: float = 1.6
) -> list[Curve]:
    """Strokes float64 (N, 2) of that height, unless they are much wider than high; the top left at 0.

    Args:
        strokes: y downwards.
        height: wanted, in pixels.
        jitter: of the hand, in heights.
        random: of the jitter; None for none.
        widest: from this many times as wide as high on, the width says how large it is.
    """
    together = np.concatenate(strokes)
    low, extent = together.min(axis=0), np.ptp(together, axis=0)
    scale = height / max(float(extent[1]), float(extent[0]) / widest, 1e-6)
    curves = [(stroke - low) * scale for stroke in strokes]
    if jitter and random is not None:
        curves = [curve + _waves(len(curve), jitter * height, random) for curve in curves]
    return [np.repeat(curve, 2, axis=0) if len(curve) == 1 else curve for curve in curves]


def shaped(curves: Strokes, slant: float, aspect: float) -> list[Curve]:
    """Sheared to the right and stretched, the top left at 0."""
    shape = np.array([[aspect, 0], [-slant, 1]])
    turned = [curve @ shape for curve in curves]
    low = np.concatenate(turned).min(axis=0)
    return [curve - low for curve in turned]


def join(start: Curve, end: Curve, height: float, random: Random) -> Curve:
    """The pen's way from one digit to the next, sagging or arched: float64 (8, 2)."""
    t = np.linspace(0, 1, 8)[:, None]
    bend = (start + end) / 2 + np.array([0.0, height * random.normal(0.04, 0.12)])
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end)


def _waves(count: int, spread: float, random: Random) -> Curve:
    """Smooth unsteadiness along a stroke, (count, 2)."""
    knots = max(2, min(count, 4 + count // 12))
    at, places = np.linspace(0, 1, knots), np.linspace(0, 1, count)
    return np.stack([np.interp(places, at, random.normal(0, spread, knots)) for _ in range(2)], axis=1)
