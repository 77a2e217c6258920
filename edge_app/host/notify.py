"""What a service reports to systemd, by its datagram protocol (sd_notify(3)); nothing where no systemd listens."""

import contextlib
import os
import socket
import time
from collections.abc import Mapping

from .lasting_thread import ended_threads


class Notifier:
    """Says that the app is ready, alive, ending.

    Args:
        environment: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID as systemd sets them; by default the process's.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        for_us = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        period_us = environment.get("WATCHDOG_USEC", "") if for_us else ""
        # Twice as often as systemd asks for.
        self._interval_s = int(period_us) / 2e6 if period_us.isdecimal() and int(period_us) else None
        self._last_s = float("-inf")

    def ready(self, status: str) -> None:
        """The first frame was read; status is a short line for `systemctl status`."""
        self._send(f"READY=1\nSTATUS={_line(status)}")

    def alive(self) -> None:
        """Called as often as frames come; it passes on what the watchdog needs, unless a thread has ended."""
        now_s = time.monotonic()
        if self._interval_s is None or now_s - self._last_s < self._interval_s:
            return
        self._last_s = now_s
        ended = ended_threads()
        self._send(f"STATUS=ended: {', '.join(ended)}" if ended else "WATCHDOG=1")

    def status(self, text: str) -> None:
        """A short line for `systemctl status`."""
        self._send(f"STATUS={_line(text)}")

    def stopping(self) -> None:
        """The end begins."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if self._address is None:
            return
        # systemd may be restarting itself: reading goes on.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            out.sendto(message.encode(), self._address)


def _address(path: str) -> str | None:
    """A path, or the name of an abstract socket ("@name" in the environment)."""
    if path.startswith("@"):
        return "\0" + path[1:]
    return path if path.startswith("/") else None


def _line(text: str) -> str:
    return " ".join(text.split())
