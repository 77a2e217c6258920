"""Opens the web page for `run --preview-port`."""

import argparse
import sys
from typing import TYPE_CHECKING

from ..collect.collector import Collector
from ..host.extras import needs
from ..live.current_reader import CurrentReader
from ..live.photographs import Photographs
from ..live.state import LiveState
from ..page.reader import ImageReader
from ..page.views import View, ViewReader
from .access import choose_access
from .info import Info

if TYPE_CHECKING:
    from .server import WebServer

PARTS = {"starlette", "uvicorn", "h11", "anyio", "python_multipart", "prometheus_client"}


def open_web(
    options: argparse.Namespace,
    state: LiveState,
    info: Info,
    photographs: Photographs | None = None,
    collector: Collector | None = None,
) -> "WebServer":
    """Serves the page in a thread and says on stderr where.

    Args:
        options: of `run`: preview_host, preview_port, token_file, model, store, runtime, threads and rotate.
        state: written by the live loop.
        info: about this run.
        photographs: asks the live loop for the camera's large pictures.
        collector: has what waits for a label, if crops are collected.

    Raises:
        OptionError: no such token file, or the address or port cannot be listened on.
        MissingPartError: a package of the extra `live` is not installed.
    """
    with needs(PARTS, "--preview-port", "live"):
        from .app import create_app
        from .server import WebServer

    def make_reader() -> ImageReader:
        # Others' photos may lie as they like; regions are the camera's.
        return ViewReader(CurrentReader(options, steady=False), View("none" if options.rotate == "none" else "auto"))

    access = choose_access(options.preview_host, options.token_file)
    app = create_app(state, make_reader, access, info, photographs, collector)
    server = WebServer(app, options.preview_host, options.preview_port)
    server.start()
    # Only who made it up knows a token that was given; a new one has to be told, once.
    query = f"?token={access.token}" if access.made else ""
    print(f"edge_app: web page at {server.url}{query}", file=sys.stderr, flush=True)
    if collector is not None:
        print(f"edge_app: label what was collected at {server.url}label", file=sys.stderr, flush=True)
    return server
