"""Pictures of the stages."""

import numpy as np

from edge_app import PageReader
from edge_app.page.explain import explain

from ..fake_classifier import TallInk
from ..made_wholes import Named
from ..pages import blank, write


def test_each_stage_is_a_picture() -> None:
    """From ink to page, in order, also of an empty page."""
    for image in (write(blank(), "274", (100, 300), 100), blank()):
        pictures = explain(image, PageReader(TallInk(), None, traced=True, sequence=None).read(image))
        assert list(pictures) == sorted(pictures)
        assert len(pictures) == 7
        assert all(picture.dtype == "uint8" and picture.size for picture in pictures.values())
    assert pictures["9-page"].shape == (480, 640, 3)


def test_what_reading_numbers_as_wholes_changed_is_drawn() -> None:
    """A digit that became another one is marked; where all stand, there is nothing but the ink."""
    page = blank()
    for x in (100, 170, 240):
        write(page, "7", (x, 150))
    pictures = {}
    for names in ("777", "727"):
        reader = PageReader(TallInk(7, 0.7, second=2), None, traced=True, sequence=Named(*names))
        pictures[names] = explain(page, reader.read(page))["8-numbers"]
    coloured = {names: np.ptp(picture.astype(int), axis=2) > 40 for names, picture in pictures.items()}
    assert not coloured["777"].any()
    assert coloured["727"][:, 170:235].any()
    assert not coloured["727"][:, :160].any()
    assert not coloured["727"][:, 270:].any()
