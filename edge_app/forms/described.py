"""Forms with their pictures, as files hold them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..errors import FormError
from ..files.image import load_image, to_luma
from .field_checks import name as expected_name
from .form import Form, read_form

SUFFIX, PICTURE_SUFFIXES = ".toml", (".png", ".jpg", ".jpeg")
MAX_FORMS = 100


@dataclass(frozen=True)
class DescribedForm:
    """What a form reader is made of.

    Attributes:
        form: what stands where.
        picture: of the form, to find it by, uint8 (H, W); None if images are of the form alone.
    """

    form: Form
    picture: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)

    @property
    def sha256(self) -> str:
        """Hash of what it says and shows, hexadecimal."""
        digest = hashlib.sha256(self.form.to_toml().encode())
        if self.picture is not None:
            digest.update(repr(self.picture.shape).encode() + self.picture.tobytes())
        return digest.hexdigest()

    @classmethod
    def load(cls, form: Path, picture: Path | None = None) -> "DescribedForm":
        """Reads both files.

        Raises:
            FormError: the form's file is none.
            ImageError: the picture is none, or cannot be used.
        """
        described = read_form(form)
        return cls(described, None if picture is None else to_luma(load_image(picture)))


def forms_in(folder: Path) -> Mapping[str, DescribedForm]:
    """The forms of a folder by the names of their files: NAME.toml, and NAME.png or .jpg as its picture.

    Raises:
        FormError: no folder, no form in it, too many, a form that is none, or a name that a field could not have.
        ImageError: a picture that cannot be used.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    except OSError as error:
        raise FormError(f"expected a folder of forms, got {folder} ({error.strerror}); check the path") from error
    if not 0 < len(paths) <= MAX_FORMS:
        raise FormError(
            f"expected 1 to {MAX_FORMS} forms NAME{SUFFIX} in {folder}, got {len(paths)}; change the folder"
        )
    found = {}
    for path in paths:
        expected = expected_name(path.stem)
        if expected:
            raise FormError(f"expected a form's file to have a name of {expected}, got {path.name!r}; rename it")
        pictures = (path.with_suffix(suffix) for suffix in PICTURE_SUFFIXES)
        found[path.stem] = DescribedForm.load(path, next((each for each in pictures if each.exists()), None))
    return MappingProxyType(found)
