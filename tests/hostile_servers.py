"""HTTP servers and models that mean harm, for tests and benchmarks of what fetches models."""

import io
import socket
import socketserver
import threading
import time
import warnings
import zipfile
from collections.abc import Callable
from types import TracebackType
from typing import Self

Answer = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def after(start: bytes, again: bytes, pause_s: float = 0.02) -> Answer:
    """Sends a beginning, and then something for ever."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(again)
            time.sleep(pause_s)

    return answer


def once(content: bytes) -> Answer:
    """Sends this alone, and hangs up."""
    return lambda connection: connection.sendall(content)


def file(content: bytes) -> Answer:
    """Sends a file as honest servers do."""
    return once(HEAD + b"Content-Length: %d\r\n\r\n" % len(content) + content)


def silent(connection: socket.socket) -> None:
    """Takes the request, and says nothing until the other side has gone."""
    connection.recv(1)


SERVERS: dict[str, Answer] = {
    "silent": silent,
    "hangs up": once(b""),
    "no HTTP": once(b"SSH-2.0-nonsense\r\n"),
    "100 Continue for ever": after(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a header that drips": after(HEAD + b"X: ", b"a"),
    "headers for ever": after(HEAD, b"X: y\r\n", 0),
    "a body that drips": after(HEAD + b"Content-Length: 1000000\r\n\r\n", b"a"),
    "a body for ever": after(HEAD + b"\r\n", bytes(1 << 20), 0),
    "a chunk's size that drips": after(CHUNKED, b"0"),
    "trailers that drip": after(CHUNKED + b"3\r\nabc\r\n0\r\n", b"X: y\r\n"),
    "a length of 10 GB": after(HEAD + b"Content-Length: 10000000000\r\n\r\n", b"a"),
    "half": once(HEAD + b"Content-Length: 99\r\n\r\nhalf"),
    "somewhere else": once(b"HTTP/1.1 302 x\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"),
}


class Server:
    """Answers each request for /NAME as `answers` says, on loopback; not waited for at the end."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                name = self.request.recv(10_000).split()[1].decode().lstrip("/")
                try:
                    answers[name](self.request)
                # The client has gone.
                except OSError:
                    return

        class Serving(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._serving = Serving(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._serving.server_address[1]}"

    def __enter__(self) -> Self:
        """Listens."""
        threading.Thread(target=self._serving.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends."""
        self._serving.shutdown()
        self._serving.server_close()


def damaged(model: bytes) -> dict[str, bytes]:
    """Files made of a model, each spoilt in another way; all end as ZIP archives do."""
    with zipfile.ZipFile(io.BytesIO(model)) as archive:
        start = min(member.header_offset for member in archive.infolist())
        members = {name: archive.read(name) for name in archive.namelist()}
    plain = packed(model[:start], members)
    contract = members["contract.json"]
    central = plain.index(b"PK\x01\x02", start)
    return {
        "LZMA, damaged": packed(model[:start], members, zipfile.ZIP_LZMA, spoilt=True),
        "bzip2, damaged": packed(model[:start], members, zipfile.ZIP_BZIP2, spoilt=True),
        "deflate, damaged": packed(model[:start], members, zipfile.ZIP_DEFLATED, spoilt=True),
        "an unknown method": plain.replace(b"PK\x03\x04\x14\0\0\0\0\0", b"PK\x03\x04\x14\0\0\0\x63\0").replace(
            b"PK\x01\x02\x14\x03\x14\0\0\0\0\0", b"PK\x01\x02\x14\x03\x14\0\0\0\x63\0"
        ),
        "encrypted": plain.replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0"),
        "a name of NUL": plain.replace(b"contract.json", b"\0" * 13),
        "a directory that points nowhere": plain[:-6] + b"\xff\xff\xff\x7f\0\0",
        "a member that points nowhere": plain[: central + 42] + b"\xff\xff\xff\x7f" + plain[central + 46 :],
        "extra fields cut": plain[: central + 30] + b"\x04\0" + plain[central + 32 :],
        "nested JSON": packed(model[:start], {**members, "contract.json": b"[" * 200_000}),
        "a number that no float holds": packed(
            model[:start],
            {**members, "contract.json": contract.replace(b'"temperature": ', b'"temperature": 1' + b"0" * 400)},
        ),
        "no UTF-8": packed(model[:start], {**members, "contract.json": b"\xff" + contract}),
    }


def packed(
    flatbuffer: bytes, members: dict[str, bytes], method: int = zipfile.ZIP_STORED, spoilt: bool = False
) -> bytes:
    """A model with these files behind it, spoilt in the middle of each."""
    buffer = io.BytesIO(flatbuffer)
    with zipfile.ZipFile(buffer, "a", method) as archive, warnings.catch_warnings():
        for name, member in members.items():
            archive.writestr(name, member)
        found = [(info.header_offset + 30 + len(info.filename), info.compress_size) for info in archive.infolist()]
    content = bytearray(buffer.getvalue())
    for at, size in found if spoilt else ():
        for place in range(at + 9, at + size, 3):
            content[place] ^= 0x55
    return bytes(content)
