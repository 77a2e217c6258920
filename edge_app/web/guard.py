"""Stands before every route: security headers, whose machine is asked for, the token, and where a POST comes from."""

from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import Access, Guesses, is_own_name
from .answers import refusal
from .headers import security_headers

COOKIE = "edge_app_token"
COOKIE_S = 30 * 24 * 3600
# These hold nothing secret; a health check has no token.
OPEN = ("/healthz", "/static/")
# What proxies add, beside X-Forwarded-….
FORWARDED = {"forwarded", "via", "x-real-ip"}
SIGN_IN = Template((Path(__file__).parent / "static" / "sign_in.html").read_text(encoding="utf-8"))


class Guard:
    """ASGI middleware: lets a request through, or answers it.

    Args:
        app: what is guarded.
        access: what a request must show.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access, self._guesses = app, access, Guesses()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer = self._answer(request) or self._app
        await answer(scope, receive, _with_headers(send))

    def _answer(self, request: Request) -> Response | None:
        if request.method == "POST" and not _same_origin(request):
            return refusal(request, 403, "expected a request from this page, got one from another site; open / here")
        if self._access.token is None:
            return _refuse_strangers(request)
        return None if request.scope["path"].startswith(OPEN) else self._ask_token(request)

    def _ask_token(self, request: Request) -> Response | None:
        from_address = request.query_params.get("token") if _wants_page(request) else None
        shown = from_address if from_address is not None else _shown(request)
        if shown is None or not self._access.admits(shown):
            return _unauthorized(request, wrong=False) if shown is None else self._wrong(request, shown)
        if from_address is None:
            return None
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, shown, COOKIE_S, httponly=True, samesite="strict")
        return answer

    def _wrong(self, request: Request, shown: str) -> Response:
        """Only who shows a wrong token ever waits: behind a proxy everyone has the address of whoever guesses."""
        address = request.client.host if request.client else ""
        if self._guesses.too_many(address):
            return refusal(
                request, 429, "expected the right token, got too many wrong ones; wait a minute", {"Retry-After": "60"}
            )
        self._guesses.add(address, shown)
        return _unauthorized(request, wrong=True)


def _refuse_strangers(request: Request) -> Response | None:
    """Without a token, who is not at this machine: a proxy here passes on anyone, whatever host it says."""
    forwarded = next((name for name in request.headers if name in FORWARDED or name.startswith("x-forwarded-")), None)
    if forwarded is not None:
        return refusal(
            request,
            403,
            f"expected a request from this machine, got one from a proxy (header {forwarded}) and no token to ask for; "
            "start it with --token-file FILE",
        )
    if not is_own_name(request.headers.get("host", "")):
        return refusal(
            request, 421, "expected localhost or 127.0.0.1 as host, got another name; a token allows any name"
        )
    return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            security_headers(MutableHeaders(scope=message))
        await send(message)

    return sending


def _wants_page(request: Request) -> bool:
    return request.method == "GET" and request.scope["path"] == "/"


def _shown(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE)


def _same_origin(request: Request) -> bool:
    """Browsers say where a POST comes from; what is no browser says nothing and has no cookie to be misused."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower() != ""
    except ValueError:
        return False


def _unauthorized(request: Request, wrong: bool) -> Response:
    challenge = {"WWW-Authenticate": 'Bearer realm="edge_app"'}
    if _wants_page(request):
        hint = "That token is not the right one." if wrong else ""
        return HTMLResponse(SIGN_IN.substitute(hint=hint), 401, challenge)
    got = "another" if wrong else "none"
    return refusal(request, 401, f"expected the token, got {got}; send it as Authorization: Bearer TOKEN", challenge)
