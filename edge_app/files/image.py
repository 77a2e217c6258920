"""An image file as upright pixels."""

import os
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .opening import bands, decode, open_image, orientation

# Of EXIF's orientations, from which on width and height change over.
FIRST_ON_ITS_SIDE = 5


def to_luma(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Uint8 (H, W) or (H, W, 3) RGB to luma, uint8 (H, W)."""
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def load_image(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Loads an image; of an animated one the first frame, of a TIFF the first page, of a HEIC its main picture.

    Returns:
        uint8 (H, W) luma, or (H, W, 3) RGB, turned upright by its EXIF orientation; transparency becomes white paper.

    Raises:
        ImageError: missing, not one of opening.FORMATS, damaged, over 60 megapixels (found before decoding) or under
            32x32 pixels.
    """
    with open_image(Path(path), str(path)) as image:
        return to_pixels(image, str(path))


def to_pixels(image: Image.Image, name: str) -> NDArray[np.uint8]:
    """Decodes an opened image's present frame, as load_image returns it; call it within open_image's block.

    A large scan is converted in bands, so that beside Pillow's own copy there is only the result.

    Args:
        image: from open_image.
        name: stands for it in messages.

    Raises:
        ImageError: over 60 megapixels (found before decoding) or under 32x32 pixels.
    """
    decode(image, name)
    return upright((np.asarray(band) for band in bands(image)), (image.height, image.width), orientation(image))


def upright(parts: Iterable[NDArray[np.uint8]], size_hw: tuple[int, int], lies: int) -> NDArray[np.uint8]:
    """Puts the bands of an image together, each at once where it belongs in the upright image.

    Args:
        parts: from top to bottom of the image as it lies, uint8 (h, W) luma or (h, W, 3) RGB.
        size_hw: H and W.
        lies: EXIF's orientation, 1 to 8.

    Returns:
        uint8 (H, W) or (H, W, 3), or with W and H changed over.
    """
    pixels = as_it_lies = np.empty(0, np.uint8)
    top = 0
    for band in parts:
        if not top:
            turned_hw = size_hw if lies < FIRST_ON_ITS_SIDE else size_hw[::-1]
            pixels = np.empty((*turned_hw, *band.shape[2:]), np.uint8)
            as_it_lies = _lying(pixels, lies)
        as_it_lies[top : top + len(band)] = band
        top += len(band)
    return pixels


def _lying(pixels: NDArray[np.uint8], lies: int) -> NDArray[np.uint8]:
    """A view of an upright image as the file has it."""
    flipped = pixels[:, ::-1] if lies in {2, 7} else pixels[::-1] if lies in {4, 5} else pixels
    return np.rot90(flipped, {3: 2, 5: -1, 6: 1, 7: -1, 8: -1}.get(lies, 0))
