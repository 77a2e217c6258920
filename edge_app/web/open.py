"""Opens the web page for `run --preview-port`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..collect.collector import Collector
from ..errors import OptionError
from ..forms.described import forms_in
from ..host.extras import needs
from ..live.current_reader import CurrentReader
from ..live.photographs import Photographs
from ..live.state import LiveState
from ..page.reader import ImageReader
from ..page.views import View, ViewReader
from ..store.choice import ModelChoice
from .access import Access, choose_access
from .info import Info

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from .review import Review
    from .server import WebServer

MAX_PORT = 65535
PARTS = {"starlette", "uvicorn", "h11", "anyio", "python_multipart", "prometheus_client"}


@dataclass(frozen=True)
class WebSettings:
    """Where the page is, who may see it, and what reads the pictures that are sent to it.

    Attributes:
        host: address to listen on.
        port: 0 for any that is free.
        model: reads what is sent.
        token_file: holds the token; None for choose_access's way without one.
        turn: whether pictures that are sent are turned where that reads clearly better.
        forms: folder of the forms that they may be read as, or None.
        phone: folder of the page that reads by itself, or None.

    Raises:
        OptionError: no such port.
    """

    host: str
    port: int
    model: ModelChoice
    token_file: Path | None = None
    turn: bool = True
    forms: Path | None = None
    phone: Path | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.port <= MAX_PORT:
            raise OptionError(f"expected 0 to {MAX_PORT}, got {self.port}")


def open_web(
    settings: WebSettings,
    state: LiveState,
    info: Info,
    photographs: Photographs | None = None,
    collector: Collector | None = None,
    review: "Review | None" = None,
) -> "WebServer":
    """Serves the page in a thread and says on stderr where.

    Args:
        settings: of the page.
        state: written by the live loop.
        info: about this run.
        photographs: asks the live loop for the camera's large pictures.
        collector: has what waits for a label, if crops are collected.
        review: asks about the fields of the form that is read, if one is.

    Raises:
        OptionError: no such token file or phone's page, or the address or port cannot be listened on.
        FormError: the folder of forms cannot be used.
        MissingPartError: a package of the extra `live` is not installed.
    """
    with needs(PARTS, "--preview-port", "live"):
        from .app import create_app

    def make_reader() -> ImageReader:
        # Others' photos may lie as they like; regions are the camera's.
        return ViewReader(CurrentReader(settings.model, steady=False), View("auto" if settings.turn else "none"))

    access = choose_access(settings.host, settings.token_file)
    forms = None if settings.forms is None else forms_in(settings.forms)
    app = create_app(state, make_reader, access, info, photographs, collector, forms, review, settings.phone)
    server = _started(app, settings.host, settings.port, access)
    if settings.phone is not None:
        print(f"edge_app: the phone's page at {server.url}phone/", file=sys.stderr, flush=True)
    if review is not None:
        print(f"edge_app: review its fields at {server.url}review", file=sys.stderr, flush=True)
    if collector is not None:
        print(f"edge_app: label what was collected at {server.url}label", file=sys.stderr, flush=True)
    return server


def open_review(host: str, port: int, token_file: Path | None, review: "Review") -> "WebServer":
    """Serves the review page alone; arguments and errors as of WebSettings and open_web."""
    with needs(PARTS, "form review", "live"):
        from .review import create_review_app
    access = choose_access(host, token_file)
    return _started(create_review_app(review, access), host, port, access)


def _started(app: "Starlette", host: str, port: int, access: Access) -> "WebServer":
    from .server import WebServer

    server = WebServer(app, host, port)
    server.start()
    # A token that was given is known to its giver alone; a new one has to be printed, once.
    query = f"?token={access.token}" if access.made else ""
    print(f"edge_app: web page at {server.url}{query}", file=sys.stderr, flush=True)
    return server
