"""The page on which a form is made: photographed, straightened, its fields drawn, tried out and saved."""

import threading
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..documents.decoder import Decoded
from ..errors import FormError, ImageError, OutputError
from ..forms.contrast import shrunk
from ..forms.form import MAX_BYTES, Form
from ..forms.form_drawn import Problem, drawn_form, drawn_of
from ..forms.form_files import FilesThereError, FormFiles
from ..forms.form_record import to_record
from ..forms.paper import checked_corners, find_sheet, straight_sheet, whole
from ..forms.reading import FormReading
from .access import Access
from .guarded import behind_guard
from .json_body import receive_json
from .static_files import static_file, static_files
from .uploads import UploadReader

Luma = NDArray[np.uint8]
# Reads a photo as a form that is found by a picture.
ReadForm = Callable[[Form, Luma, Luma], FormReading]
# Of a photo that is shown; a browser may be unable to show what was sent.
SHOWN_PX = 1600


def create_form_editor(files: FormFiles, read: ReadForm, access: Access, photo: Luma | None = None) -> Starlette:
    """Builds the app.

    Args:
        files: that are edited.
        read: for trying out; called by one thread at a time.
        access: what a request must show.
        photo: of the form, to begin with.

    Raises:
        FormError: the files are of no form.
        ImageError: the picture is none.
    """
    return behind_guard(FormEditor(files, read, photo).routes(), access)


