"""One HTTP connection that is closed where a client takes forever or too many are open, unlike uvicorn's own."""

import asyncio
import ipaddress
import logging
from collections import Counter
from contextlib import suppress

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..host.logs import Seldom
from .headers import HEADERS

LOG = logging.getLogger(__name__)
LOG.addFilter(Seldom())

# In all; the seats on the streams are half of them.
MAX_CONNECTIONS = 128
# For the whole head of a request, and for the rest of a body that nobody reads.
HEAD_S, REST_S = 5.0, 10.0
# For taking what was sent.
TAKE_S = 10.0


class PatientProtocol(H11Protocol):
    """Patient, but not for ever, and with MAX_CONNECTIONS at most: one that asks nothing makes room for the next."""

    _since_s, _network = 0.0, ""
    _looking: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts to wait for a request."""
        super().connection_made(transport)
        self._since_s = self.loop.time()
        self._network = _network(self.client[0] if self.client else "")
        self._make_room()
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
            self._taking = None

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

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _look(self) -> None:
        patience_s = REST_S if self.conn.their_state is h11.SEND_BODY else HEAD_S
        if not self._answering() and self.loop.time() - self._since_s >= patience_s:
            self.transport.abort()
            return
        self._looking = self.loop.call_later(HEAD_S / 4, self._look)

    def _make_room(self) -> None:
        """With too many, closes one that asks nothing, or takes nothing: the oldest of the network that has the most.

        So a flood displaces only itself, and many behind one proxy have all the room that others leave.
        """
        there = [each for each in self.connections if isinstance(each, PatientProtocol)]
        there = [each for each in there if not each.transport.is_closing()]
        if len(there) <= MAX_CONNECTIONS:
            return
        LOG.warning(
            "more than %d connections to the web page, of %s too: hangs up on idle ones", MAX_CONNECTIONS, self._network
        )
        crowd = Counter(each._network for each in there)
        idle = [each for each in there if each is not self and (not each._answering() or each._taking is not None)]
        first = max(idle, default=self, key=lambda each: (crowd[each._network], not each._answering(), -each._since_s))
        first.transport.abort()


def _network(address: str) -> str:
    """Whose address it is: of IPv6 the first half, as each client has the other half to itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return address
    return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip) >> 64 << 64, 64)))
