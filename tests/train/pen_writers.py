"""Writers as UNIPEN has them, made from the project's own shapes."""

import numpy as np

from train.data.allographs import digit_curves
from train.data.unipen import Trajectory
from train.pages.letters import LetterStyle, write_word


def digit(label: int, writer: str, seed: int) -> Trajectory:
    """A digit on a tablet of 1,000 units."""
    curves = digit_curves(label, np.random.default_rng([label, seed]))
    return Trajectory(str(label), writer, tuple(curve * 1000 + 300 for curve in curves), f"{writer} {label} {seed}")


def word(text: str, writer: str) -> Trajectory:
    """Letters in one line."""
    curves = write_word(text, np.random.default_rng(len(text)), LetterStyle(0.0, 0.5))
    return Trajectory(text, writer, tuple(curve * 200 + 7 for curve in curves), f"{writer} {text}")


def digits_of(*writers: str, each: int = 2) -> list[Trajectory]:
    """All ten digits of each writer, in as many samples."""
    return [digit(label, writer, seed) for writer in writers for label in range(10) for seed in range(each)]
