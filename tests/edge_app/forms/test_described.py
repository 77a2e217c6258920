"""Forms of a folder, by name."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_app.errors import FormError, ImageError
from edge_app.forms.described import forms_in

TEXT = '[form]\nname = "n"\n[[field]]\nname = "a"\nbox = [0.0, 0.0, 1.0, 1.0]\n'


def test_a_form_has_the_picture_beside_it(tmp_path: Path) -> None:
    """PNG before JPEG; without one it has none; other files are left alone."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(TEXT)
    (tmp_path / "notes.txt").write_text("x")
    cv2.imwrite(str(tmp_path / "one.png"), np.full((50, 60, 3), 255, np.uint8))
    found = forms_in(tmp_path)
    assert list(found) == ["one", "two"]
    assert found["one"].picture is not None
    assert found["one"].picture.shape == (50, 60)
    assert found["two"].picture is None


def test_a_bad_folder_is_refused(tmp_path: Path) -> None:
    """In one line that names the file."""
    with pytest.raises(FormError, match="expected a folder of forms"):
        forms_in(tmp_path / "none")
    with pytest.raises(FormError, match="expected 1 to 100 forms"):
        forms_in(tmp_path)
    (tmp_path / "a+b.toml").write_text(TEXT)
    with pytest.raises(FormError, match=r"a\+b"):
        forms_in(tmp_path)
    (tmp_path / "a+b.toml").rename(tmp_path / "a.toml")
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(ImageError):
        forms_in(tmp_path)
    (tmp_path / "a.toml").write_text("x = 1")
    with pytest.raises(FormError, match=r"a\.toml"):
        forms_in(tmp_path)
