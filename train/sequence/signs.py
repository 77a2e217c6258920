"""Signs that stand in and beside numbers, drawn or by a real pen."""

import numpy as np

from .number import Number
from .pool import Pool
from .strokes import sized

Random = np.random.Generator
# In digit heights, y downwards from the digits' top.
_SIGNS = {
    ".": ((0.0, 0.97, 0.03, 1.0),),
    ",": ((0.06, 0.93, 0.07, 1.03, 0.0, 1.18),),
    "-": ((0.0, 0.55, 0.45, 0.53),),
    "=": ((0.0, 0.42, 0.45, 0.4), (0.0, 0.62, 0.45, 0.6)),
    "/": ((0.5, -0.1, 0.0, 1.1),),
    ":": ((0.0, 0.4, 0.02, 0.42), (0.0, 0.92, 0.02, 0.95)),
    "#": ((0.14, 0.1, 0.08, 1.0), (0.4, 0.08, 0.34, 0.98), (0.0, 0.38, 0.54, 0.36), (0.0, 0.7, 0.52, 0.68)),
    "x": ((0.0, 0.5, 0.4, 0.98), (0.4, 0.5, 0.0, 0.98)),
    "*": ((0.2, 0.1, 0.2, 0.5), (0.03, 0.2, 0.37, 0.42), (0.37, 0.2, 0.03, 0.42)),
    "~": ((0.0, 0.6, 0.2, 0.45, 0.4, 0.6, 0.6, 0.46, 0.8, 0.56),),
}
# Of real ones: how large they are and where their top is.
_SIZES = {"-": 0.3, "=": 0.45, ".": 0.05, ",": 0.25}
_TOPS = {"-": 0.5, "=": 0.35, ".": 0.95, ",": 0.9}


def write_sign(number: Number, pool: Pool, name: str, pen: int, random: Random) -> None:
    """Adds a sign to a number; leaves a gap where neither a drawn nor a real one is known."""
    height = number.height_px
    number.along += height * (random.uniform(-0.02, 0.2) if number.text else 0.0)
    real = pool.signs.get(name)
    if name in _SIGNS and (not real or random.random() < 0.6):
        curves = [np.array(stroke).reshape(-1, 2) + random.normal(0, 0.025, (len(stroke) // 2, 2))
                  for stroke in _SIGNS[name]]  # fmt: skip
        curves = [curve * height * random.uniform(0.7, 1.3, 2) if name in "-=~" else curve * height for curve in curves]
        top = 0.0
    elif real:
        any_size = random.uniform(0.7, 1.2)
        curves = sized(real[random.integers(len(real))], _SIZES.get(name, any_size) * height)
        any_top = random.uniform(0.0, 0.2)
        top = _TOPS.get(name, any_top) * height
    else:
        return
    low = min(float(curve[:, 0].min()) for curve in curves)
    pen = max(1, round(pen * random.uniform(0.9, 1.5))) if name in ".," else pen
    number.add([curve - np.array([low, 0.0]) for curve in curves], top, pen)
    number.along += height * random.uniform(0.0, 0.15)
