"""Ready-made forms: files that can be read again, sheets that can be printed, and found."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from edge_app.commands.form import KINDS as COMMAND_KINDS
from edge_app.forms.form import parse_form
from edge_app.forms.printing import as_pdf, as_png, commented, described
from edge_app.forms.ready_made import KINDS, ready_made


def test_the_command_knows_all_of_them() -> None:
    """It names them without loading them."""
    assert tuple(KINDS) == COMMAND_KINDS


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_form_comes_back_from_its_file(kind: str) -> None:
    """Comments and all; every key that a comment names is one that a field may have."""
    made = ready_made(kind)
    assert parse_form(commented(made.form)) == made.form
    assert len(described(made.form)) == len(made.form.fields) + 1


@pytest.mark.parametrize("kind", list(KINDS))
def test_fields_are_empty_paper_within_frames(kind: str) -> None:
    """Nothing is printed where people write, but strokes between cells; beside a field there is print."""
    made = ready_made(kind)
    height, width = made.picture.shape
    for field in made.form.fields:
        left, top, right, bottom = (
            round(part * side) for part, side in zip(field.box, (width, height, width, height), strict=True)
        )
        inside = made.picture[top + 8 : bottom - 8, left + 8 : right - 8]
        # A stroke is black from top to bottom.
        assert (np.ptp(inside, axis=0) < 60).all(), field.name
        assert made.picture[top - 3 : top + 4, left:right].min() < 60


def test_a_sheet_prints_at_its_own_size() -> None:
    """The PDF's page in points, and the picture's dots an inch: A5 across is 210 by 148 mm."""
    picture = ready_made("score-card").picture
    (box,) = re.findall(rb"/MediaBox \[ *([\d. ]+)\]", as_pdf(picture))
    assert [float(side) * 25.4 / 72 for side in box.split()[2:]] == pytest.approx([210, 148], abs=0.1)
    with Image.open(io.BytesIO(as_png(picture))) as image:
        assert image.info["dpi"] == pytest.approx((254, 254), abs=0.1)
        assert np.array_equal(np.asarray(image), picture)
