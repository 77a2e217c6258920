"""Refusals in the shape that fits who asks: JSON for the API, one line of text for everything else."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from .headers import security_headers

KNOWN = {
    404: "expected the address of a page or of the API, got another; start at /",
    405: "expected another method for this address; see the header Allow",
}


def refusal(request: Request, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that says why not; message in the form "expected …, got …; try …"."""
    if request.scope["path"].startswith("/api/"):
        return JSONResponse({"error": message}, status, headers)
    return PlainTextResponse(message + "\n", status, headers)


def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals, such as of an unknown address."""
    if not isinstance(error, HTTPException):
        raise error
    return refusal(request, error.status_code, KNOWN.get(error.status_code, error.detail), error.headers)


def on_bug(request: Request, error: Exception) -> Response:
    """A bug: its traceback goes to the log (the server sees to that), never to the client."""
    answer = refusal(request, 500, f"expected an answer, got a {type(error).__name__} in the app; see its log")
    # This is made outside of the guard.
    security_headers(answer.headers)
    return answer
