"""Pictures from the browser: received within limits, read one at a time in a thread of their own."""

import asyncio
import queue
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from ..collect.cutting import Cut
from ..errors import CameraError, ImageError, LabelledFolderError, OutputError, SheetError
from ..files.image import decode_image
from ..host.lasting_thread import LastingThread
from ..page.reader import ImageReader
from ..page.record import to_record
from .kept import KeptPhotos

MAX_MB = 20
MAX_BYTES = MAX_MB * 10**6
# A multipart body is a little larger than the picture in it.
MAX_BODY_BYTES = MAX_BYTES + 10_000
BODY_S = 30.0
# Received, waiting or being read at once: each may take 20 MB, and the last one waits for all before it.
MAX_IN_HAND = 4
UPLOAD, PHOTOGRAPH = "upload", "photograph"
# The camera may be starting again meanwhile.
PHOTO_S = 10.0
# Without a picture for this long, photos that are too old to be fixed go.
IDLE_S = 60.0
T = TypeVar("T")
Pixels = NDArray[np.uint8]
# What is made of a picture: uint8 (H, W) or (H, W, 3) to a JSON object.
Use = Callable[[Pixels], dict[str, Any]]


class ImageForm(MultiPartParser):
    """Keeps the picture in memory; by default large ones go to a temporary file, on a Pi's card."""

    spool_max_size = MAX_BODY_BYTES + 1


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
        self._in_hand = 0
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
        return await self._read_one(lambda: receive_image(request), use or partial(self._read_page, UPLOAD))

    async def read_photograph(
        self, take: Callable[[], Future[Pixels]], use: Use | None = None
    ) -> tuple[dict[str, Any], Pixels]:
        """Takes a photograph with the camera, uint8 (H, W), and reads it: what read() returns, and the photograph."""
        taken: list[Pixels] = []

        async def photograph() -> Pixels:
            try:
                async with asyncio.timeout(PHOTO_S):
                    taken.append(await asyncio.wrap_future(take()))
            except (CameraError, TimeoutError) as error:
                reason = str(error) or f"expected a photograph within {PHOTO_S:.0f} s, got none; try again"
                raise HTTPException(503, reason, {"Retry-After": "5"}) from error
            return taken[0]

        return await self._read_one(photograph, use or partial(self._read_page, PHOTOGRAPH)), taken[0]

    async def cut(self, photo: str, number: int, model_sha256: str) -> Cut:
        """Cuts a digit out of a photo that was read; arguments and errors as of KeptPhotos.cut."""
        return await self._in_thread(partial(self._cut, photo, number, model_sha256))

    async def _read_one(self, receive: Callable[[], Awaitable[bytes | Pixels]], use: Use) -> dict[str, Any]:
        if self._in_hand >= MAX_IN_HAND:
            self.outcomes["busy"] += 1
            raise HTTPException(503, "expected a free place, got too many uploads; try again", {"Retry-After": "5"})
        self._in_hand += 1
        try:
            record = await self._in_thread(partial(_decode_and, use, await receive()))
        except (ImageError, SheetError) as error:
            self.outcomes["refused"] += 1
            raise HTTPException(422, str(error)) from error
        except OutputError as error:
            self.outcomes["refused"] += 1
            raise HTTPException(507, str(error)) from error
        except HTTPException:
            self.outcomes["refused"] += 1
            raise
        finally:
            self._in_hand -= 1
        self.outcomes["read"] += 1
        return record

    async def _in_thread(self, job: Callable[[], T]) -> T:
        if self._thread is None:
            # A daemon: ending the app does not wait for a picture.
            self._thread = LastingThread("uploads", self._work, threading.Event())
            self._thread.start()
        future: Future[T] = Future()
        self._jobs.put((job, future))
        del job
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError as error:
            # Only the end of the server does that; uvicorn would log it as a bug.
            raise HTTPException(503, "expected to read it, got the end of the app; try again") from error

    def _work(self) -> None:
        while True:
            try:
                job, future = self._jobs.get(timeout=None if self._photos is None else IDLE_S)
            except queue.Empty:
                self._forget_old()
                continue
            try:
                result = job()
            except BaseException as error:
                with suppress(Exception):
                    future.set_exception(error)
            else:
                with suppress(Exception):
                    future.set_result(result)
            # Not kept until the next picture comes.
            del job, future

    def _read_page(self, source: str, image: Pixels) -> dict[str, Any]:
        if self._reader is None:
            self._reader = self._make_reader()
        started_s = time.perf_counter()
        try:
            page = self._reader.read(image)
        except MemoryError as error:
            raise ImageError("expected a picture that fits into memory, got a larger one; scale it down") from error
        record = to_record(page, source, (time.perf_counter() - started_s) * 1000)
        return record if self._photos is None else {**record, "photo": self._photos.keep(image, page)}

    def _cut(self, photo: str, number: int, model_sha256: str) -> Cut:
        if self._photos is None or self._reader is None:
            raise LabelledFolderError("expected a photo that was read, got none; read the photo again")
        return self._photos.cut(photo, number, self._reader.classifier, model_sha256)

    def _forget_old(self) -> None:
        if self._photos is not None:
            self._photos.forget_old()


def _decode_and(use: Use, content: bytes | Pixels) -> dict[str, Any]:
    if not isinstance(content, bytes):
        return use(content)
    image, pages = decode_image(content)
    return {**use(image), **({"pages": pages} if pages > 1 else {})}


async def receive_image(request: Request) -> bytes:
    """The picture in a request: the field `image` of a form, or the body itself.

    Raises:
        HTTPException: none, too large, too slow, or the client is gone.
    """
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > MAX_BODY_BYTES:
        raise _too_large()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(BODY_S):
            if kind == "multipart/form-data":
                return await _from_form(request)
            if kind.startswith("image/") or kind == "application/octet-stream":
                return b"".join([chunk async for chunk in _limited(request)])
    except TimeoutError as error:
        raise HTTPException(408, f"expected the picture within {BODY_S:.0f} s, got a part; try again") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "expected a whole picture, got a part; try again") from error
    raise HTTPException(415, "expected an image/… body or a form with the field image, got another type")


async def _from_form(request: Request) -> bytes:
    try:
        form = await ImageForm(request.headers, _limited(request), max_files=1, max_fields=8).parse()
    except (MultiPartException, FormParserError) as error:
        raise HTTPException(400, f"expected a multipart form, got a broken one ({error}); send it again") from error
    image = form.get("image")
    try:
        if not isinstance(image, UploadFile):
            raise HTTPException(400, "expected a file in the form's field image, got none; name the field image")
        return await image.read()
    finally:
        await form.close()


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    """The body, however long it claims to be, up to the limit."""
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > MAX_BODY_BYTES:
            raise _too_large()
        yield chunk


def _too_large() -> HTTPException:
    return HTTPException(
        413, f"expected at most {MAX_MB} MB, got more; scale the picture down", {"Connection": "close"}
    )