class FormEditor:
    """Its endpoints, for one form and whoever draws it; Starlette runs those that are no coroutines in threads."""

    def __init__(self, files: FormFiles, read: ReadForm, photo: Luma | None = None) -> None:
        there = files.load()
        self._files, self._read, self._lock = files, read, threading.Lock()
        self._drawn = {"name": "", "fields": []} if there is None else drawn_of(there.form)
        self._picture = None if there is None else there.picture
        # Whether the picture is not that of the files.
        self._new_picture = False
        # Whether the photo is newer than the picture.
        self._pending = photo is not None
        self._photo, self._sample = photo, None if there is None else there.picture
        self._uploads = UploadReader(_no_reader)
        self._static = static_files()

    def routes(self) -> list[Route]:
        """All addresses."""
        return [
            Route("/", self.page),
            Route("/static/{name}", self.static),
            Route("/photo.jpg", lambda _: _jpeg(self._photo)),
            Route("/picture.jpg", lambda _: _jpeg(self._picture)),
            Route("/api/form", self.form),
            Route("/api/form/photo", self.photo, methods=["POST"]),
            Route("/api/form/sample", self.sample, methods=["POST"]),
            Route("/api/form/straighten", self.straighten, methods=["POST"]),
            Route("/api/form/check", self.check, methods=["POST"]),
            Route("/api/form/try", self.try_out, methods=["POST"]),
            Route("/api/form/save", self.save, methods=["POST"]),
        ]

    async def page(self, _request: Request) -> Response:
        """The page."""
        return self._static["form.html"]

    async def static(self, request: Request) -> Response:
        """Style and scripts of the page."""
        return await static_file(self._static, request)

    async def form(self, _request: Request) -> Response:
        """What is edited."""
        photo = None if self._photo is None else _photo_record(self._photo)
        return JSONResponse(
            {
                "file": str(self._files.toml),
                "form": self._drawn,
                "picture": _size(self._picture),
                "photo": photo,
                "pending": self._pending,
            }
        )

    async def photo(self, request: Request) -> Response:
        """Takes a photo of the form, and looks for the sheet on it."""

        def keep(decoded: Decoded) -> dict[str, Any]:
            self._photo, self._pending = decoded.pixels, True
            return _photo_record(decoded.pixels)

        return JSONResponse(await self._uploads.read(request, keep))

    async def sample(self, request: Request) -> Response:
        """Takes a photo to try the form on."""

        def keep(decoded: Decoded) -> dict[str, Any]:
            self._sample = decoded.pixels
            return _size(decoded.pixels) or {}

        return JSONResponse(await self._uploads.read(request, keep))

    async def straighten(self, request: Request) -> Response:
        """Makes the form's picture of the photo, by its corners."""
        body, photo = await receive_json(request, MAX_BYTES), self._photo
        if photo is None:
            raise HTTPException(409, "expected a photo first, got none; photograph the form")
        try:
            corners = checked_corners(body.get("corners"), photo)
            picture = await run_in_threadpool(straight_sheet, photo, corners)
        except FormError as error:
            raise HTTPException(422, str(error)) from error
        self._picture, self._sample, self._new_picture, self._pending = picture, photo, True, False
        return JSONResponse(_size(picture))

    async def check(self, request: Request) -> Response:
        """Says what is wrong with a drawn form; a good one is there after the page is loaded again."""
        checked = drawn_form((await receive_json(request, MAX_BYTES)).get("form"))
        if isinstance(checked, Form):
            self._drawn = drawn_of(checked)
        return JSONResponse({"problems": [] if isinstance(checked, Form) else [one.to_record() for one in checked]})

    async def try_out(self, request: Request) -> Response:
        """Reads the last photo as the form that is drawn."""
        checked, picture, sample = (
            drawn_form((await receive_json(request, MAX_BYTES)).get("form")),
            self._picture,
            self._sample,
        )
        if not isinstance(checked, Form):
            return _refused(checked)
        if picture is None or sample is None:
            raise HTTPException(409, "expected a picture of the form first, got none; photograph the form")
        return JSONResponse(await run_in_threadpool(self._try, checked, picture, sample))

    async def save(self, request: Request) -> Response:
        """Writes the files, unless others are there that nobody has agreed to replace."""
        body = await receive_json(request, MAX_BYTES)
        checked = drawn_form(body.get("form"))
        if not isinstance(checked, Form):
            return _refused(checked)
        try:
            return JSONResponse(await run_in_threadpool(self._save, checked, body.get("replace")))
        except FilesThereError as error:
            return JSONResponse({"error": str(error), "stamp": error.stamp}, 409)
        except OutputError as error:
            raise HTTPException(507, str(error)) from error

    def _try(self, form: Form, picture: Luma, sample: Luma) -> dict[str, Any]:
        with self._lock:
            started_s = time.perf_counter()
            try:
                reading = self._read(form, picture, sample)
                return to_record(reading, form, "upload", 1000 * (time.perf_counter() - started_s))
            except ImageError as error:
                raise HTTPException(422, str(error)) from error

    def _save(self, form: Form, replace: Any) -> dict[str, Any]:
        with self._lock:
            picture = self._picture if self._new_picture else None
            written = self._files.save(form, picture, replace if isinstance(replace, str) else None)
            self._new_picture = self._new_picture and picture is not self._picture
            self._drawn = drawn_of(form)
            for path in written:
                print(f"wrote {path}", flush=True)
            picture_there = self._files.picture.exists()
            return {
                "stamp": self._files.stamp(),
                "form": str(self._files.toml),
                "picture": str(self._files.picture) if picture_there else None,
            }


def _refused(problems: tuple[Problem, ...]) -> Response:
    records = [one.to_record() for one in problems]
    return JSONResponse({"error": records[0]["error"], "problems": records}, 422)


def _photo_record(photo: Luma) -> dict[str, Any]:
    found = find_sheet(photo)
    corners = whole(photo) if found is None else found
    return {**(_size(photo) or {}), "found": found is not None, "corners": corners.round(1).tolist()}


def _size(picture: Luma | None) -> dict[str, int] | None:
    return None if picture is None else {"width": picture.shape[1], "height": picture.shape[0]}


def _jpeg(picture: Luma | None) -> Response:
    if picture is None:
        raise HTTPException(404)
    return Response(cv2.imencode(".jpg", shrunk(picture, SHOWN_PX))[1].tobytes(), media_type="image/jpeg")


def _no_reader() -> Any:
    raise RuntimeError("pictures here are kept, not read")
