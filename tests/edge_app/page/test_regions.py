"""Reading only some places of an image."""

import pytest

from edge_app import PageReader
from edge_app.errors import ImageError
from edge_app.page.regions import Region, parse_region, read_regions

from ..fake_classifier import TallInk
from ..pages import blank, write


def test_only_the_regions_are_read_in_their_order() -> None:
    """Lines carry the region's name and boxes of the whole image; the rest is left out."""
    page = write(write(write(blank(), "22", (50, 100)), "333", (350, 250)), "4444", (50, 420))
    regions = [Region("sum", (300, 180, 300, 120)), Region("top", (20, 20, 200, 120))]
    found = read_regions(PageReader(TallInk(5), detector=None, sequence=None).read, page, regions)
    assert [(line.region, line.text) for line in found.lines] == [("sum", "555"), ("top", "55")]
    assert all(digit.box[0] >= 340 and digit.box[1] >= 185 for digit in found.lines[0].digits)
    assert (found.width, found.height) == (640, 480)


def test_no_region_reads_all() -> None:
    """Without regions it is the page as ever."""
    page = write(blank(), "22", (50, 100))
    reader = PageReader(TallInk(5), detector=None, sequence=None)
    assert read_regions(reader.read, page, []) == reader.read(page)


def test_a_region_outside_is_an_error() -> None:
    """A place that the image does not have is one clear line."""
    with pytest.raises(ImageError, match=r"expected region total within 640x480 pixels, got .*; "):
        read_regions(
            PageReader(TallInk(), detector=None, sequence=None).read, blank(), [Region("total", (600, 0, 100, 100))]
        )


def test_regions_are_parsed() -> None:
    """With a name or without."""
    assert parse_region("total=1,2,33,40") == Region("total", (1, 2, 33, 40))
    assert parse_region("1,2,33,40") == Region("1,2,33,40", (1, 2, 33, 40))
    for wrong in ("", "1,2,3", "a,b,c,d", "1,2,30,40", "-1,2,40,40", "x=1,2,3,4,5"):
        with pytest.raises(ValueError, match=r"."):
            parse_region(wrong)
