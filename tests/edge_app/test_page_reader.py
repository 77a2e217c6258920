"""From an image to a page."""

import numpy as np
import pytest

from edge_app import PageReader
from edge_app.errors import ImageError

from .fake_classifier import TallInk
from .pages import blank, write


def test_digits_come_in_lines_with_boxes_of_the_input() -> None:
    """What is read lies where it was drawn, in pixels of the input, whatever its size."""
    page = write(write(blank(), "247", (100, 150)), "93", (100, 300))
    small = PageReader(TallInk(7), detector=None).read(page)
    assert small.text == "777\n77"
    assert (small.width, small.height) == (640, 480)
    large = PageReader(TallInk(7), detector=None).read(np.kron(page, np.ones((5, 5), np.uint8)))
    assert large.text == small.text
    for a, b in zip(small.lines[0].digits, large.lines[0].digits, strict=True):
        assert np.allclose(np.array(a.box) * 5, b.box, atol=15)


def test_grey_and_colour_give_the_same_page() -> None:
    """An RGB image of grey pixels reads like the luma."""
    page = write(blank(), "36", (100, 150))
    reader = PageReader(TallInk(), detector=None)
    assert reader.read(page) == reader.read(np.dstack([page] * 3))


def test_reading_changes_neither_image_nor_reader() -> None:
    """The same image in gives the same page out, and the image stays as it was."""
    page = write(blank(), "36", (100, 150))
    before = page.copy()
    reader = PageReader(TallInk(), detector=None)
    assert reader.read(page) == reader.read(page)
    assert (page == before).all()


def test_a_blank_page_is_empty() -> None:
    """No ink, no lines."""
    page = PageReader(TallInk(), detector=None).read(blank())
    assert page.lines == ()
    assert page.text == ""


def test_read_only_and_strided_images_are_taken() -> None:
    """Views into a camera's buffer work."""
    page = write(blank(), "36", (100, 150))
    view = np.dstack([page] * 4)[:, :, :3]
    view.setflags(write=False)
    assert PageReader(TallInk(), detector=None).read(view).text == "11"


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((31, 100), np.uint8),
        np.zeros((100, 100), np.float32),
        np.zeros((100, 100, 4), np.uint8),
        np.zeros((100,), np.uint8),
        [[0] * 40] * 40,
    ],
)
def test_what_is_no_image_is_refused(image: object) -> None:
    """Wrong size, dtype, shape or type: an ImageError that says what was expected."""
    with pytest.raises(ImageError, match=r"expected .* got "):
        PageReader(TallInk(), detector=None).read(image)  # type: ignore[arg-type]
