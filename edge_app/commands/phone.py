"""`phone`: serves the page that reads on the phone itself."""

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from ..host.extras import needs
from .flags import add_address


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "phone",
        help="serve the page that reads on the phone itself",
        description="Serves the page that python -m convert --web wrote, until Ctrl-C. It reads in the browser, so "
        "nothing is sent here; beyond this machine it takes a token, and keeps for offline use only over https.",
    )
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the folder of the page")
    add_address(parser, port=8080)
    parser.set_defaults(command=_phone)


def _phone(options: argparse.Namespace) -> int:
    from ..web.access import choose_access

    with needs({"starlette", "uvicorn", "h11", "anyio"}, "phone", "live"):
        from ..web.phone import phone_app
        from ..web.server import WebServer

    access = choose_access(options.preview_host, options.token_file)
    server = WebServer(phone_app(options.site, access), options.preview_host, options.preview_port)
    ends = {signal.SIGINT, signal.SIGTERM}
    # Before the server's thread, which takes it over: the signals then wait to be asked for.
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    server.start()
    query = f"?token={access.token}" if access.made else ""
    print(f"edge_app: the phone's page at {server.url}{query}", file=sys.stderr, flush=True)
    try:
        signal.sigwait(ends)
    finally:
        server.close()
    return 0
