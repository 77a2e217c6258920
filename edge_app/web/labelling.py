"""The page on which somebody says what collected crops are."""

from dataclasses import asdict

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..collect.queue import CropQueue
from ..errors import LabelledFolderError, OutputError

# Shown at once; the page asks for more when these are done.
SHOWN = 120


class Labelling:
    """Its endpoints; Starlette runs them in threads, as they touch the disk.

    Args:
        queue: the crops.
        page: the HTML.
    """

    def __init__(self, queue: CropQueue, page: Response) -> None:
        self._queue, self._page = queue, page

    def routes(self) -> list[Route]:
        """All addresses."""
        return [
            Route("/label", self.page),
            Route("/api/crops", self.crops),
            Route("/api/crops/undo", self.undo, methods=["POST"]),
            Route("/api/crops/{crop_id}/{label}", self.label, methods=["POST"]),
            Route("/crops/{crop_id}.png", self.picture),
        ]

    def page(self, _request: Request) -> Response:
        """The grid of crops."""
        return self._page

    def crops(self, _request: Request) -> Response:
        """The crops that wait, the oldest first, and how many were labelled."""
        waiting = self._queue.waiting()
        shown = [asdict(crop) for crop in waiting[:SHOWN]]
        return JSONResponse({"waiting": len(waiting), "labelled": self._queue.labelled(), "crops": shown})

    def label(self, request: Request) -> Response:
        """Labels one: 0 to 9, or x."""
        try:
            self._queue.label(request.path_params["crop_id"], request.path_params["label"])
        except LabelledFolderError as error:
            raise HTTPException(409, str(error)) from error
        except OutputError as error:
            raise HTTPException(507, str(error)) from error
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
