"""Decoding in a process of its own: the same pixels, and bombs that end it alone."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_app.documents.decoder import PROCESS, Decoded, Decoder, Limits
from edge_app.documents.decoder_process import packed
from edge_app.errors import ImageError
from edge_app.files.image import load_image, to_luma
from edge_app.web.uploads import DECODING

from .bombs import blank_webp, deep_png, forms_pdf, operators_pdf, phone_jpeg, scans_jpeg
from .made import as_file, as_pages, page

IMPATIENT = Limits(1 << 30, cpu_s=1, wall_s=30.0)
EXAMPLE = Path(__file__).parents[2] / "pages" / "example.jpg"


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    """With a second for each page."""
    with_a_second = Decoder(IMPATIENT)
    yield with_a_second
    with_a_second.close()


@pytest.fixture
def of_uploads() -> Iterator[Decoder]:
    """With the limits of the web page."""
    small = Decoder(DECODING)
    yield small
    small.close()


def first(decoder: Decoder, content: bytes, name: str = "a.png") -> Decoded:
    """The first page of a file in memory."""
    with decoder.open(io.BytesIO(content), name) as document:
        return document.page(1, luma=True)


def memory_mb(decoder: Decoder, field: str) -> float:
    """Of the process: VmRSS, VmHWM."""
    assert decoder._process is not None
    status = Path(f"/proc/{decoder._process.pid}/status").read_text()
    found = re.search(rf"{field}:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / 1024


@pytest.mark.parametrize("luma", [False, True])
def test_a_photo_comes_as_the_same_pixels(luma: bool, decoder: Decoder) -> None:
    """As they are without a process: what is measured on photos stays."""
    with EXAMPLE.open("rb") as file, decoder.open(file, "example.jpg") as document:
        decoded = document.page(1, luma)
    expected = load_image(EXAMPLE)
    assert (decoded.pixels == (to_luma(expected) if luma else expected)).all()
    assert decoded.size_wh == (640, 480)


def test_many_documents_take_one_process(decoder: Decoder) -> None:
    """It is started once, and has nothing of the last document open."""
    processes = set()
    for text in "123":
        assert (first(decoder, as_file(text)).pixels == page(text)).all()
        assert decoder._process is not None
        processes.add(decoder._process.pid)
    assert len(processes) == 1
    first(decoder, as_file("4"))
    folder, end_s = Path(f"/proc/{processes.pop()}/fd"), time.monotonic() + 60
    # It closes a document while nobody waits for it.
    while any("memfd" in str(path.readlink()) for path in folder.iterdir()):
        assert time.monotonic() < end_s
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("name", "bomb"),
    [
        ("scans.jpg", scans_jpeg((4000, 4000), 3000)),
        ("forms.pdf", forms_pdf(7)),
        ("operators.pdf", operators_pdf(1_000_000)),
    ],
)
def test_a_page_that_takes_long_is_given_up(name: str, bomb: bytes, decoder: Decoder) -> None:
    """After its second it is one clear line, and the next file is read."""
    # A tree of forms may use up the memory before.
    why = "takes longer" if name != "forms.pdf" else r"(takes longer|ended the process that tried \(-\d+\))"
    with pytest.raises(ImageError, match=f"got one that {why}, {name}; save it as"):
        first(decoder, bomb, name)
    assert (first(decoder, as_file("5")).pixels == page("5")).all()


def test_the_other_pages_of_a_document_come_all_the_same(decoder: Decoder) -> None:
    """Though its process was ended in the middle."""
    with decoder.open(io.BytesIO(as_pages(["1", "2", "3"], "TIFF")), "a.tif") as document:
        assert (document.page(1).pixels == page("1")).all()
        assert decoder._process is not None
        os.kill(decoder._process.pid, signal.SIGKILL)
        decoder._process.wait()
        assert (document.page(2).pixels == page("2")).all()
        assert (document.page(3).pixels == page("3")).all()


def test_who_does_not_wait_any_longer_stops_it(decoder: Decoder) -> None:
    """Within a moment, and the process is gone."""
    stopped = threading.Event()
    threading.Timer(0.3, stopped.set).start()
    started_s = time.monotonic()
    with (
        pytest.raises(InterruptedError),
        decoder.open(io.BytesIO(scans_jpeg((4000, 4000), 3000)), "a.jpg", stopped=stopped.is_set) as document,
    ):
        document.page(1)
    assert time.monotonic() - started_s < 1.0
    assert decoder._process is None


@pytest.mark.parametrize(
    ("bomb", "line"),
    [
        (blank_webp(16383, 3600), "expected a whole picture that fits into memory, got another in a.png"),
        (deep_png(7000, 8000), r"at most 70 MB to decode, got 224 MB \(PNG, RGBA\) in a.png; scale it down"),
        (deep_png(1_800_000, 32), r"got 230 MB \(PNG, RGBA\)"),
    ],
)
def test_what_takes_much_memory_is_refused(bomb: bytes, line: str, of_uploads: Decoder) -> None:
    """With a line that says what fits; the process stays as it was."""
    with pytest.raises(ImageError, match=line):
        first(of_uploads, bomb)
    assert memory_mb(of_uploads, "VmHWM") < 50
    assert (first(of_uploads, as_file("6")).pixels == page("6")).all()


def test_a_phone_s_48_megapixels_are_read_at_half_their_size(of_uploads: Decoder) -> None:
    """Upright, in little memory, which is given back."""
    large = phone_jpeg((8064, 6048), page("407"))
    decoded = first(of_uploads, large, "IMG.jpg")
    assert decoded.size_wh == (6048, 8064)
    assert decoded.pixels.shape == (4032, 3024)
    upright = np.asarray(Image.fromarray(page("407")).resize((3024, 4032)))
    assert np.abs(decoded.pixels.astype(int) - upright).mean() < 4
    assert memory_mb(of_uploads, "VmHWM") < 60
    first(of_uploads, as_file("1"))
    assert memory_mb(of_uploads, "VmRSS") < 40


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_other_large_pictures_are_halved_too(kind: str, of_uploads: Decoder) -> None:
    """By the means of four pixels each; at 16 megapixels or below nothing is."""
    values = np.random.default_rng(0).integers(0, 256, (4001, 4003), np.uint8)
    file = io.BytesIO()
    Image.fromarray(values).save(file, kind)
    decoded = first(of_uploads, file.getvalue())
    assert (decoded.size_wh, decoded.pixels.shape) == ((4003, 4001), (2001, 2002))
    means = values[:4000, :4002].reshape(2000, 2, 2001, 2).mean((1, 3))
    assert np.abs(decoded.pixels[:2000, :2001] - means).max() <= 1
    exact = io.BytesIO()
    Image.fromarray(values[:4000, :4000]).save(exact, kind)
    assert (first(of_uploads, exact.getvalue()).pixels == values[:4000, :4000]).all()


def test_the_process_is_small() -> None:
    """It imports neither numpy nor OpenCV nor a network, all of which the app has already."""
    code = (
        "import sys, edge_app.documents.decoder_process;"
        "sys.exit(bool({'numpy', 'cv2', 'pypdfium2', 'pillow_heif', 'ai_edge_litert'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_process_stays() -> None:
    """Of a decoder that nobody has any more."""
    decoder = Decoder(IMPATIENT)
    first(decoder, as_file("1"))
    process = decoder._process
    assert process is not None
    del decoder
    assert process.poll() is not None


def test_an_end_that_goes_in_the_middle_of_an_answer_is_no_bug() -> None:
    """As when a batch ends on a full disk: its process ends, too, and says nothing."""
    ours, theirs = socket.socketpair()
    with ours, theirs, EXAMPLE.open("rb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(theirs.fileno()), json.dumps(asdict(IMPATIENT))],
            pass_fds=[theirs.fileno()],
            stderr=subprocess.PIPE,
        )
        request = {"document": 0, "name": "example.jpg", "dpi": None, "page": 1, "luma": False}
        socket.send_fds(ours, [packed(request)], [file.fileno()])
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (0, b"")
