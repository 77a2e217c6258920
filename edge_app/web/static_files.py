"""Pages, style, scripts and pictures, read once, so that no request can lead to a file."""

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def static_files() -> Mapping[str, Response]:
    """An answer for each file, by its name."""
    return {
        path.name: Response(path.read_bytes(), media_type=KINDS[path.suffix])
        for path in STATIC.iterdir()
        if path.suffix in KINDS
    }
