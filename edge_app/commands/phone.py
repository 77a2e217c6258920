"""`phone`: serves the page that reads on the phone itself."""

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from ..host.extras import needs
from .run import port


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "phone",
        help="serve the page that reads on the phone itself",
        description="Serves the page that python -m convert --web wrote, until Ctrl-C. It reads in the browser, so "
        "nothing is sent here; beyond this machine it takes a token, and keeps for offline use only over https.",
    )
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the folder of the page")
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="address (default: %(default)s)")
    parser.add_argument("--port", type=port, default=8080, metavar="P", help="0: any port (default: %(default)s)")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE",
        help="the token; default: $EDGE_APP_TOKEN, else a new one is printed; loopback needs none",
    )  # fmt: skip
    parser.set_defaults(command=_phone)


def _phone(options: argparse.Namespace) -> int:
    from ..web.access import choose_access

    with needs({"starlette", "uvicorn", "h11", "anyio"}, "phone", "live"):
        from ..web.phone import phone_app
        from ..web.server import WebServer

    access = choose_access(options.host, options.token_file)
    server = WebServer(phone_app(options.site, access), options.host, options.port, flags="--")
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
