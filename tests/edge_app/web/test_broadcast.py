"""One maker, many watchers."""

import asyncio

import pytest

from edge_app.web.broadcast import Broadcast


def test_what_cannot_be_made_once_is_made_the_next_time(caplog: pytest.LogCaptureFixture) -> None:
    """Who watches sees nothing of it; it is logged once."""
    made = list[int]()

    async def make(_anyway: bool) -> bytes | None:
        made.append(1)
        if 1 < len(made) < 6:
            raise MemoryError
        return str(len(made)).encode()

    async def watch() -> list[bytes]:
        broadcast, seen = Broadcast(make, 0.001, 4), list[bytes]()
        with broadcast.seat():
            async for thing in broadcast.watch():
                seen.append(thing)
                if len(seen) == 3:
                    break
        return seen

    seen = asyncio.run(asyncio.wait_for(watch(), 60))
    assert seen[0] == b"1"
    assert len(seen) == 3
    assert caplog.text.count("live view: failed") == 1
