"""The picture in a request: received within limits, into memory that the decoder's process shares."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from ..files.shared import memory_file

MAX_MB = 20
MAX_BYTES = MAX_MB * 10**6
# A multipart body is a little larger than the picture in it.
MAX_BODY_BYTES = MAX_BYTES + 10_000
BODY_S = 30.0
CHUNK_BYTES = 1 << 16


class ImageForm(MultiPartParser):
    """Keeps the picture in memory; by default large ones go to a temporary file, on a Pi's card."""

    spool_max_size = MAX_BODY_BYTES + 1


def declared_bytes(request: Request) -> int:
    """How large a body will be at most; raises HTTPException if that is too large."""
    declared = request.headers.get("content-length", str(MAX_BODY_BYTES))
    if not declared.isdecimal() or int(declared) > MAX_BODY_BYTES:
        raise _too_large()
    return int(declared)


async def receive_image(request: Request) -> BinaryIO:
    """The picture in a request, as a file: the field `image` of a form, or the body itself.

    Raises:
        HTTPException: none, too large, too slow, or the client is gone.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(BODY_S):
            if kind == "multipart/form-data":
                return await _from_form(request)
            if kind.startswith("image/") or kind == "application/octet-stream":
                return await _kept(_limited(request))
    except TimeoutError as error:
        raise HTTPException(408, f"expected the picture within {BODY_S:.0f} s, got a part; try again") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "expected a whole picture, got a part; try again") from error
    raise HTTPException(415, "expected an image/… body or a form with the field image, got another type")


async def _kept(chunks: AsyncIterable[bytes]) -> BinaryIO:
    file = memory_file()
    try:
        async for chunk in chunks:
            file.write(chunk)
        file.flush()
    except BaseException:
        file.close()
        raise
    return file


async def _from_form(request: Request) -> BinaryIO:
    try:
        form = await ImageForm(request.headers, _limited(request), max_files=1, max_fields=8).parse()
    except (MultiPartException, FormParserError) as error:
        raise HTTPException(400, f"expected a multipart form, got a broken one ({error}); send it again") from error
    image = form.get("image")
    try:
        if not isinstance(image, UploadFile):
            raise HTTPException(400, "expected a file in the form's field image, got none; name the field image")
        return await _kept(_read(image))
    finally:
        await form.close()


async def _read(image: UploadFile) -> AsyncGenerator[bytes, None]:
    while chunk := await image.read(CHUNK_BYTES):
        yield chunk


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
