"""Downloads from servers that mean harm."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from edge_app.errors import SourceError
from edge_app.host.download import Limits, WebRedirect, download
from tests.hostile_servers import HEAD, Answer, after, once


class Server(socketserver.ThreadingTCPServer):
    """Is not waited for at the end."""

    daemon_threads = True


@pytest.fixture
def raw() -> Iterator[Callable[[Answer], str]]:
    """Answers connections with whatever a function sends; gives the address."""
    with contextlib.ExitStack() as stack:

        def serve_with(answer: Answer) -> str:
            class Handler(socketserver.BaseRequestHandler):
                def handle(self) -> None:
                    with contextlib.suppress(OSError):
                        answer(self.request)

            serving = stack.enter_context(Server(("127.0.0.1", 0), Handler))
            threading.Thread(target=serving.serve_forever, daemon=True).start()
            stack.callback(serving.shutdown)
            return f"http://127.0.0.1:{serving.server_address[1]}"

        yield serve_with


def asked(answer: Answer) -> Answer:
    """Takes the request first."""

    def serve(connection: socket.socket) -> None:
        connection.recv(10_000)
        answer(connection)

    return serve


def fetch(url: str, whole_s: float = 60.0) -> bytes:
    """At most 1 MB."""
    return download(url, "a file", Limits(1 << 20, 30.0, whole_s), WebRedirect)


@pytest.mark.parametrize(
    "answer",
    [
        after(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        after(HEAD + b"X: ", b"a"),
        after(HEAD + b"\r\n", b"a"),
        after(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", b"X: y\r\n"),
    ],
    ids=["100 Continue", "headers", "body", "trailers"],
)
def test_one_deadline_holds_for_all_of_it(answer: Answer, raw: Callable[[Answer], str]) -> None:
    """Whatever a server drips."""
    failures: list[str] = []

    def fetch_it() -> None:
        with pytest.raises(SourceError) as caught:
            fetch(url, 0.5)
        failures.append(str(caught.value))

    url = raw(asked(answer))
    fetching = threading.Thread(target=fetch_it, daemon=True)
    fetching.start()
    fetching.join(20)
    assert not fetching.is_alive()
    assert failures[0].startswith(f"expected the whole of {url} within 0 s, got ")


def test_a_name_server_that_does_not_answer_is_under_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing ends a look-up; it is left behind."""
    over = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: over.wait(60))
    started_s = time.monotonic()
    with pytest.raises(SourceError, match=r"whole of http://example\.invalid/a within 0 s"):
        fetch("http://example.invalid/a", 0.3)
    over.set()
    assert time.monotonic() - started_s < 30


@pytest.mark.parametrize("url", ["http://no.such.name.invalid/a", "http://" + "a" * 70 + ".invalid/", "http://a..b/"])
def test_names_that_stand_for_nothing_are_an_error(url: str) -> None:
    """Whatever the look-up makes of them."""
    with pytest.raises(SourceError, match="expected a file at"):
        fetch(url, 20)


def test_redirections_are_under_the_same_deadline(raw: Callable[[Answer], str]) -> None:
    """Each answer alone comes in time."""

    def slowly(connection: socket.socket) -> None:
        connection.recv(10_000)
        time.sleep(0.3)
        connection.sendall(b"HTTP/1.1 302 x\r\nLocation: /%f\r\nContent-Length: 0\r\n\r\n" % time.monotonic())

    with pytest.raises(SourceError, match=r"expected the whole of .* within 1 s"):
        fetch(raw(slowly), 0.8)


def test_a_download_that_breaks_off_is_an_error(raw: Callable[[Answer], str]) -> None:
    """A PDF's or TIFF's last pages would be lost in silence."""
    with pytest.raises(SourceError, match="got 4 of 99 bytes"):
        fetch(raw(asked(once(HEAD + b"Content-Length: 99\r\n\r\nhalf"))))


def test_a_length_over_the_limit_is_refused_at_once(raw: Callable[[Answer], str]) -> None:
    """Nothing of the body is waited for."""

    def silent(connection: socket.socket) -> None:
        connection.recv(10_000)
        connection.sendall(HEAD + b"Content-Length: 5000000\r\n\r\n")
        # Until the other side has gone.
        connection.recv(1)

    with pytest.raises(SourceError, match="at most 1 MB, got 4 MB from"):
        fetch(raw(silent))


@pytest.mark.parametrize(("path", "sent"), [("/a b.png?c=ü", "/a%20b.png?c=%C3%BC"), ("/a%20b%2f", "/a%20b%2f")])
def test_a_url_may_have_spaces_and_letters(path: str, sent: str, raw: Callable[[Answer], str]) -> None:
    """They are encoded; what is encoded already stays."""

    def echo(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n" + connection.recv(10_000).split()[1])

    assert fetch(raw(echo) + path).decode() == sent
