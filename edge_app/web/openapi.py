"""What the HTTP API is, in OpenAPI 3.1: openapi.json, and what depends on this run."""

import json
import re
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from starlette.routing import Route

from .access import Access

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
# What the guard and the error handlers answer instead of a route.
WITH_TOKEN = {
    "401": "No token, or a wrong one.",
    "429": "A wrong token after too many others; Retry-After says when to come again.",
}
WITHOUT_TOKEN = {
    "403": "Sent on by a proxy, which takes a token, or by a page of another site.",
    "421": "Asked for by another name than localhost or 127.0.0.1; with a token any name is answered to.",
}
ON_POST = {"403": "Sent by a page of another site."}
ALWAYS = {"500": "A bug; the app's log has more."}


def path_of(route: Route) -> str:
    """A route's path as OpenAPI writes it: its parameters without their types."""
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)


def describe(routes: Iterable[Route], access: Access, version: str) -> dict[str, Any]:
    """The document for an app.

    Args:
        routes: of the app; what it does not have is left out.
        access: what a request must show.
        version: of the app.
    """
    document, there = deepcopy(DOCUMENT), {path_of(route) for route in routes}
    document["info"]["version"] = version
    document["paths"] = {path: item for path, item in document["paths"].items() if path in there}
    document["security"] = [] if access.token is None else [{name: []} for name in ("token", "cookie")]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            guarded = access.token is not None and operation.get("security") != []
            refusals = {**(ON_POST if method == "post" else {}), **ALWAYS}
            refusals |= (WITH_TOKEN if guarded else {}) if access.token is not None else WITHOUT_TOKEN
            for status, text in refusals.items():
                operation["responses"].setdefault(status, _refusal(path, text))
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return document


def _refusal(path: str, text: str) -> dict[str, Any]:
    """See answers.refusal."""
    if path.startswith("/api/"):
        return {
            "description": text,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    return {"description": text, "content": {"text/plain": {"schema": {"type": "string"}}}}
