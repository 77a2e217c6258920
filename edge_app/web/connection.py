"""One HTTP connection that hangs up on clients that take forever, which uvicorn's own does not."""

import asyncio
from contextlib import suppress

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from .headers import HEADERS

# For the head of a request, and for the rest of a body that nobody reads.
HEAD_S = 10.0
# For taking what was sent.
TAKE_S = 10.0


class PatientProtocol(H11Protocol):
    """Patient, but not for ever."""

    _since_s = 0.0
    _looking: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts to wait for a request."""
        super().connection_made(transport)
        self._since_s = self.loop.time()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops waiting."""
        for timer in (self._looking, self._taking):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Waits for the next request."""
        self._since_s = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client does not take what was sent."""
        super().pause_writing()
        self._taking = self.loop.call_later(TAKE_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no HTTP; if that shows in the middle of a request, its own answer must not follow."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        headers = [*HEADERS.items(), ("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
        events = (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=f"{msg}\n".encode()),
            h11.EndOfMessage(),
        )
        # An answer that has begun cannot be taken back.
        with suppress(h11.LocalProtocolError):
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _look(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        if not answering and self.loop.time() - self._since_s >= HEAD_S:
            self.transport.abort()
            return
        self._looking = self.loop.call_later(HEAD_S / 4, self._look)
