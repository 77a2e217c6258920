"""A small JSON object in a request, received within limits."""

from collections.abc import Mapping
from decimal import Decimal
from json import loads
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request


async def receive_json(request: Request, max_bytes: int) -> Mapping[str, Any]:
    """The JSON object in a request, its floats as Decimal; raises HTTPException for anything else."""
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > max_bytes:
                raise HTTPException(413, f"expected at most {max_bytes >> 10} KB of JSON, got more; send less")
        body = loads(content, parse_float=Decimal)
    except ClientDisconnect as error:
        raise HTTPException(400, "expected a whole request, got a part; try again") from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise HTTPException(400, "expected JSON, got something else; load the page again") from error
    if not isinstance(body, dict):
        raise HTTPException(400, "expected a JSON object, got something else; load the page again")
    return body
