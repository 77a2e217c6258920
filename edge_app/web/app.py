"""The routes of the web page and its API."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..collect.collector import Collector
from ..forms.described import DescribedForm
from ..host.lasting_thread import troubled_threads
from ..live.photographs import Photographs
from ..live.state import LiveState
from ..page.reader import ImageReader
from .access import Access
from .broadcast import Broadcast, Watching
from .forms import FormUploads
from .guarded import guarded
from .info import Info
from .kept import KeptPhotos
from .labelling import Labelling
from .metrics import LiveCollector, make_registry
from .phone import phone_routes
from .picture import MEDIA_TYPE, PREAMBLE, Painter
from .review import Review, ReviewPage
from .static_files import static_file, static_files
from .uploads import UploadReader
from .view import News, numbers_record, trouble

# Browsers on the stream and on the events; a page takes one of each.
SEATS = 32
INTERVAL_S = 0.1


def create_app(
    state: LiveState,
    make_reader: Callable[[], ImageReader],
    access: Access,
    info: Info,
    photographs: Photographs | None = None,
    collector: Collector | None = None,
    forms: Mapping[str, DescribedForm] | None = None,
    review: Review | None = None,
    phone: Path | None = None,
) -> Starlette:
    """Builds the app.

    Args:
        state: written by the live loop.
        make_reader: makes the reader of uploads, in their own thread, when the first one comes.
        access: what a request must show.
        info: about this run.
        photographs: asks the live loop for the camera's large pictures; without it there are none.
        collector: has what waits for a label, if crops are collected.
        forms: that uploads may be read as, by name.
        review: asks about the fields of the form that is read live, if one is.
        phone: folder of the page that reads by itself.
    """
    photographs = photographs or Photographs()
    uploads = UploadReader(make_reader, None if collector is None else KeptPhotos())
    of_forms = FormUploads(forms or {}, lambda: uploads.reader().classifier)
    parts = {"collecting": collector is not None, "reviewing": review is not None}
    pages = Pages(state, uploads, of_forms, info, photographs, parts)
    routes = pages.routes()
    if collector is not None:
        routes += Labelling(collector, state, uploads, photographs, pages.files["label.html"]).routes()
    if review is not None:
        routes += ReviewPage(review, pages.files["review.html"]).routes()
    if phone is not None:
        routes += phone_routes(phone, "/phone/")
    return guarded(routes, access, info.version)


class Pages:
    """The endpoints. Files are read here, once, so that no request can lead to one."""

    def __init__(
        self,
        state: LiveState,
        uploads: UploadReader,
        forms: FormUploads,
        info: Info,
        photographs: Photographs,
        parts: Mapping[str, bool],
    ) -> None:
        self._state, self._info, self._photographs, self._parts = state, info, photographs, parts
        self._photograph = Response(status_code=404)
        self._uploads, self._forms = uploads, forms
        self._stream = Broadcast(Painter(state).next_part, INTERVAL_S, SEATS)
        self._events = Broadcast(News(state).next_event, INTERVAL_S, SEATS)
        self.files = static_files()
        self._registry = make_registry(
            LiveCollector(state, info, lambda: self._stream.watchers, lambda: self._uploads.outcomes)
        )

    def routes(self) -> list[Route]:
        """All addresses."""
        return [
            Route("/", self.index),
            Route("/docs", self.docs),
            Route("/static/{name}", self.static),
            Route("/stream.mjpg", self.stream),
            Route("/api/events", self.events),
            Route("/api/numbers", self.numbers),
            Route("/api/info", self.about),
            Route("/api/read", self.read, methods=["POST"]),
            Route("/api/photograph", self.take, methods=["POST"]),
            Route("/photograph.jpg", self.photograph),
            Route("/healthz", self.health),
            Route("/metrics", self.metrics),
        ]

    async def index(self, _request: Request) -> Response:
        """The live view."""
        return self.files["index.html"]

    async def docs(self, _request: Request) -> Response:
        """The API for people: openapi.json as a page."""
        return self.files["docs.html"]

    async def static(self, request: Request) -> Response:
        """Style, scripts and pictures of the page."""
        return await static_file(self.files, request)

    async def stream(self, request: Request) -> Response:
        """The camera's picture with what was read, as a browser's <img> takes it."""
        return _watch(request, self._stream, MEDIA_TYPE, PREAMBLE)

    async def events(self, request: Request) -> Response:
        """/api/numbers again and again, as server-sent events."""
        return _watch(request, self._events, "text/event-stream")

    async def numbers(self, _request: Request) -> Response:
        """Numbers in view and history."""
        return JSONResponse(numbers_record(self._state))

    async def about(self, _request: Request) -> Response:
        """What runs here."""
        now = self._state.now()
        return JSONResponse(
            {
                "version": self._info.version,
                "model_sha256": now.model_sha256,
                "runtime": self._info.runtime,
                "camera": now.camera,
                "frames_per_second": round(now.frames_per_second, 1),
                "uptime_s": round(time.monotonic() - self._info.started_s, 1),
                **self._parts,
            }
        )

    async def read(self, request: Request) -> Response:
        """Reads a picture that is sent, as a form if one is named."""
        form = request.query_params.get("form")
        return JSONResponse(await self._uploads.read(request, None if form is None else self._forms.use(form)))

    async def take(self, _request: Request) -> Response:
        """Takes a photograph with the camera, as large as it can, and reads it."""
        record, luma = await self._uploads.read_photograph(self._photographs.ask)
        self._photograph = Response(cv2.imencode(".jpg", luma)[1].tobytes(), media_type="image/jpeg")
        return JSONResponse(record)

    async def photograph(self, _request: Request) -> Response:
        """The last photograph that was taken."""
        return self._photograph

    async def health(self, _request: Request) -> Response:
        """200 if frames are being read, and all threads are well."""
        reason, threads = trouble(self._state.now(), time.monotonic()), troubled_threads()
        status = reason or ("not all threads are well" if threads else "ok")
        return JSONResponse({"status": status, "threads": threads}, 200 if status == "ok" else 503)

    async def metrics(self, request: Request) -> Response:
        """Counters, in the text format that Prometheus asks for."""
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(self._registry), headers={"Content-Type": content_type})


def _watch(request: Request, broadcast: Broadcast, media_type: str, preamble: bytes = b"") -> Response:
    if request.method == "HEAD":
        return Response(media_type=media_type)
    if broadcast.full:
        raise HTTPException(503, f"expected at most {SEATS} watchers, got more; try again", {"Retry-After": "10"})
    return Watching(broadcast, media_type, preamble)
