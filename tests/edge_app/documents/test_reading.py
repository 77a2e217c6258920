"""`read` on documents of many pages, folders, globs, standard input and URLs."""

import contextlib
import http.server
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edge_app.cli import main
from edge_app.commands import read_files as reading
from edge_app.documents import decoder, opened
from edge_app.host.download import Limits

from .made import as_file, as_pages, claiming_pdf, encrypted_pdf

Capture = pytest.CaptureFixture[str]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and leads from /to/URL to that URL."""

    def do_GET(self) -> None:
        """A file or a redirection."""
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif self.path == "/secret.png" and self.headers["Authorization"] != "Basic bWU6cEB3":
            self.send_error(401)
        else:
            super().do_GET()

    def copyfile(self, *files: Any) -> None:
        """Whoever asked may go when it is too large."""
        with contextlib.suppress(ConnectionError):
            super().copyfile(*files)

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Address of a server of the test's folder."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{serving.server_port}"
        serving.shutdown()


def read(capsys: Capture, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, JSON objects and stderr without what a runtime says there."""
    code = main(["read", "--json", *arguments])
    captured = capsys.readouterr()
    return code, [json.loads(line) for line in captured.out.splitlines()], captured.err.replace("INFO: ", "")


@pytest.mark.parametrize(("kind", "name"), [("TIFF", "a.tif"), ("PDF", "a.pdf"), ("PDF", "scan")])
def test_every_page_of_a_document_is_read(kind: str, name: str, tmp_path: Path, capsys: Capture) -> None:
    """One object a page, with its number; as text under a heading each; a suffix need not say what it is."""
    path = tmp_path / name
    path.write_bytes(as_pages(["12", "345", "6"], kind))
    code, records, _ = read(capsys, str(path))
    assert code == 0
    assert [list(record)[:3] for record in records] == [["source", "page", "width"]] * 3
    assert [(record["source"], record["page"]) for record in records] == [(str(path), page) for page in (1, 2, 3)]
    assert [record["text"] for record in records] == ["12", "345", "6"]
    assert main(["read", str(path)]) == 0
    headings = [f"{path}, page {page}:" for page in (1, 2, 3)]
    assert capsys.readouterr().out.splitlines() == [headings[0], "12", headings[1], "345", headings[2], "6"]


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_a_document_of_one_page_is_like_an_image(kind: str, tmp_path: Path, capsys: Capture) -> None:
    """The documented object, and no heading."""
    path = tmp_path / f"a.{kind.lower()}"
    path.write_bytes(as_pages(["12"], kind))
    _, (record,), _ = read(capsys, str(path))
    assert list(record) == ["source", "width", "height", "text", "lines", "latency_ms"]
    assert main(["read", str(path)]) == 0
    assert capsys.readouterr().out == "12\n"


def test_a_bad_page_does_not_stop_the_others(tmp_path: Path, capsys: Capture) -> None:
    """It is an error object with its number; so is a bad document, and what comes after it is read."""
    pages = as_pages(["12", "3"], "TIFF")
    # The size of the second page's picture, in its directory.
    second = int.from_bytes(pages[4:8], "little")
    entries = int.from_bytes(pages[second : second + 2], "little")
    second = int.from_bytes(pages[second + 2 + 12 * entries :][:4], "little")
    (tmp_path / "a.tif").write_bytes(pages[: second + 10 + 12] + (5).to_bytes(2, "little") + pages[second + 24 :])
    (tmp_path / "b.pdf").write_bytes(encrypted_pdf())
    (tmp_path / "c.png").write_bytes(as_file("4"))
    code, records, _ = read(capsys, str(tmp_path))
    assert code == 1
    assert [record.get("text") for record in records] == ["12", None, None, "4"]
    assert list(records[1]) == ["source", "page", "error"]
    assert list(records[2]) == ["source", "error"]
    assert "got an encrypted one" in records[2]["error"]


