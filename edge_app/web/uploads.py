"""Pictures from the browser: received within limits, read one at a time in a thread of their own."""

import asyncio
import queue
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ..collect.cutting import Cut
from ..documents.decoder import Decoded, Decoder, Limits
from ..errors import CameraError, ImageError, LabelledFolderError, OutputError, SheetError
from ..host.lasting_thread import LastingThread
from ..page.boxes import on_image
from ..page.reader import ImageReader
from ..page.record import to_record
from ..page.result import Page
from .kept import KeptPhotos
from .receiving import declared_bytes, receive_image

# Received, waiting or being read at once, and how much of them: four photos as phones take them, or one of 20 MB.
MAX_IN_HAND, MAX_IN_HAND_BYTES = 4, 24 * 10**6
# Beside the app and its camera: 17 megapixels in colours. A picture of more than 16 is read at half its size, which is
# still more than reading works at.
DECODING = Limits(memory_bytes=70_000_000, cpu_s=6, wall_s=7.0, shrink_above=16)
# From when it is here to when it is decoded; those before it may take long.
TURN_S = 9.0
UPLOAD, PHOTOGRAPH = "upload", "photograph"
# The camera may be starting again meanwhile.
PHOTO_S = 10.0
# Without a picture for this long, the decoder ends, and photos that are too old to be fixed go.
IDLE_S = 60.0
T = TypeVar("T")
Pixels = NDArray[np.uint8]
# What is made of a picture: a JSON object.
Use = Callable[[Decoded], dict[str, Any]]


