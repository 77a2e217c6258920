"""The page on which people label collected crops, fixes what was read, and sends filled-in templates."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..collect.collector import Collector
from ..collect.folder import count_digits
from ..collect.label import check_label
from ..collect.sheets import keep_sheet
from ..collect.template import template_file
from ..documents.decoder import Decoded
from ..errors import LabelledFolderError, OutputError
from ..live.photographs import Photographs
from ..live.state import LiveState
from .uploads import UploadReader

# Shown at once; the page asks for more when these are done.
SHOWN = 120
# Seconds within which a number reported as wrong must be seen again, or it is gone.
FIX_S = 3.0


class Labelling:
    """Its endpoints; Starlette runs those that touch the disk in threads.

    Args:
        collector: has the crops, and gets those of wrong numbers.
        state: the live loop's.
        uploads: takes photographs of sheets.
        photographs: the same, of the camera.
        page: the HTML.
    """

    def __init__(
        self,
        collector: Collector,
        state: LiveState,
        uploads: UploadReader,
        photographs: Photographs,
        page: Response,
    ) -> None:
        self._collector, self._queue, self._state, self._page = collector, collector.queue, state, page
        self._uploads, self._photographs = uploads, photographs

    def routes(self) -> list[Route]:
        """All addresses."""
        return [
            Route("/label", self.page),
            Route("/template.pdf", self.template),
            Route("/api/crops", self.crops),
            Route("/api/crops/undo", self.undo, methods=["POST"]),
            Route("/api/crops/{crop_id}/{label}", self.label, methods=["POST"]),
            Route("/api/numbers/{track:int}/wrong", self.wrong, methods=["POST"]),
            Route("/api/photos/{photo}/{digit:int}/{label}", self.fix, methods=["POST"]),
            Route("/api/sheet", self.sheet, methods=["POST"]),
            Route("/api/sheet/photograph", self.photograph, methods=["POST"]),
            Route("/crops/{crop_id}.png", self.picture),
        ]

    def page(self, _request: Request) -> Response:
        """The grid of crops."""
        return self._page

    def template(self, _request: Request) -> Response:
        """The sheet to fill in."""
        return Response(template_file("PDF"), media_type="application/pdf")

    def crops(self, _request: Request) -> Response:
        """The crops that wait, those of wrong numbers first, and how many were labelled and are there in all."""
        waiting = self._queue.waiting()
        shown = [asdict(crop) for crop in waiting[:SHOWN]]
        return JSONResponse(
            {"waiting": len(waiting), "labelled": self._queue.labelled(), **self._collected(), "crops": shown}
        )

    def label(self, request: Request) -> Response:
        """Labels one: 0 to 9, or x."""
        with _refusals():
            self._queue.label(request.path_params["crop_id"], request.path_params["label"])
        return JSONResponse({"labelled": self._queue.labelled()})

    def undo(self, _request: Request) -> Response:
        """Takes the last label back."""
        return JSONResponse({"id": self._queue.undo(), "labelled": self._queue.labelled()})

    def picture(self, request: Request) -> Response:
        """A crop with what is around it."""
        content = self._queue.picture(request.path_params["crop_id"])
        if content is None:
            raise HTTPException(404)
        return Response(content, media_type="image/png")

    async def wrong(self, request: Request) -> Response:
        """Puts the digits of a number in view before all others that wait."""
        track = request.path_params["track"]
        box = next((number.box for number in self._state.now().numbers if number.track == track), None)
        if box is None:
            raise HTTPException(409, "expected a number in view, got one that has left; hold the page still")
        try:
            async with asyncio.timeout(FIX_S):
                waiting = await asyncio.wrap_future(self._collector.correct(box))
        except TimeoutError as error:
            raise HTTPException(409, "expected to see the number again, got no digit there; hold it still") from error
        return JSONResponse({"waiting": waiting})

    async def fix(self, request: Request) -> Response:
        """Labels a digit of a photo that was read, 0 to 9 or x, whatever it was labelled before."""
        place = request.path_params
        with _refusals():
            check_label(place["label"])
            cut = await self._uploads.cut(place["photo"], place["digit"], self._state.now().model_sha256)
            await asyncio.to_thread(self._queue.relabel, *cut, place["label"])
        return JSONResponse({"labelled": self._queue.labelled()})

    async def sheet(self, request: Request) -> Response:
        """Cuts a photo of a filled-in template that is sent into labelled digits."""
        return JSONResponse(await self._uploads.read(request, self._keep))

    async def photograph(self, _request: Request) -> Response:
        """The same with the camera's own photograph."""
        record, _ = await self._uploads.read_photograph(self._photographs.ask, self._keep)
        return JSONResponse(record)

    def _keep(self, photo: Decoded) -> dict[str, Any]:
        sheet, new = keep_sheet(photo.pixels, self._queue.folder, self._queue.writer)
        return {"digits": len(sheet.crops), "new": new, "empty": sheet.empty, **self._collected()}

    def _collected(self) -> dict[str, Any]:
        return {"writer": self._queue.writer, "collected": count_digits(self._queue.folder, self._queue.writer)}


@contextmanager
def _refusals() -> Iterator[None]:
    """Within the block, what the folder of labelled crops does not take becomes an answer that says why."""
    try:
        yield
    except LabelledFolderError as error:
        raise HTTPException(409, str(error)) from error
    except OutputError as error:
        raise HTTPException(507, str(error)) from error