def test_a_folder_says_what_it_leaves_out(tmp_path: Path, capsys: Capture) -> None:
    """On stderr, and that is no failure; pictures of pages of one name do not overwrite each other."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.png").write_bytes(as_file("1"))
    (tmp_path / "notes.txt").touch()
    code, records, told = read(capsys, str(tmp_path), "--annotate", str(tmp_path / "drawn"))
    assert (code, len(records)) == (0, 2)
    assert f"edge_app: left out: {tmp_path}/notes.txt (a .txt file)\n" in told
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["1.annotated.png", "1~2.annotated.png"]


def test_many_files_are_led_to_batch(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read all the same."""
    monkeypatch.setattr(reading, "MANY", 2)
    for number in "12":
        (tmp_path / f"{number}.png").write_bytes(as_file(number))
    code, records, told = read(capsys, f"{tmp_path}/*.png")
    assert (code, [record["text"] for record in records]) == (0, ["1", "2"])
    assert f"python -m edge_app batch '{tmp_path}/*.png' --output DIR" in told


@pytest.mark.parametrize("content", [as_file("12"), as_pages(["12"], "PDF"), as_file("12", "PPM")])
def test_standard_input(content: bytes, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe, which cannot be sought in; also what scanimage writes."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    code, (record,), _ = read(capsys, "-")
    assert (code, record["source"], record["text"]) == (0, "-", "12")


def test_what_is_wrong_with_standard_input_names_it(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not "-"; and it may be closed."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"no picture")))
    code, (record,), _ = read(capsys, "-")
    assert (code, record["source"]) == (1, "-")
    assert "got standard input, which is none" in record["error"]
    monkeypatch.setattr(sys, "stdin", None)
    code, (record,), _ = read(capsys, "-")
    assert (code, "on standard input, got a closed one" in record["error"]) == (1, True)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs /proc")
def test_a_file_that_fails_while_it_is_read_is_one_clear_line(capsys: Capture) -> None:
    """One without a suffix is looked into first."""
    code, (record,), _ = read(capsys, "/proc/self/mem")
    assert code == 1
    assert record["error"] == "expected an image file, got /proc/self/mem (Input/output error); check the path"


@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii"])
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_any_name_can_be_written(encoding: str, flags: list[str], tmp_path: Path) -> None:
    """Bytes that are no UTF-8, letters that the terminal has not, and control characters, which forge no line."""
    names = [b"bad\xff.png", "grüße.png".encode(), b"a\nedge_app: error: b\x1b[2J.png", b"none\xff*"]
    for name in names[:3]:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(as_file("1"))
    command: list[str | bytes] = [sys.executable, "-m", "edge_app", "read", *flags, *names]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    # The folder is the current one, but the package is this one.
    environment["PYTHONPATH"] = str(Path(reading.__file__).parents[2])
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    assert not any(line.startswith(b"edge_app: error: b") for line in (done.stdout + done.stderr).splitlines())
    if flags:
        records = [json.loads(line) for line in done.stdout.decode().splitlines()]
        assert [record["source"] for record in records][:2] == ["bad?.png", "grüße.png"]
        assert "none that match none?*" in records[3]["error"]


def test_a_long_name_is_shortened_for_its_picture(tmp_path: Path, capsys: Capture) -> None:
    """It stopped the others; two that begin the same give two pictures."""
    for letter in "bc":
        (tmp_path / f"{'ä' * 120}{letter}.png").write_bytes(as_file("1"))
    (tmp_path / "d.png").write_bytes(as_file("2"))
    code, records, _ = read(
        capsys, str(tmp_path), "--annotate", str(tmp_path / "drawn"), "--explain", str(tmp_path / "explained")
    )
    assert (code, [record["text"] for record in records]) == (0, ["2", "1", "1"])
    drawn = sorted(path.name for path in (tmp_path / "drawn").iterdir())
    assert drawn == ["d.annotated.png", f"{'ä' * 75}.annotated.png", f"{'ä' * 75}~2.annotated.png"]


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.pdf"), ("PDF", "a.png")])
def test_a_wrong_suffix_does_not_keep_a_document_from_being_read(
    kind: str, name: str, tmp_path: Path, capsys: Capture
) -> None:
    """Its beginning says what it is."""
    (tmp_path / name).write_bytes(as_file("12") if kind == "PNG" else as_pages(["12"], "PDF"))
    code, (record,), _ = read(capsys, str(tmp_path / name))
    assert (code, record["text"]) == (0, "12")


def test_pages_that_a_pdf_only_claims_are_one_error(tmp_path: Path, capsys: Capture) -> None:
    """Not one each; and a PDF without any says so."""
    (tmp_path / "a.pdf").write_bytes(claiming_pdf(3000))
    # What PDFium says of the one before is not said of the next.
    (tmp_path / "b.pdf").write_bytes(encrypted_pdf())
    (tmp_path / "c.pdf").write_bytes(claiming_pdf(0, has=0))
    code, (first, missing, _, none), _ = read(capsys, str(tmp_path))
    assert code == 1
    assert (first["page"], first["text"], missing["page"]) == (1, "", 2)
    assert "expected 3000 pages, as it says, got 1 in" in missing["error"]
    assert "got a PDF without pages, " in none["error"]


def test_a_terminal_is_not_waited_for(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody types a picture."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=SimpleNamespace(isatty=lambda: True)))
    code, (record,), _ = read(capsys, "-")
    assert (code, list(record)) == (1, ["source", "error"])
    assert "got a terminal" in record["error"]


def test_urls_are_read(server: str, tmp_path: Path, capsys: Capture) -> None:
    """A picture, a document of pages, one behind a password that is written down nowhere, and one that moved."""
    (tmp_path / "a.png").write_bytes(as_file("12"))
    (tmp_path / "secret.png").write_bytes(as_file("3"))
    (tmp_path / "b.pdf").write_bytes(as_pages(["4", "5"], "PDF"))
    secret = f"http://me:p%40w@{server}/secret.png"
    code, records, _ = read(capsys, *(f"http://{server}/{name}" for name in ("a.png", "b.pdf?x=1")), secret)
    assert (code, [record["text"] for record in records]) == (0, ["12", "4", "5", "3"])
    assert [record["source"] for record in records][::3] == [f"http://{server}/a.png", f"http://me@{server}/secret.png"]
    code, (record,), _ = read(capsys, f"http://{server}/to/http://{server}/a.png")
    assert (code, record["text"]) == (0, "12")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("none.png", "expected an image or a PDF at {url}, got: HTTP Error 404"),
        ("text.png", "got {url}, which is none; save it as one of these"),
        ("to/file:///etc/hostname", "got: HTTP Error 302"),
        ("large.png", "expected an image or a PDF of at most 1 MB, got 2 MB from {url}"),
        ("eps.png", "got {url}, which is none; save it as one of these"),
    ],
)
def test_a_bad_url_is_one_clear_line(
    path: str, error: str, server: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the URL as it was given; a server leads to no file, and to no decoder that starts programs."""
    monkeypatch.setattr(opened, "WEB", Limits(1 << 20, 30.0, 30.0))
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "large.png").write_bytes(bytes(1 << 21))
    (tmp_path / "eps.png").write_bytes(as_file("1", "EPS"))
    url = f"http://{server}/{path}"
    code, (record,), _ = read(capsys, url)
    assert code == 1
    assert record["source"] == url
    assert error.format(url=url) in record["error"]
    assert "\n" not in record["error"]


def test_no_server_is_one_clear_line(capsys: Capture) -> None:
    """As text, too."""
    assert main(["read", "http://127.0.0.1:9/a.png"]) == 1
    (line,) = (line for line in capsys.readouterr().err.splitlines() if line.startswith("edge_app: error:"))
    assert "at http://127.0.0.1:9/a.png, got: " in line
    assert "Connection refused" in line


def test_without_pypdfium2_the_line_names_the_extra(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And everything else is read."""
    (tmp_path / "a.pdf").write_bytes(as_pages(["1"], "PDF"))
    (tmp_path / "b.png").write_bytes(as_file("2"))
    hidden = "import sys; sys.modules['pypdfium2'] = None; "
    monkeypatch.setattr(decoder, "PROCESS", hidden + decoder.PROCESS)
    code, records, _ = read(capsys, str(tmp_path))
    assert code == 1
    assert "expected pypdfium2 for a PDF, " in records[0]["error"]
    assert records[0]["error"].endswith("try pip install 'digits-edge[batch]'")
    assert records[1]["text"] == "2"
