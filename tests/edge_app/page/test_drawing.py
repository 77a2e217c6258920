"""The reading drawn onto the image."""

from pathlib import Path

import numpy as np
import pytest

from edge_app.errors import OutputError
from edge_app.files.image import load_image
from edge_app.page.drawing import DOUBTFUL_RGB, READ_RGB, REFUSED_RGB, AnnotatedNames, annotate, save_image
from edge_app.page.result import Digit, Line, Page

from ..pages import blank

DOUBTFUL_9 = Digit(None, 0.4, (100, 60, 30, 40), 9)


def test_read_and_refused_have_their_colours() -> None:
    """A read digit gets a green box, a doubtful one an amber one, refused ink red; the image stays as it was."""
    image = blank()
    page = Page((Line((Digit(4, 0.9, (50, 60, 30, 40)), DOUBTFUL_9)),), 640, 480, refused=((200, 200, 20, 20),))
    drawn = annotate(image, page)
    assert drawn.shape == (480, 640, 3)
    assert drawn[60, 65].tolist() == list(READ_RGB)
    assert drawn[60, 115].tolist() == list(DOUBTFUL_RGB)
    assert drawn[200, 210].tolist() == list(REFUSED_RGB)
    assert (image == blank()).all()


@pytest.mark.parametrize(
    ("name", "annotated"),
    [
        ("kniffel.jpg", "kniffel.annotated.jpg"),
        ("IMG_1.HEIC", "IMG_1.annotated.jpg"),
        ("page.png", "page.annotated.png"),
        ("scan.v2.tif", "scan.v2.annotated.png"),
        ("stdin", "stdin.annotated.png"),
        ("scan.tif-2", "scan-2.annotated.png"),
        ("2026-11-24.jpg~2", "2026-11-24~2.annotated.jpg"),
    ],
)
def test_the_picture_of_a_file_has_its_name(name: str, annotated: str) -> None:
    """A photo gives a JPEG, all else a PNG, which is kept to the pixel."""
    assert AnnotatedNames().of(name) == annotated


def test_two_files_give_two_pictures() -> None:
    """Of one name in two folders, or a phone's HEIC beside its JPEG."""
    names = AnnotatedNames()
    given = [names.of(name) for name in ("a.jpg", "a.jpg", "a.heic", "a.png")]
    assert given == ["a.annotated.jpg", "a~2.annotated.jpg", "a~3.annotated.jpg", "a.annotated.png"]


def test_a_photo_is_saved_as_jpeg(tmp_path: Path) -> None:
    """Its suffix says so."""
    save_image(blank(), tmp_path / "a.jpg")
    assert (tmp_path / "a.jpg").read_bytes().startswith(b"\xff\xd8\xff")


def test_saved_image_is_the_same(tmp_path: Path) -> None:
    """A picture comes back as it was, in a folder made for it."""
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    save_image(image, tmp_path / "new" / "a.png")
    assert (load_image(tmp_path / "new" / "a.png") == image).all()


def test_unwritable_folder_is_an_output_error(tmp_path: Path) -> None:
    """A folder that cannot be made is one clear error."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"expected .*, got .*; "):
        save_image(blank(), tmp_path / "file" / "a.png")
