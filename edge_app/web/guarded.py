"""Apps behind the guard."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from .access import Access
from .answers import on_bug, on_http_error
from .guard import Guard
from .openapi import describe


def behind_guard(routes: list[Route], access: Access) -> Starlette:
    """Puts routes together; access says what a request must show."""
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, access=access)],
        exception_handlers={HTTPException: on_http_error, Exception: on_bug},
    )
    # It would build an address out of whatever the header Host holds.
    app.router.redirect_slashes = False
    return app


def guarded(routes: list[Route], access: Access, version: str) -> Starlette:
    """The same, with a description of the routes."""
    # Made once: it describes itself, too.
    routes.append(Route("/openapi.json", lambda _: description))
    description = JSONResponse(describe(routes, access, version))
    return behind_guard(routes, access)
