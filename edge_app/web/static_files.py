"""Files of the pages, read once."""

from collections.abc import Mapping
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


async def static_file(files: Mapping[str, Response], request: Request) -> Response:
    """One of static_files, by its name."""
    try:
        return files[request.path_params["name"]]
    except KeyError:
        raise HTTPException(404) from None


def static_files() -> Mapping[str, Response]:
    """Style, scripts, pictures and pages, read once, so that no request can lead to another file."""
    return {
        path.name: Response(path.read_bytes(), media_type=KINDS[path.suffix])
        for path in STATIC.iterdir()
        if path.suffix in KINDS
    }
