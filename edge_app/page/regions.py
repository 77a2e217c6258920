"""Reading only some places of an image, as on forms and meters."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError
from ..files.opening import MIN_SIDE_PX
from .boxes import Box
from .reader import checked_size
from .result import Page

Read = Callable[[NDArray[np.uint8]], Page]


@dataclass(frozen=True)
class Region:
    """A named place of an image.

    Attributes:
        name: what its lines are marked with.
        box: (x, y, width, height) in pixels of the image, at least 32x32.
    """

    name: str
    box: Box

    def __str__(self) -> str:
        return f"{self.name}={','.join(map(str, self.box))}"


def parse_region(text: str) -> Region:
    """A region out of "NAME=x,y,width,height", or of "x,y,width,height", which is then its name; else ValueError."""
    name, _, numbers = text.rpartition("=")
    x, y, width, height = (int(number) for number in numbers.split(","))
    if min(x, y) < 0 or min(width, height) < MIN_SIDE_PX:
        raise ValueError(f"expected x and y from 0, width and height from {MIN_SIDE_PX}, got {numbers}")
    return Region(name or numbers, (x, y, width, height))


def labelled(region: str | None, text: str) -> str:
    """A line's text behind the name of its region, such as "total: 4081"; nothing before it if none was given."""
    return text if region is None or re.fullmatch(r"\d+(,\d+){3}", region) else f"{region}: {text}"


def read_regions(read: Read, image: NDArray[np.uint8], regions: Sequence[Region]) -> Page:
    """Reads some regions of an image, or all of it if there are none.

    Args:
        read: reads each region as a page of its own.
        image: uint8 (H, W) or (H, W, 3) RGB.
        regions: in the order in which their lines are to come.

    Raises:
        ImageError: the image cannot be read, or a region lies outside it.
    """
    if not regions:
        return read(image)
    height, width = checked_size(image)
    pages = [_read_region(read, image, region, (width, height)) for region in regions]
    # One sheet lies one way: what most of its regions say, if they say something.
    hints = Counter(page.better_turn for page in pages if page.better_turn)
    return Page(
        tuple(line for page in pages for line in page.lines),
        width,
        height,
        tuple(box for page in pages for box in page.refused),
        tuple(crop for page in pages for crop in page.refused_crops),
        tuple(trace for page in pages for trace in page.traces),
        turn=pages[0].turn,
        better_turn=hints.most_common(1)[0][0] if hints else 0,
    )


def _read_region(read: Read, image: NDArray[np.uint8], region: Region, size_wh: tuple[int, int]) -> Page:
    x, y, width, height = region.box
    if x + width > size_wh[0] or y + height > size_wh[1]:
        raise ImageError(
            f"expected region {region.name} within {size_wh[0]}x{size_wh[1]} pixels, got {region.box}; "
            "choose a smaller one"
        )
    part = read(image[y : y + height, x : x + width])
    page = part.with_boxes(lambda box: (box[0] + x, box[1] + y, box[2], box[3]))
    return replace(page, lines=tuple(replace(line, region=region.name) for line in page.lines))
