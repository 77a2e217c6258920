"""Numbers over time."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge_app.live.event import Change
from edge_app.live.tracker import GONE_S, WINDOW, Tracker, box_of
from edge_app.page.boxes import Box, overlap_of_smaller
from edge_app.page.result import DOUBTFUL, Digit, Line, Page

FRAME_S = 1 / 30


def line(text: str, x: int = 100, y: int = 100, confidence: float = 0.99) -> Line:
    """Digits of 20x30 pixels side by side."""
    return Line(tuple(_digit(each, confidence, (x + 24 * at, y, 20, 30)) for at, each in enumerate(text)))


def _digit(text: str, confidence: float, box: Box) -> Digit:
    return Digit(None, confidence, box, 8) if text == DOUBTFUL else Digit(int(text), confidence, box)


def page(*lines: Line) -> Page:
    """A frame with these lines."""
    return Page(lines, 640, 480)


class Film:
    """Shows pages to a tracker, thirty a second, and keeps what it tells."""

    def __init__(self) -> None:
        self.tracker, self.now_s, self.told, self.scene = Tracker(), 0.0, list[Change](), 0

    def show(self, *pages: Page) -> list[str]:
        """What was told of these pages, such as "read 4081"."""
        changes = []
        for each in pages:
            self.now_s += FRAME_S
            changes += self.tracker.update(each, self.now_s, self.scene)
        self.told += changes
        return [f"{change.kind} {change.text}" for change in changes]


def test_a_number_is_told_once_when_it_is_stable() -> None:
    """Not on the first frame, and not again."""
    film = Film()
    assert film.show(page(line("4081"))) == []
    assert film.show(*[page(line("4081"))] * 100) == ["read 4081"]
    assert [number.text for number in film.tracker.numbers()] == ["4081"]


def test_a_flicker_is_outvoted() -> None:
    """One misread frame in four changes nothing, however often."""
    film = Film()
    frames = [page(line("4081")), page(line("4081")), page(line("4031")), page(line("4081"))]
    assert film.show(*frames * 20) == ["read 4081"]


def test_a_doubtful_digit_speaks_for_what_it_agrees_with() -> None:
    """A number that is clear in some frames is told without "?", and one that is clear in none with it."""
    film = Film()
    assert film.show(*[page(line("24?6")), page(line("2416"))] * 10) == ["read 2416"]
    assert film.show(*[page(line("24?6"))] * 60) == []
    assert Film().show(*[page(line("2?"))] * 20) == ["read 2?"]


def test_what_is_doubtful_throughout_says_nothing() -> None:
    """It is not told, speaks for no number, and no number has moved there; one in its place stays in view."""
    film = Film()
    assert film.show(*[page(line("??"))] * 10, page(line("47"))) == []
    assert film.show(*[page(line("47"))] * 2) == ["read 47"]
    assert film.show(*[page(line("??"))] * 100) == []
    assert film.show(*[page(line("??", 400, 400))] * 100) == ["left 47"]


def test_a_doubtful_number_is_replaced_once_it_is_clear() -> None:
    """And not by one that is doubtful elsewhere and no clearer."""
    film = Film()
    assert film.show(*[page(line("24?6"))] * 20, *[page(line("2416"))] * 20) == ["read 24?6", "changed 2416"]
    assert film.show(*[page(line("2?99"))] * 20) == ["changed 2?99"]


def test_a_number_that_changes_is_told_with_the_former_one() -> None:
    """A meter that counts on."""
    film = Film()
    assert film.show(*[page(line("19"))] * 20, *[page(line("20"))] * 20) == ["read 19", "changed 20"]
    assert film.told[-1].former == "19"
    assert film.told[-1].track == film.told[0].track


def test_a_number_that_leaves_is_told_and_comes_back_as_new() -> None:
    """A hand in front of it for a moment is no leaving."""
    film = Film()
    moment = round(GONE_S / FRAME_S * 0.8)
    assert film.show(*[page(line("7"))] * 10, *[page()] * moment, *[page(line("7"))] * 10) == ["read 7"]
    assert film.show(*[page()] * 40) == ["left 7"]
    assert film.tracker.numbers() == []
    assert film.show(*[page(line("7"))] * 10) == ["read 7"]


def test_a_sheet_that_is_moved_is_not_told_again() -> None:
    """Neither in steps that overlap, nor at once to another place."""
    film = Film()
    moving = [page(line("4081", 100 + 5 * step, 100)) for step in range(30)]
    assert film.show(*moving, *[page(line("4081", 300, 400))] * 60) == ["read 4081"]


def test_another_scene_ends_what_was_there() -> None:
    """An unrelated picture changes no number, not even in the same place; nor does its number go on."""
    film = Film()
    film.show(*[page(line("4081"))] * 10)
    film.scene = 1
    assert film.show(*[page(line("77"))] * 10) == ["left 4081", "read 77"]
    film.scene = 2
    assert film.show(*[page(line("77"))] * 10) == ["left 77", "read 77"]


def test_a_number_stays_in_its_region() -> None:
    """Two that swap their numbers change; none has moved to the other, and each is told with its name."""
    film = Film()

    def form(total: str, number: str) -> Page:
        return page(replace(line(total), region="total"), replace(line(number, y=110), region="number"))

    film.show(*[form("40", "77")] * 10)
    assert film.show(*[form("77", "40")] * 20) == ["changed 77", "changed 40"]
    assert [(change.region, change.text) for change in film.told[2:]] == [("total", "77"), ("number", "40")]
    assert film.show(*[page(replace(line("77", y=110), region="number"))] * 60)[-1] == "left 77"


def test_two_equal_numbers_are_two() -> None:
    """Each has its place, and leaves by itself."""
    film = Film()
    assert film.show(*[page(line("55"), line("55", y=200))] * 10) == ["read 55", "read 55"]
    assert len({change.track for change in film.told}) == 2
    assert film.show(*[page(line("55", y=200))] * 60) == ["left 55"]


def test_what_is_never_stable_is_never_told() -> None:
    """Noise read differently in every frame."""
    film = Film()
    assert film.show(*[page(line(str(number))) for number in range(10, 99)]) == []


def test_a_box_is_around_all_digits() -> None:
    """From the first digit's left to the last one's right."""
    assert box_of(line("408", 10, 20)) == (10, 20, 68, 30)
    assert overlap_of_smaller((0, 0, 10, 10), (5, 0, 10, 10)) == 0.5
    assert overlap_of_smaller((0, 0, 10, 10), (10, 0, 10, 10)) == 0.0


@given(st.lists(st.lists(st.sampled_from(["4", "40", "77", "4?", "?7"]), max_size=3), max_size=80))
def test_whatever_is_shown_the_told_adds_up(shown: list[list[str]]) -> None:
    """Changed and left name what was told of that place before; what was told and did not leave is in view."""
    film = Film()
    film.show(*[page(*[line(text, y=100 + 60 * at) for at, text in enumerate(texts)]) for texts in shown])
    view: dict[int, str] = {}
    for change in film.told:
        if change.kind == "read":
            assert change.track not in view
        else:
            assert view[change.track] == (change.former if change.kind == "changed" else change.text)
        view[change.track] = change.text
        if change.kind == "left":
            del view[change.track]
    assert {number.track: number.text for number in film.tracker.numbers()} == view


def test_an_hour_keeps_no_more_than_a_minute() -> None:
    """Memory does not grow with time: votes and places are bounded."""
    film, generator = Film(), np.random.default_rng(1)
    for _ in range(3000):
        film.show(page(line(str(generator.integers(10, 9999)), int(generator.integers(0, 500)), 100)))
    tracks = film.tracker._tracks
    assert len(tracks) <= 40
    assert all(len(track.lines) <= WINDOW + 1 for track in tracks)


def test_a_doubtful_digit_is_told_with_the_guess() -> None:
    """It stands as ? in the number, the guess beside it, and is what a change names as the former one."""
    film = Film()
    assert film.show(*[page(line("40?1"))] * 20, *[page(line("4099"))] * 20) == ["read 40?1", "changed 4099"]
    assert [(change.guess, change.former) for change in film.told] == [("4081", None), (None, "40?1")]
