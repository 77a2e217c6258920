"""Somebody without the run's certificate at a cluster's ports; prints as JSON what answered him, by port and way in.

Usage: python tests/edge_app/batch/intruder.py PORT...
He comes as who started him and then, if that is root, as another user.
"""

import asyncio
import json
import os
import ssl
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.error import HTTPError

from distributed import Security
from distributed.core import rpc

NOBODY = 65534
WAIT_S = 3


async def over_tcp(port: int) -> Any:
    """As any client of Dask does."""
    async with rpc(f"tcp://127.0.0.1:{port}", timeout=WAIT_S) as server:
        return await server.identity()


async def over_tls(port: int) -> Any:
    """Without a certificate."""
    return await _encrypted(port, ssl.create_default_context())


async def over_tls_with_his_own(port: int) -> Any:
    """With a certificate that he made himself."""
    return await _encrypted(port, Security.temporary().get_connection_args("client")["ssl_context"])


async def _encrypted(port: int, context: ssl.SSLContext) -> Any:
    # He does not mind who the server is.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with rpc(f"tls://127.0.0.1:{port}", timeout=WAIT_S, connection_args={"ssl_context": context}) as server:
        return await server.identity()


async def over_http(port: int) -> Any:
    """With a browser."""
    try:
        url = f"http://127.0.0.1:{port}/json/identity.json"
        return await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=WAIT_S).read())
    except HTTPError as error:
        return error


WAYS: tuple[Callable[[int], Awaitable[Any]], ...] = (over_tcp, over_tls, over_tls_with_his_own, over_http)


async def answers(port: int) -> dict[str, str]:
    """What each way in gave, by its name; those that were refused are left out."""
    found = {}
    for way in WAYS:
        try:
            found[way.__name__] = str(await asyncio.wait_for(way(port), WAIT_S))
        # He tries the next one, whatever went wrong.
        except Exception as error:
            print(f"{way.__name__} {type(error).__name__}: {error}", file=sys.stderr)
    return found


def main() -> None:
    """Tries all ports; what that imports is read before he is another user, who may not."""
    ports = [int(port) for port in sys.argv[1:]]
    found = {port: asyncio.run(answers(port)) for port in ports}
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        found = {port: first | asyncio.run(answers(port)) for port, first in found.items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
