"""One maker, many watchers: a thing is made once for all of them, only while somebody watches; who is slow skips."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ..host.failures import Failures

# After this many seconds without anything new the last one goes out again, so that dead connections are noticed.
REPEAT_S = 5.0


class Broadcast:
    """Belongs to one event loop.

    Args:
        make: gives the next thing to send, or None if there is nothing new; asked with True it makes one anyway,
            as there is nothing to begin with.
        interval_s: how often make is asked.
        seats: how many may watch at once.
    """

    def __init__(self, make: Callable[[bool], Awaitable[bytes | None]], interval_s: float, seats: int) -> None:
        self._make, self._interval_s, self._seats = make, interval_s, seats
        self._last, self._number = b"", 0
        self._failures = Failures("the page's live view")
        self._news = asyncio.Event()
        self._making: asyncio.Task[None] | None = None
        self.watchers = 0

    @property
    def full(self) -> bool:
        """Whether all seats are taken."""
        return self.watchers >= self._seats

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Watches: the first one starts the making, the last one ends it."""
        self.watchers += 1
        if self._making is None:
            # What is left from the last time may be hours old.
            self._last, self._news = b"", asyncio.Event()
            self._making = asyncio.create_task(self._make_on())
            self._making.add_done_callback(lambda _: self._news.set())
        try:
            yield
        finally:
            self.watchers -= 1
            if self.watchers == 0 and self._making is not None:
                self._making.cancel()
                self._making = None

    async def watch(self) -> AsyncIterator[bytes]:
        """The last thing now, then each newest one as soon as the one before has been taken."""
        seen = -1
        while True:
            if self._number != seen and self._last:
                seen = self._number
                yield self._last
            else:
                await self._news.wait()
                if self._making is not None and self._making.done():
                    # Only a bug ends it while somebody watches.
                    self._making.result()

    async def _make_on(self) -> None:
        loop = asyncio.get_running_loop()
        sent_s = loop.time()
        while True:
            started_s = loop.time()
            try:
                made = await self._make(not self._last)
            except Exception as error:
                self._failures.failed(error)
                made = None
            if made is None and self._last and started_s - sent_s >= REPEAT_S:
                made = self._last
            if made is not None:
                self._last, self._number, sent_s = made, self._number + 1, started_s
                # Wakes those that wait now, and nobody later.
                self._news.set()
                self._news.clear()
            await asyncio.sleep(max(0.0, started_s + self._interval_s - loop.time()))


class Watching(StreamingResponse):
    """Sends a broadcast until the client is gone.

    Args:
        broadcast: what is sent.
        media_type: of the whole.
        preamble: goes out first.
    """

    def __init__(self, broadcast: Broadcast, media_type: str, preamble: bytes = b"") -> None:
        super().__init__(self._parts(preamble), media_type=media_type)
        self._broadcast = broadcast

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        with self._broadcast.seat():
            await super().__call__(scope, receive, send)

    async def _parts(self, preamble: bytes) -> AsyncIterator[bytes]:
        yield preamble
        async for part in self._broadcast.watch():
            yield part
