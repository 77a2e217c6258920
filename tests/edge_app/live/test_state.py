"""What the live loop shows to others."""

import time

import numpy as np

from edge_app.cameras.camera import Frame
from edge_app.live.event import NumberEvent
from edge_app.live.state import HISTORY, LiveState
from edge_app.page.result import Digit, Line, Page

PAGE = Page((Line((Digit(4, 0.9, (1, 2, 3, 4)), Digit(2, 0.8, (5, 2, 3, 4)))),), 64, 48, ((9, 9, 2, 2),))


def event(number: int = 0) -> NumberEvent:
    """A number that was read."""
    return NumberEvent("read", str(number), None, number, (1, 2, 7, 4), 0.8, number, 1.7e9, 12.3456)


def test_it_sums_up_what_it_is_shown() -> None:
    """Frames, digits, refusals, events by kind, and frames between that nobody had time for."""
    state = LiveState()
    assert state.now().luma is None
    for number in (0, 1, 5):
        frame = Frame(np.full((48, 64), number, np.uint8), number, time.monotonic() - 0.5)
        state.show(frame, PAGE, [event(number)], [event(0)], 0.25)
    now = state.now()
    assert now.luma is not None
    assert (now.luma == 5).all()
    assert (now.frame, now.page, now.numbers) == (5, PAGE, (event(0),))
    sums = now.counters
    assert (sums.frames_read, sums.frames_dropped, sums.digits, sums.refused) == (3, 3, 6, 3)
    assert sums.numbers == {"read": 3}
    assert sums.read_s == 0.75
    assert 1.5 <= sums.age_s < 3
    assert now.frames_per_second > 0
    assert [each.text for each in state.history()] == ["0", "1", "5"]


def test_history_is_bounded() -> None:
    """Only the last events are kept."""
    state = LiveState()
    for number in range(HISTORY + 50):
        state.show(Frame(np.zeros((48, 64), np.uint8), number, 0.0), PAGE, [event(number)], [], 0.0)
    assert [each.track for each in state.history()] == list(range(50, HISTORY + 50))


def test_a_camera_that_is_away_is_told() -> None:
    """By its name, or by what is wrong."""
    state = LiveState()
    state.camera_changed("no frame for 5 s", 3)
    assert state.now().camera == "no frame for 5 s"
    assert state.now().counters.camera_restarts == 3


def test_an_event_as_a_record() -> None:
    """As it is printed: times in ISO 8601, numbers rounded, plain types."""
    assert event(7).to_record() == {
        "event": "read",
        "time": "2023-11-14T22:13:20.000Z",
        "text": "7",
        "doubtful": 0,
        "guess": None,
        "former": None,
        "track": 7,
        "box": [1, 2, 7, 4],
        "confidence": 0.8,
        "region": None,
        "frame": 7,
        "age_ms": 12.35,
    }


def test_a_doubtful_digit_in_a_record() -> None:
    """How many there are, for automations, and what the number likely is."""
    record = NumberEvent("read", "2?7?", None, 1, (1, 2, 7, 4), 0.4, 1, 1.7e9, 1.0, guess="2471").to_record()
    assert (record["text"], record["doubtful"], record["guess"]) == ("2?7?", 2, "2471")
