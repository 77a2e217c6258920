"""The empty sheet."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_app.collect import template
from edge_app.collect.template import MARKER_PX, MARKERS_XY, PAGE_WH, boxes, draw_template, write_template
from edge_app.errors import OutputError


def test_a_hundred_boxes_lie_apart_from_print_and_marks() -> None:
    """Ten for each digit, all on the sheet, empty inside, and no mark in any."""
    sheet, places = draw_template(), boxes()
    assert len(places) == 100
    for x, y, width, height in places.values():
        assert x > 0 and y > 0 and x + width < PAGE_WH[0] and y + height < PAGE_WH[1]  # noqa: PT018
        assert sheet[y + 3 : y + height - 2, x + 3 : x + width - 2].min() == 255
        assert all(
            mark_x > x + width or mark_x + MARKER_PX < x or mark_y > y + height or mark_y + MARKER_PX < y
            for mark_x, mark_y in MARKERS_XY
        )


def test_it_is_written_as_a4(tmp_path: Path) -> None:
    """The PNG says 300 dpi, the PDF 210 x 297 mm; any other name is refused."""
    write_template(tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert np.array_equal(np.asarray(image), draw_template())
    write_template(tmp_path / "sheet.pdf")
    content = (tmp_path / "sheet.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    width, height = (float(part) for part in content.split(b"/MediaBox [ 0 0 ")[1].split(b" ]")[0].split())
    assert (width / 72 * 25.4, height / 72 * 25.4) == pytest.approx((210, 297), abs=0.1)
    with pytest.raises(OutputError, match=r"expected a name that ends in \.png or \.pdf, got .*sheet\.txt"):
        write_template(tmp_path / "sheet.txt")


def test_versions_share_no_mark() -> None:
    """A photo of one version is not taken for another's."""
    assert not set(template.marker_ids(1)) & set(template.marker_ids(2))
