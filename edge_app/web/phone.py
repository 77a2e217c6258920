"""The phone's page, which reads by itself: the folder that `python -m convert --web` wrote, served as it is."""

import mimetypes
from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ..errors import OptionError
from .access import Access
from .guarded import behind_guard

INDEX, NETWORKS = "index.html", "models/settings.json"
KINDS = {".js": "text/javascript", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json"}
HEADERS = {
    # The page's own policy says the same; its worker, made from a blob, has it too.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; "
        "img-src 'self' blob:; connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    # Kept, but asked for again: the service worker keeps whole versions.
    "Cache-Control": "no-cache",
}


def phone_routes(site: Path, prefix: str) -> list[Route]:
    """Routes to the files of a site.

    Args:
        site: the folder that `python -m convert --web` wrote.
        prefix: of the addresses, "/" or such as "/phone/".

    Raises:
        OptionError: the folder is none of these.
    """
    files = _files(site)

    async def answer(request: Request) -> Response:
        path = files.get(request.path_params["name"] or INDEX)
        if path is None:
            raise HTTPException(404)
        kind = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0]
        return FileResponse(path, media_type=kind, headers=HEADERS)

    return [Route(prefix + "{name:path}", answer)]


def phone_app(site: Path, access: Access) -> Starlette:
    """The page alone; raises OptionError as phone_routes does."""
    return behind_guard(phone_routes(site, "/"), access)


def _files(site: Path) -> Mapping[str, Path]:
    """The files by their path there, listed once, so that no request can lead to another."""
    if not all((site / name).is_file() for name in (INDEX, NETWORKS)):
        raise OptionError(
            f"expected the phone's page in {site}, got no {INDEX} with {NETWORKS} there; make it with: "
            f"python -m convert --web {site}"
        )
    return {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if path.is_file()}
