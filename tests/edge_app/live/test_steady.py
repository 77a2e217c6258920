"""What the detector saw holds while a tile stays as it is."""

import numpy as np
from numpy.typing import NDArray

from edge_app.live.steady import KEPT_TILES, MAX_USES, SteadyNetwork
from edge_app.model.detector import Maps

from ..pages import write

SIDE = 160


class Counting:
    """A network that counts how often it runs, and answers with the count."""

    tile_px = SIDE

    def __init__(self) -> None:
        self.runs = 0

    def maps(self, _tile: NDArray[np.uint8]) -> Maps:
        """Three maps full of the count."""
        self.runs += 1
        return np.full((1, 1), self.runs, np.float32), np.zeros((1, 1, 4), np.float32), np.zeros((1, 1, 10), np.float32)


def ink(text: str, noise: float = 0, seed: int = 0) -> NDArray[np.uint8]:
    """A tile of ink with noise."""
    tile = write(np.zeros((SIDE, SIDE), np.uint8), text, (20, 100), 40, 200).astype(float)
    noisy = np.clip(tile + np.random.default_rng(seed).normal(0, noise, tile.shape), 0, 255)
    return np.asarray(noisy, np.uint8)


def test_noise_is_nothing_new() -> None:
    """The network runs once for tiles that differ in noise alone."""
    network = Counting()
    steady = SteadyNetwork(network)
    assert steady.tile_px == SIDE
    answers = {float(steady.maps(ink("27", 5, seed))[0][0, 0]) for seed in range(MAX_USES)}
    assert answers == {1.0}


def test_another_digit_or_place_is_new() -> None:
    """A 1 that became a 7, or moved by its own stroke's width."""
    network = Counting()
    steady = SteadyNetwork(network)
    for tile in (ink("21"), ink("27"), np.roll(ink("27"), 4, axis=1)):
        steady.maps(tile)
    assert network.runs == 3
    steady.maps(ink("21"))
    assert network.runs == 3


def test_what_stays_is_looked_at_anew_now_and_then() -> None:
    """A slow change (dusk) is not missed for ever."""
    network = Counting()
    steady = SteadyNetwork(network)
    for _ in range(5 * MAX_USES):
        steady.maps(ink("27"))
    assert network.runs == 5


def test_the_tiles_of_a_page_are_not_run_again_in_one_frame() -> None:
    """Each has its own turn, also the second time."""
    network = Counting()
    steady = SteadyNetwork(network)
    tiles, runs = [ink(text) for text in ("27", "31", "4", "508", "66")], []
    for _ in range(4 * MAX_USES):
        before = network.runs
        for tile in tiles:
            steady.maps(tile)
        runs.append(network.runs - before)
    assert (runs[0], max(runs[1:])) == (5, 1)
    assert sum(runs[1:]) >= 2 * len(tiles)


def test_only_so_many_tiles_are_kept() -> None:
    """The least recently seen is forgotten first."""
    network = Counting()
    steady = SteadyNetwork(network)
    tiles = [ink(str(number)) for number in range(100, 100 + KEPT_TILES + 1)]
    for tile in tiles:
        steady.maps(tile)
    runs = network.runs
    steady.maps(tiles[-1])
    assert network.runs == runs
    steady.maps(tiles[0])
    assert network.runs == runs + 1
