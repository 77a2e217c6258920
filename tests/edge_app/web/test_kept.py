"""The last photos, kept for fixing."""

import asyncio
import threading
from concurrent.futures import Future

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import PageReader
from edge_app.bench.sample_page import draw_page
from edge_app.collect.cutting import Cutter
from edge_app.errors import LabelledFolderError
from edge_app.page.ink import MAX_WORK_PIXELS
from edge_app.page.result import Digit, Line, Page
from edge_app.web import uploads
from edge_app.web.kept import KEPT, KEPT_S, KeptPhotos

from ..fake_classifier import TallInk
from .feed import make_reader

PIXELS = np.full((64, 64), 200, np.uint8)
PAGE = Page((Line((Digit(1, 0.9, (10, 10, 20, 30)),)),), 64, 64)


def test_only_the_last_ones_are_kept() -> None:
    """However many are sent, memory is bounded."""
    photos = KeptPhotos()
    names = [photos.keep(PIXELS, PAGE) for _ in range(KEPT + 1)]
    assert len(set(names)) == KEPT + 1
    with pytest.raises(LabelledFolderError, match="one of the last 8 photos"):
        photos.cut(names[0], 0, TallInk(), "")
    with pytest.raises(LabelledFolderError, match="ink where the digit was read"):
        photos.cut(names[1], 0, TallInk(), "")
    assert len(photos._photos) == KEPT


def test_after_ten_minutes_a_photo_is_forgotten() -> None:
    """Its pixels too, with what was found on it."""
    now_s = 0.0
    photos = KeptPhotos(lambda: now_s)
    image = draw_page((640, 480))
    name = photos.keep(image, PageReader(TallInk(), detector=None, sequence=None).read(image))
    now_s = KEPT_S
    photos.cut(name, 0, TallInk(), "")
    now_s += 1
    photos.forget_old()
    assert photos._photos == {}


def test_a_large_photo_is_kept_small() -> None:
    """As large as reading looks at: the crop is the one that is cut out of the large photo."""
    image, reader = draw_page((4000, 3000)), make_reader()
    photos, page = KeptPhotos(), reader.read(image)
    name = photos.keep(np.dstack([image] * 3), page)
    assert photos._photos[name].luma.size <= 1.001 * MAX_WORK_PIXELS
    _, cut, _ = photos.cut(name, 3, reader.classifier, "ab")
    large = Cutter(image, page, reader.classifier, "ab").cut(page.lines[0].digits[3].box, "corrected")
    assert large is not None
    assert np.abs(cut.astype(int) - large[1]).max() < 32


def test_nothing_stays_when_nobody_sends_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that reads them looks from time to time."""
    monkeypatch.setattr(uploads, "IDLE_S", 0.01)
    now_s, forgotten = 0.0, threading.Event()

    class Watched(KeptPhotos):
        def forget_old(self) -> None:
            super().forget_old()
            if not self._photos:
                forgotten.set()

    photos = Watched(lambda: now_s)
    reader = uploads.UploadReader(lambda: PageReader(TallInk(), detector=None, sequence=None), photos)
    record, _ = asyncio.run(reader.read_photograph(lambda: taken(PIXELS)))
    assert record["photo"] in photos._photos
    now_s = KEPT_S + 1
    assert forgotten.wait(60)


def taken(pixels: NDArray[np.uint8]) -> Future[NDArray[np.uint8]]:
    """A photograph that is there already."""
    photograph: Future[NDArray[np.uint8]] = Future()
    photograph.set_result(pixels)
    return photograph
