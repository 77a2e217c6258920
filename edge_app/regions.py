"""Reading only some places of an image, as on forms and meters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .errors import ImageError
from .image_file import MIN_SIDE_PX
from .page import Box, Page
from .page_reader import PageReader, checked_size


@dataclass(frozen=True)
class Region:
    """A named place of an image.

    Attributes:
        name: what its lines are marked with.
        box: (x, y, width, height) in pixels of the image, at least 32x32.
    """

    name: str
    box: Box


def parse_region(text: str) -> Region:
    """A region out of "NAME=x,y,width,height", or of "x,y,width,height", which is then its name; else ValueError."""
    name, _, numbers = text.rpartition("=")
    x, y, width, height = (int(number) for number in numbers.split(","))
    if min(x, y) < 0 or min(width, height) < MIN_SIDE_PX:
        raise ValueError(f"expected x and y from 0, width and height from {MIN_SIDE_PX}, got {numbers}")
    return Region(name or numbers, (x, y, width, height))


def read_regions(reader: PageReader, image: NDArray[np.uint8], regions: Sequence[Region]) -> Page:
    """Reads some regions of an image, or all of it if there are none.

    Args:
        reader: reads each region as a page of its own.
        image: uint8 (H, W) or (H, W, 3) RGB.
        regions: in the order in which their lines are to come.

    Raises:
        ImageError: the image cannot be read, or a region lies outside it.
    """
    if not regions:
        return reader.read(image)
    height, width = checked_size(image)
    lines, refused = [], []
    for region in regions:
        x, y, region_width, region_height = region.box
        if x + region_width > width or y + region_height > height:
            raise ImageError(
                f"expected region {region.name} within {width}x{height} pixels, got {region.box}; choose a smaller one"
            )
        page = reader.read(image[y : y + region_height, x : x + region_width])
        for line in page.lines:
            digits = tuple(replace(digit, box=_moved(digit.box, x, y)) for digit in line.digits)
            lines.append(replace(line, digits=digits, region=region.name))
        refused += [_moved(box, x, y) for box in page.refused]
    return Page(tuple(lines), width, height, tuple(refused))


def _moved(box: Box, x: int, y: int) -> Box:
    return box[0] + x, box[1] + y, box[2], box[3]
