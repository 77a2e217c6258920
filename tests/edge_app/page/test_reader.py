"""From an image to a page."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import PageReader
from edge_app.errors import ImageError
from edge_app.model.classifier import Predictions
from edge_app.page.boxes import Box, middle_in
from edge_app.page.candidates import connect
from edge_app.page.detection import Detections
from edge_app.page.ink import InkMap, find_ink
from edge_app.page.reader import LEAST_HEIGHT_PX
from edge_app.page.recognition import Reading
from edge_app.page.record import to_record
from edge_app.page.second_look import SMALLER
from edge_app.page.trace import Trace

from ..fake_classifier import TallInk
from ..made_detections import Unasked, seen
from ..made_wholes import Named
from ..pages import blank, write


def test_digits_come_in_lines_with_boxes_of_the_input() -> None:
    """What is read lies where it was drawn, in pixels of the input, whatever its size."""
    page = write(write(blank(), "247", (100, 150)), "93", (100, 300))
    small = PageReader(TallInk(7), detector=None, sequence=None).read(page)
    assert small.text == "777\n77"
    assert (small.width, small.height) == (640, 480)
    large = PageReader(TallInk(7), detector=None, sequence=None).read(np.kron(page, np.ones((5, 5), np.uint8)))
    assert large.text == small.text
    for a, b in zip(small.lines[0].digits, large.lines[0].digits, strict=True):
        assert np.allclose(np.array(a.box) * 5, b.box, atol=15)


def test_what_the_detector_half_sees_in_a_number_is_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a guess, its place in the text, and is refused ink no more; what stands alone stays refused."""
    page = write(write(blank(), "2", (100, 140)), "7", (190, 140))
    # Zeros that the classifier refuses, being wider than high, one of them far from all numbers.
    inside, alone = (144, 102, 40, 36), (44, 402, 40, 36)
    for x, y, width, height in (inside, alone):
        cv2.ellipse(page, (x + width // 2, y + height // 2), (width // 2 - 2, height // 2 - 4), 0, 0, 360, (40,), 3)
    ink = connect(find_ink(page)).stats[1:, :4].tolist()
    two, seven = (tuple(box) for box in sorted(ink) if box[3] > 50)
    found = seen((two, 0.9, 2), (seven, 0.9, 7), (inside, 0.4, 0), (alone, 0.4, 0))
    monkeypatch.setattr("edge_app.page.reader.detect_upright", lambda *_: found)
    read = PageReader(TallInk(7), Unasked(), sequence=None, looks_twice=False).read(page)
    assert read.text.splitlines()[0] == "2?7"
    doubtful = read.lines[0].digits[1]
    assert (doubtful.label, doubtful.guess) == (None, 0)
    assert 0.3 < doubtful.confidence <= 0.4
    assert not any(middle_in(box, inside) for box in read.refused)
    assert any(middle_in(box, alone) for box in read.refused)
    assert to_record(read, "a.png", 1.0)["lines"][0]["digits"][1] == {
        "label": None,
        "guess": 0,
        "confidence": round(doubtful.confidence, 4),
        "box": list(doubtful.box),
    }


@pytest.mark.parametrize(("confidence", "text"), [(0.6, "7"), (0.5, "?")])
def test_a_digit_that_is_hardly_read_is_doubtful(confidence: float, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps its place, also alone."""
    page = write(write(blank(), "7", (100, 140)), "m", (400, 300))
    seven = min(connect(find_ink(page)).stats[1:, :4].tolist())
    monkeypatch.setattr("edge_app.page.reader.detect_upright", lambda *_: seen(((*seven,), 0.95, 7)))
    read = PageReader(TallInk(7, confidence), Unasked(), sequence=None, looks_twice=False).read(page)
    assert read.text == text
    assert (read.lines[0].digits[0].guess or 7) == 7


@pytest.mark.parametrize(("height", "names", "text"), [(80, "40", "40"), (80, "4", "??"), (480, "40", "")])
def test_a_strip_on_which_the_detector_is_not_sure_is_read_as_a_whole(
    height: int, names: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the whole names several digits; else they are doubtful. Of a page nothing is read then."""
    page = blank()[:height, :200]
    # The classifier refuses what is wider than high.
    for x in (60, 120):
        cv2.ellipse(page, (x, 40), (20, 17), 0, 0, 360, (40,), 3)
    places = [(*box,) for box in connect(find_ink(page)).stats[1:, :4].tolist()]
    monkeypatch.setattr("edge_app.page.reader.detect_upright", lambda *_: seen(*((box, 0.45, 4) for box in places)))
    monkeypatch.setattr("edge_app.page.reader.better_turn", lambda *_: 0)
    assert PageReader(TallInk(7), Unasked(), sequence=Named(*names), looks_twice=False).read(page).text == text


def test_a_number_is_read_as_a_whole_too() -> None:
    """It may be read otherwise then, and is surer where both agree; else digits are as they were one by one."""
    page = write(blank(), "7", (100, 150))
    write(page, "7", (170, 150))
    write(page, "7", (240, 150))
    alone, both = (
        PageReader(TallInk(7, 0.7, second=2), detector=None, sequence=sequence).read(page)
        for sequence in (None, Named("7", "2", "7"))
    )
    assert (alone.text, both.text) == ("777", "727")
    assert [digit.confidence for digit in alone.lines[0].digits] == pytest.approx([0.7] * 3)
    assert all(digit.confidence > 0.8 for digit in both.lines[0].digits)
    assert [digit.box for digit in both.lines[0].digits] == [digit.box for digit in alone.lines[0].digits]


def test_grey_and_colour_give_the_same_page() -> None:
    """An RGB image of grey pixels reads like the luma."""
    page = write(blank(), "36", (100, 150))
    reader = PageReader(TallInk(), detector=None, sequence=None)
    assert reader.read(page) == reader.read(np.dstack([page] * 3))


def test_reading_changes_neither_image_nor_reader() -> None:
    """The same image in gives the same page out, and the image stays as it was."""
    page = write(blank(), "36", (100, 150))
    before = page.copy()
    reader = PageReader(TallInk(), detector=None, sequence=None)
    assert reader.read(page) == reader.read(page)
    assert (page == before).all()


def test_a_blank_page_is_empty() -> None:
    """No ink, no lines."""
    page = PageReader(TallInk(), detector=None, sequence=None).read(blank())
    assert page.lines == ()
    assert page.text == ""


def test_read_only_and_strided_images_are_taken() -> None:
    """Views into a camera's buffer work."""
    page = write(blank(), "36", (100, 150))
    view = np.dstack([page] * 4)[:, :, :3]
    view.setflags(write=False)
    assert PageReader(TallInk(), detector=None, sequence=None).read(view).text == "11"


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((31, 100), np.uint8),
        np.zeros((100, 100), np.float32),
        np.zeros((100, 100, 4), np.uint8),
        np.zeros((100,), np.uint8),
        [[0] * 40] * 40,
    ],
)
def test_what_is_no_image_is_refused(image: object) -> None:
    """Wrong size, dtype, shape or type: an ImageError that says what was expected."""
    with pytest.raises(ImageError, match=r"expected .* got "):
        PageReader(TallInk(), detector=None, sequence=None).read(image)  # type: ignore[arg-type]


class Counting(TallInk):
    """Counts the batches that it is asked for."""

    def __init__(self) -> None:
        super().__init__(7, 0.6)
        self.batches = 0

    def classify_batch(self, images: NDArray[np.uint8]) -> Predictions:
        """Reads N images, uint8 (N, 28, 28)."""
        self.batches += 1
        return super().classify_batch(images)


def test_the_detector_looks_at_no_specks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small ink that the classifier refuses; small digits and larger ink that it refuses are looked at."""
    page = write(blank(), "7", (100, 150), 60)
    write(page, "7", (300, 150), 14)
    cv2.ellipse(page, (400, 140), (9, 5), 0, 0, 360, (40,), 2)
    cv2.ellipse(page, (500, 140), (36, 20), 0, 0, 360, (40,), 3)
    heights: list[list[int]] = []

    def looked_at(_: object, places: list[Box], *__: object) -> Detections:
        heights.append(sorted(box[3] for box in places))
        return seen()

    monkeypatch.setattr("edge_app.page.reader.detect_upright", looked_at)
    PageReader(TallInk(7), Unasked(), sequence=None, looks_twice=False).read(page)
    ((small, large_refused, large),) = heights
    assert small < LEAST_HEIGHT_PX < large_refused < large


def ink_in_doubt(luma: NDArray[np.uint8], inverted: bool | None = None) -> InkMap:
    """As find_ink, of a page that does not show whether its ink is dark or light."""
    return replace(find_ink(luma, inverted=inverted), doubtful=True)


@pytest.mark.parametrize(("digits", "pieces", "belief", "looks"), [
    (0, 0, None, 2), (1, 1, None, 2), (2, 3, None, 1), (2, 20, None, 2), (4, 20, None, 2), (5, 20, None, 1),
    (5, 20, 0.6, 1), (5, 20, 0.5, 2),
])  # fmt: skip
def test_ink_in_doubt_is_settled_by_what_reads(
    digits: int, pieces: int, belief: float | None, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By five believed digits, or by two that are half of all ink; else it is read the other way round, too."""
    asked: list[bool] = []

    def read_ink(_: PageReader, page_ink: InkMap, *__: object) -> tuple[list[Reading], int, tuple[Trace, ...]]:
        asked.append(page_ink.inverted)
        refused = [Reading((0, 0, 10, 10), None, 0.0)] * (pieces - digits)
        read = [Reading((50 * each, 0, 20, 30), 7, 0.9, belief=belief) for each in range(digits)]
        return read + refused, 0, ()

    monkeypatch.setattr("edge_app.page.reader.find_ink", ink_in_doubt)
    monkeypatch.setattr(PageReader, "_read_ink", read_ink)
    PageReader(TallInk(7), detector=None, sequence=None).read(write(blank(), "7", (100, 150)))
    assert asked == [False, True][:looks]


@pytest.mark.parametrize(("belief", "first"), [(0.9, True), (0.1, False)])
def test_of_two_polarities_the_one_is_taken_that_is_believed(
    belief: float, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many digits the whole of a strip alone names the other way round."""
    ways = [[Reading((50, 0, 20, 30), 7, 0.8, belief=belief)]]
    ways.append([Reading((50 * each, 0, 20, 30), 4, 0.95, belief=0.1) for each in (1, 2)])

    def read_ink(_: PageReader, page_ink: InkMap, *__: object) -> tuple[list[Reading], int, tuple[Trace, ...]]:
        return ways[page_ink.inverted], 0, ()

    monkeypatch.setattr("edge_app.page.reader.find_ink", ink_in_doubt)
    monkeypatch.setattr(PageReader, "_read_ink", read_ink)
    read = PageReader(TallInk(7), detector=None, sequence=None).read(write(blank(), "7", (100, 150)))
    assert read.text == ("7" if first else "44")


def test_only_what_has_a_free_place_is_classified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what the detector sees: in the place of a digit that is read it is looked at by nobody else."""
    page = write(blank(), "7", (100, 140))
    seven = min(connect(find_ink(page)).stats[1:, :4].tolist())
    write(page, "m", (400, 300))
    monkeypatch.setattr("edge_app.page.reader.detect_upright", lambda *_: seen(((*seven,), 0.95, 7)))
    monkeypatch.setattr("edge_app.page.reader.better_turn", lambda *_: 0)
    classifier = Counting()
    assert PageReader(classifier, Unasked(), sequence=None, looks_twice=False).read(page).text == "7"
    assert classifier.batches == 1


@pytest.mark.parametrize(("page", "looks_twice", "score"), [
    (blank(), True, 0.65), (blank(), False, 0.9), (blank()[:100, :300], True, 0.9),
])  # fmt: skip
def test_the_detector_looks_twice_at_pages(
    page: NDArray[np.uint8], looks_twice: bool, score: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At what it found, made smaller, but for mere traces; not at strips, and not if it is told to look once."""
    page = write(write(page.copy(), "4", (60, 70), 40), "m", (200, 70), 40)
    place = (60, 30, 30, 40)
    again, trace = {SMALLER: seen((place, 0.4, 4))}, (120, 30, 30, 40)
    monkeypatch.setattr("edge_app.page.reader.detect_upright", lambda *_: seen((place, 0.9, 4), (trace, 0.09, 4)))
    monkeypatch.setattr(
        "edge_app.page.reader.detect", lambda _, places, __, size: again[size] if places == [[*place]] else seen()
    )
    read = PageReader(TallInk(4), Unasked(), sequence=None, traced=True, looks_twice=looks_twice).read(page)
    found = read.traces[0].found
    assert found is not None
    assert found.scores[0] == pytest.approx(score)


@pytest.mark.parametrize("rows", [1, 6])
def test_the_classifier_is_asked_in_as_few_batches_as_a_page_allows(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many digits touch: wholes, touching digits, what the detector alone sees, and doubtful ones."""
    page = blank()
    for row in range(rows):
        for column in range(5):
            write(page, "44", (20 + 120 * column, 60 + 70 * row), 40)
            cv2.line(page, (40 + 120 * column, 45 + 70 * row), (75 + 120 * column, 45 + 70 * row), (40,), 3)
    places = [(25 + 120 * column, 20 + 70 * row, 30, 40) for row in range(rows) for column in range(5)]
    found = seen(*((place, 0.6, 4) for place in places))
    monkeypatch.setattr("edge_app.page.reader.detect_upright", lambda *_: found)
    monkeypatch.setattr("edge_app.page.reader.better_turn", lambda *_: 0)
    classifier = Counting()
    PageReader(classifier, Unasked(), sequence=None, looks_twice=False).read(page)
    assert 2 <= classifier.batches <= 4
