"""A form for people: its file with comments, what its fields accept, and its sheet as a file to print."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .fields import Field
from .form import Form

DOTS_PER_INCH = 254
COMMENTS = """\
# What stands where on a form; check it with: python -m edge_app form check FILE
# Each [[field]] may have:
#   name              of its column, and of its MQTT topic
#   box               left, top, right, bottom as parts of the form's width and height, 0 to 1
#   pattern           what the whole text must fit: "[0-9]{5}", "[1-9][0-9]{0,3}" ("[0-9]+" if it is left out)
#   min, max          of the number, as it is written
#   scale, unit       0.01 and "EUR" make 12.50 EUR of 1250
#   checksum          luhn, mod97, isbn, ean
#   only_rises        true: a smaller number than the one before waits until it is confirmed
#   max_step          by how much it may differ from the one before
#   device_class, state_class   Home Assistant's, such as "water" and "total_increasing"

"""


def commented(form: Form) -> str:
    """The text of a form's file, with what may be written in it."""
    return COMMENTS + form.to_toml()


def described(form: Form) -> list[str]:
    """Lines that say what each field accepts."""
    return [f"{form.name}: {len(form.fields)} fields", *(f"  {_accepted(field)}" for field in form.fields)]


def _accepted(field: Field) -> str:
    parts = [f"{field.name}: {_length(field)}, fits {field.pattern}"]
    if field.min is not None:
        parts.append(f"from {field.min}")
    if field.max is not None:
        parts.append(f"up to {field.max}")
    if field.checksum is not None:
        parts.append(f"check digit {field.checksum}")
    if field.scale is not None:
        parts.append(f"times {field.scale}")
    if field.unit is not None:
        parts.append(f"in {field.unit}")
    if field.only_rises:
        parts.append("only rises")
    if field.max_step is not None:
        parts.append(f"in steps of at most {field.max_step}")
    return ", ".join(parts)


def _length(field: Field) -> str:
    shortest, longest = field.compiled.shortest, field.compiled.longest
    if longest is None:
        return f"{shortest} or more characters"
    if longest == 1:
        return "1 character"
    return f"{longest} characters" if shortest == longest else f"{shortest} to {longest} characters"


def as_pdf(picture: NDArray[np.uint8]) -> bytes:
    """A page of the sheet's own size, uint8 (H, W) at DOTS_PER_INCH."""
    return _saved(picture, "PDF")


def as_png(picture: NDArray[np.uint8]) -> bytes:
    """The same as an image."""
    return _saved(picture, "PNG")


def _saved(picture: NDArray[np.uint8], kind: str) -> bytes:
    file = io.BytesIO()
    options: dict[str, object] = {"resolution": DOTS_PER_INCH} if kind == "PDF" else {"dpi": (DOTS_PER_INCH,) * 2}
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()
