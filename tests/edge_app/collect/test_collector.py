"""Crops picked out of live frames."""

import errno
import threading
from concurrent.futures import Future, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import DigitClassifier, PageReader
from edge_app.collect import collector as module
from edge_app.collect.collector import Collector
from edge_app.collect.queue import CropQueue
from edge_app.page.boxes import Box
from edge_app.page.candidates import candidate_in, connect
from edge_app.page.ink import find_ink
from edge_app.page.normalise import normalise
from edge_app.page.orientation import turned, turned_back
from edge_app.page.result import Digit, Line, Page

from ..pages import blank, write


@pytest.fixture(scope="module")
def classifier() -> DigitClassifier:
    """The shipped model."""
    return DigitClassifier.load(runtime="litert")


def seen(luma: NDArray[np.uint8], confidence: float, refused: bool = False) -> Page:
    """A page with one digit at the drawn 7, with that confidence, or refused."""
    box = (100, 90, 45, 65)
    crop = crop_of(luma, box)
    if refused:
        return Page((), luma.shape[1], luma.shape[0], (box,), (crop,))
    return Page((Line((Digit(7, confidence, box, crop=crop),)),), luma.shape[1], luma.shape[0])


def crop_of(luma: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """What a classifier sees of the ink in a box."""
    page_ink = find_ink(luma)
    candidate = candidate_in(box, page_ink, connect(page_ink))
    assert candidate is not None
    return normalise(candidate.ink)


def look(collector: Collector, *frame: Any) -> None:
    """Shows a frame, and waits until its crops are written."""
    written = collector.see(*frame)
    if written is not None:
        written.result(timeout=60)


@pytest.mark.parametrize(("confidence", "refused", "kept"), [(0.99, False, 0), (0.6, False, 1), (0.0, True, 1)])
def test_what_was_refused_or_unsure_is_kept(
    tmp_path: Path, classifier: DigitClassifier, confidence: float, refused: bool, kept: int
) -> None:
    """With a guess, the model's hash, the frame's text, and what is around it; what was sure is not."""
    luma = write(blank(), "7", (100, 150))
    queue = CropQueue(tmp_path, "ann")
    look(Collector(queue), luma, seen(luma, confidence, refused), classifier, "abc")
    crops = queue.waiting()
    assert len(crops) == kept
    for crop in crops:
        assert (crop.guess, crop.model_sha256, crop.frame_wh) == (7, "abc", (640, 480))
        assert crop.reason == ("refused" if refused else "unsure")
        assert (queue.picture(crop.id) or b"").startswith(b"\x89PNG")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_crops_of_a_turned_page_stand_upright(tmp_path: Path, classifier: DigitClassifier, turn: int) -> None:
    """They are learnt from: as the frame lies, a 7 would be another sign."""
    luma = write(blank(), "7", (100, 150))
    page = turned_back(seen(luma, 0.6), turn)
    queue = CropQueue(tmp_path, "ann")
    look(Collector(queue), turned(luma, 360 - turn), page, classifier, "abc")
    (crop,) = queue.waiting()
    assert crop.guess == 7


def test_a_place_is_taken_once_in_a_while(
    tmp_path: Path, classifier: DigitClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty frames a second of the same page are one crop; later it may be another."""
    queue, generator = CropQueue(tmp_path, "ann"), np.random.default_rng(0)
    collector = Collector(queue)
    page = write(blank(), "7", (100, 150))
    for _ in range(5):
        luma = np.clip(page + generator.normal(0, 4, page.shape), 0, 255).astype(np.uint8)
        look(collector, luma, seen(luma, 0.6), classifier, "abc")
    assert len(queue.waiting()) == 1
    monkeypatch.setattr(module, "REST_S", 0.0)
    luma = np.clip(page + generator.normal(0, 4, page.shape), 0, 255).astype(np.uint8)
    look(collector, luma, seen(luma, 0.6), classifier, "abc")
    assert len(queue.waiting()) == 2


def test_a_page_of_print_does_not_push_out_what_waits(
    tmp_path: Path, classifier: DigitClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is refused, a bounded number of crops is taken meanwhile; later there may be others."""
    monkeypatch.setattr(module, "MOST_MEANWHILE", 8)
    luma, boxes = blank(), list[Box]()
    for x in range(20, 420, 40):
        luma[50 : 80 - x // 40, x : x + 6] = 30
        boxes.append((x - 1, 49, 8, 32 - x // 40))

    def page_of(refused: list[Box]) -> Page:
        return Page((), 640, 480, tuple(refused), tuple(crop_of(luma, box) for box in refused))

    queue = CropQueue(tmp_path, "ann")
    collector = Collector(queue)
    for _ in range(5):
        look(collector, luma, page_of(boxes), classifier, "abc")
    assert len(queue.waiting()) == 8
    monkeypatch.setattr(module, "REST_S", 0.0)
    look(collector, luma, page_of(boxes[8:]), classifier, "abc")
    assert len(queue.waiting()) == 10


def test_a_place_that_is_gone_costs_crops_alone(
    tmp_path: Path, classifier: DigitClassifier, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As when a memory stick is pulled out: reading goes on."""
    queue = CropQueue(tmp_path, "ann")

    def gone(_path: Path) -> bool:
        raise OSError(errno.EIO, "Input/output error")

    luma = write(blank(), "7", (100, 150))
    monkeypatch.setattr(Path, "exists", gone)
    look(Collector(queue), luma, seen(luma, 0.6), classifier, "abc")
    assert "a crop is lost" in caplog.text


def test_a_bug_in_writing_is_told_once_and_does_not_end_collecting(
    tmp_path: Path, classifier: DigitClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads hears of it with the next frame; the crops after it are written."""
    queue, luma = CropQueue(tmp_path, "ann"), write(blank(), "7", (100, 150))
    add, collector = queue.add, Collector(queue)
    monkeypatch.setattr(module, "REST_S", 0.0)
    monkeypatch.setattr(queue, "add", lambda *_: 1 // 0)
    page = seen(luma, 0.6)
    wait([collector.see(luma, page, classifier, "abc") or Future()])
    monkeypatch.setattr(queue, "add", add)
    with pytest.raises(ZeroDivisionError):
        collector.see(luma, page, classifier, "abc")
    look(collector, luma, page, classifier, "abc")
    assert len(queue.waiting()) == 1


def test_a_slow_card_does_not_hold_up_reading(
    tmp_path: Path, classifier: DigitClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames go on while a crop is written; what they show is taken later, a corrected number at once after it."""
    queue, ready, luma = CropQueue(tmp_path, "ann"), threading.Event(), write(blank(), "7", (100, 150))
    add, collector = queue.add, Collector(queue)

    def slow(*crop: Any) -> bool:
        return ready.wait(60) and add(*crop)

    monkeypatch.setattr(queue, "add", slow)
    monkeypatch.setattr(module, "REST_S", 0.0)
    assert collector.see(luma, seen(luma, 0.6), classifier, "abc") is not None
    assert collector.see(luma, seen(luma, 0.6), classifier, "abc") is None
    waiting = collector.correct((90, 80, 60, 80))
    collector.see(luma, seen(luma, 0.99), classifier, "abc")
    assert not waiting.done()
    ready.set()
    collector.close()
    assert waiting.result(timeout=0) == 1
    assert [crop.reason for crop in queue.waiting()] == ["corrected"]


def test_what_is_around_is_pale(tmp_path: Path, classifier: DigitClassifier) -> None:
    """Of two digits close together one sees which is asked for."""
    luma = write(write(blank(), "7", (100, 150)), "7", (150, 150))
    queue = CropQueue(tmp_path, "ann")
    look(Collector(queue), luma, seen(luma, 0.6), classifier, "abc")
    shown = cv2.imdecode(np.frombuffer(queue.picture(queue.waiting()[0].id) or b"", np.uint8), cv2.IMREAD_GRAYSCALE)
    assert shown is not None
    middle = shown.shape[1] // 2
    paper = int(np.median(luma))
    own, other = shown[:, middle - 22 : middle + 22].min(), shown[:, middle + 24 :].min()
    assert paper - int(own) > 2 * (paper - int(other)) > 20


def test_print_and_specks_are_not(tmp_path: Path, classifier: DigitClassifier) -> None:
    """What is too low or too wide for a digit is nobody's business."""
    luma = write(blank(), "7", (100, 150))
    queue = CropQueue(tmp_path, "ann")
    page = Page((), 640, 480, ((100, 90, 12, 9), (100, 90, 200, 40)))
    look(Collector(queue), luma, page, classifier, "abc")
    assert queue.waiting() == []


def test_a_wrong_number_is_cut_digit_by_digit(tmp_path: Path, classifier: DigitClassifier) -> None:
    """However sure it was, with what was refused in it, before all else, and only once it is seen."""
    luma = write(blank(), "384", (60, 150))
    page = PageReader(classifier, detector=None, sequence=None).read(luma)
    three, eight, four = (digit for line in page.lines for digit in line.digits)
    page = Page((Line((three, four)),), 640, 480, (eight.box,), (eight.crop,))
    queue = CropQueue(tmp_path, "ann")
    collector = Collector(queue)
    waiting = collector.correct((three.box[0], three.box[1], 200, three.box[3]))
    given_up = collector.correct((three.box[0], three.box[1], 200, three.box[3]))
    assert given_up.cancel()
    look(collector, luma, Page((), 640, 480), classifier, "abc")
    assert not waiting.done()
    look(collector, luma, page, classifier, "abc")
    assert waiting.result(timeout=0) == 3
    assert [(crop.guess, crop.reason) for crop in queue.waiting()] == [(n, "corrected") for n in (3, 8, 4)]
    queue.label(queue.waiting()[0].id, "3")
    again = collector.correct((three.box[0], three.box[1], 200, three.box[3]))
    look(collector, luma, page, classifier, "abc")
    assert again.result(timeout=0) == 2


def test_a_real_page_gives_crops_that_read_like_the_page(tmp_path: Path, classifier: DigitClassifier) -> None:
    """Crops are cut as reading cuts them: what was read unsurely is guessed alike."""
    luma = write(write(blank(), "3 8 4 7", (60, 150)), "9 0 6 5", (60, 300))
    page = PageReader(classifier, detector=None, sequence=None).read(luma)
    unsure = Page(
        tuple(Line(tuple(replace(digit, confidence=0.5) for digit in line.digits)) for line in page.lines), 640, 480
    )
    queue = CropQueue(tmp_path, "ann")
    collector = Collector(queue)
    for _ in range(3):
        look(collector, luma, unsure, classifier, "abc")
    labels = {digit.box: digit.label for line in page.lines for digit in line.digits}
    assert [labels[crop.box] for crop in queue.waiting()] == [crop.guess for crop in queue.waiting()]
    assert len(queue.waiting()) == len(labels)
