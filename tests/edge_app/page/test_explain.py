"""Pictures of the stages."""

from edge_app import PageReader
from edge_app.page.explain import explain

from ..fake_classifier import TallInk
from ..pages import blank, write


def test_each_stage_is_a_picture() -> None:
    """From ink to page, in order, also of an empty page."""
    for image in (write(blank(), "274", (100, 300), 100), blank()):
        pictures = explain(image, PageReader(TallInk(), None, traced=True, sequence=None).read(image))
        assert list(pictures) == sorted(pictures)
        assert len(pictures) == 7
        assert all(picture.dtype == "uint8" and picture.size for picture in pictures.values())
    assert pictures["9-page"].shape == (480, 640, 3)