class UploadReader:
    """Reads pictures in one thread, as an interpreter takes one call at a time and the event loop must not wait.

    Args:
        make_reader: called once, in that thread, for the first picture.
        photos: keeps those that are read for a while, in that thread; None forgets each at once.
    """

    def __init__(self, make_reader: Callable[[], ImageReader], photos: KeptPhotos | None = None) -> None:
        self._make_reader, self._photos = make_reader, photos
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._reader: ImageReader | None = None
        self._decoder = Decoder(DECODING)
        self._in_hand = self._in_hand_bytes = 0
        self.outcomes: Counter[str] = Counter()

    async def read(self, request: Request, use: Use | None = None) -> dict[str, Any]:
        """Receives and reads the picture of a request.

        Args:
            request: with the picture.
            use: instead of reading it like a page; called in the thread of this reader.

        Returns:
            what `edge_app read --json` prints of it, with "upload" as source, and with its name as "photo" if it is
            kept; or what use returns. Of several pages only the first is looked at, and "pages" says how many.

        Raises:
            HTTPException: refused; status and detail say why.
        """
        try:
            size_bytes = declared_bytes(request)
        except HTTPException:
            self.outcomes["refused"] += 1
            raise
        with self._place(size_bytes):
            return await self._counted(self._read_upload(request, use))

    async def read_photograph(
        self, take: Callable[[], Future[Pixels]], use: Use | None = None
    ) -> tuple[dict[str, Any], Pixels]:
        """Takes a photograph with the camera, uint8 (H, W), and reads it: what read() returns, and the photograph."""
        taken: list[Pixels] = []

        async def photograph() -> dict[str, Any]:
            try:
                async with asyncio.timeout(PHOTO_S):
                    taken.append(await asyncio.wrap_future(take()))
            except (CameraError, TimeoutError) as error:
                reason = str(error) or f"expected a photograph within {PHOTO_S:.0f} s, got none; try again"
                raise HTTPException(503, reason, {"Retry-After": "5"}) from error
            pixels = Decoded(taken[0], (taken[0].shape[1], taken[0].shape[0]))
            return await self._in_thread(partial(use or partial(self._read_page, PHOTOGRAPH), pixels))

        with self._place(0):
            return await self._counted(photograph()), taken[0]

    async def cut(self, photo: str, number: int, model_sha256: str) -> Cut:
        """Cuts a digit out of a photo that was read; arguments and errors as of KeptPhotos.cut."""
        return await self._in_thread(partial(self._cut, photo, number, model_sha256))

    @contextmanager
    def _place(self, size_bytes: int) -> Iterator[None]:
        if self._in_hand >= MAX_IN_HAND or self._in_hand_bytes + size_bytes > MAX_IN_HAND_BYTES:
            self.outcomes["busy"] += 1
            raise _busy()
        self._in_hand += 1
        self._in_hand_bytes += size_bytes
        try:
            yield
        finally:
            self._in_hand -= 1
            self._in_hand_bytes -= size_bytes

    async def _counted(self, reading: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        try:
            record = await reading
        except (ImageError, SheetError) as error:
            self.outcomes["refused"] += 1
            raise HTTPException(422, str(error)) from error
        except OutputError as error:
            self.outcomes["refused"] += 1
            raise HTTPException(507, str(error)) from error
        except HTTPException:
            self.outcomes["refused"] += 1
            raise
        self.outcomes["read"] += 1
        return record

    async def _read_upload(self, request: Request, use: Use | None) -> dict[str, Any]:
        file = await receive_image(request)
        until_s, gone = time.monotonic() + TURN_S, threading.Event()
        reading = asyncio.wrap_future(self._submit(partial(self._decode_and, use, file, until_s, gone)))
        leaving: asyncio.Future[Any] = asyncio.ensure_future(_until_gone(request))
        try:
            await asyncio.wait((reading, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                raise HTTPException(400, "expected to answer, got a client that has left; send it again")
            return await reading
        except asyncio.CancelledError as error:
            raise _ending() from error
        finally:
            # Ends the decoding, too; what is being read is read to its end.
            gone.set()
            reading.cancel()
            leaving.cancel()

    def _decode_and(self, use: Use | None, file: BinaryIO, until_s: float, gone: threading.Event) -> dict[str, Any]:
        def stopped() -> bool:
            return gone.is_set() or time.monotonic() > until_s

        try:
            with file, self._decoder.open(file, "the upload", dpi=None, stopped=stopped) as document:
                # Pages are read in colours; what else is made of a picture needs none.
                decoded, pages = document.page(1, luma=use is not None), document.pages
        except InterruptedError as error:
            raise _busy() from error
        made = self._read_page(UPLOAD, decoded) if use is None else use(decoded)
        return {**made, **({"pages": pages} if pages > 1 else {})}

    async def _in_thread(self, job: Callable[[], T]) -> T:
        try:
            return await asyncio.wrap_future(self._submit(job))
        except asyncio.CancelledError as error:
            raise _ending() from error

    def _submit(self, job: Callable[[], T]) -> Future[T]:
        if self._thread is None:
            # A daemon: ending the app does not wait for a picture.
            self._thread = LastingThread("uploads", self._work, threading.Event())
            self._thread.start()
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    def _work(self) -> None:
        """Does the next job, or tidies up where none comes for a while."""
        try:
            job, future = self._jobs.get(timeout=IDLE_S)
        except queue.Empty:
            self._decoder.close()
            self._forget_old()
            return
        try:
            result = job()
        except BaseException as error:
            with suppress(Exception):
                future.set_exception(error)
        else:
            with suppress(Exception):
                future.set_result(result)

    def reader(self) -> ImageReader:
        """What reads pages; for what is called in the thread of this reader."""
        if self._reader is None:
            self._reader = self._make_reader()
        return self._reader

    def _read_page(self, source: str, decoded: Decoded) -> dict[str, Any]:
        reader = self.reader()
        started_s = time.perf_counter()
        try:
            page = reader.read(decoded.pixels)
        except MemoryError as error:
            raise ImageError("expected a picture that fits into memory, got a larger one; scale it down") from error
        latency_ms = (time.perf_counter() - started_s) * 1000
        record = to_record(_at_size(page, decoded.size_wh), source, latency_ms)
        return record if self._photos is None else {**record, "photo": self._photos.keep(decoded.pixels, page)}

    def _cut(self, photo: str, number: int, model_sha256: str) -> Cut:
        if self._photos is None or self._reader is None:
            raise LabelledFolderError("expected a photo that was read, got none; read the photo again")
        return self._photos.cut(photo, number, self._reader.classifier, model_sha256)

    def _forget_old(self) -> None:
        if self._photos is not None:
            self._photos.forget_old()


def _at_size(page: Page, size_wh: tuple[int, int]) -> Page:
    """A page that was read at half its size or less, in pixels of the picture that was sent."""
    if size_wh == (page.width, page.height):
        return page
    scale = size_wh[0] / page.width
    return replace(page.with_boxes(lambda box: on_image(box, scale, size_wh)), width=size_wh[0], height=size_wh[1])


async def _until_gone(request: Request) -> None:
    """Until the client of a request that was received whole hangs up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _ending() -> HTTPException:
    # Only the end of the server cancels; uvicorn would log it as a bug.
    return HTTPException(503, "expected to read it, got the end of the app; try again")


def _busy() -> HTTPException:
    return HTTPException(503, "expected a free place, got too many uploads; try again", {"Retry-After": "5"})
