"""Rules that look back: what falls or jumps waits for several frames or a person."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.errors import FormError
from edge_app.forms.fields import Field
from edge_app.forms.history import KEPT, FieldState, Held, confirmed, offered, rejected

BOX = (0.0, 0.0, 1.0, 1.0)
METER = Field("meter", BOX, "[0-9]{4}", only_rises=True, max_step=Decimal(50))
GAUGE = Field("gauge", BOX, r"-?[0-9]+(\.[0-9])?", max_step=Decimal(5))
KNOWN = FieldState("4081")


def after(field: Field, state: FieldState, *texts: str, frames: int = 3) -> FieldState:
    """The state after frames, a second apart, that said so."""
    for second, text in enumerate(texts, 1):
        state = offered(field, state, text, float(second), frames)
    return state


def test_what_the_rules_allow_is_taken_at_once() -> None:
    """A meter that stands still, or turns by no more than a step."""
    assert after(METER, KNOWN, "4081") == KNOWN
    assert after(METER, KNOWN, "4131") == FieldState("4131")
    assert after(GAUGE, FieldState("-2.5"), "2.5", "-2") == FieldState("-2")


@pytest.mark.parametrize(
    ("text", "reason"), [("4080", "fell"), ("0000", "fell"), ("4132", "jumped"), ("9999", "jumped")]
)
def test_others_are_held(text: str, reason: str) -> None:
    """The former reading stands; what waits is known with its reason and its time."""
    state = after(METER, KNOWN, text, text)
    assert state.taken == "4081"
    assert state.held is not None
    assert (state.held.text, state.held.reason, state.held.frames, state.held.since_s) == (text, reason, 2, 1.0)


def test_frames_in_a_row_confirm() -> None:
    """A new meter begins at nought, and may turn while it waits; that it waited is kept."""
    state = after(METER, KNOWN, "0000", "0001", "0001")
    assert (state.taken, state.held) == ("0001", None)
    assert [(each.held.text, each.held.reason, each.former, each.end, each.time_s) for each in state.ended] == [
        ("0001", "fell", "4081", "confirmed by frames", 3.0)
    ]


def test_frames_that_contradict_do_not_confirm() -> None:
    """Neither the former reading in between, nor others that do not follow each other."""
    state = after(METER, KNOWN, "9081", "9081", "4081", "9081", "9081")
    assert state.taken == "4081"
    assert state.held is not None
    assert state.held.frames == 2
    assert [each.end for each in state.ended] == ["contradicted"]
    state = after(METER, KNOWN, "9081", "8081", "9081", "8081")
    assert state.taken == "4081"
    assert [each.held.text for each in state.ended] == ["9081", "8081", "9081"]


def test_the_first_reading_waits_too() -> None:
    """As a wrong one would hold all that come after it."""
    state = after(METER, FieldState(), "4081", "4081")
    assert (state.taken, state.held) == (None, Held("4081", "first", 2, 1.0))
    assert after(METER, FieldState(), "4081", "4081", "4082").taken == "4082"
    assert after(METER, FieldState(), "4081", frames=1).taken == "4081"


def test_a_person_confirms() -> None:
    """What is held, or what stands there instead; only what the form allows."""
    held = after(METER, KNOWN, "9081")
    state = confirmed(METER, held, "9081", 7.0)
    assert (state.taken, state.held, state.ended[-1].end) == ("9081", None, "confirmed by a person")
    state = confirmed(METER, held, "4085", 7.0)
    assert (state.taken, state.held, state.ended[-1].end) == ("4085", None, "rejected by a person")
    assert confirmed(METER, KNOWN, "0000", 7.0) == FieldState("0000")
    with pytest.raises(FormError, match=r"expected a text that fits .* of 'meter', got '12'"):
        confirmed(METER, held, "12", 7.0)


def test_a_person_rejects() -> None:
    """The former reading stands, and the next one is compared with it."""
    state = rejected(after(METER, KNOWN, "9081", "9081"), 7.0)
    assert (state.taken, state.held, state.ended[-1].end) == ("4081", None, "rejected by a person")
    assert after(METER, state, "4082").taken == "4082"
    assert rejected(KNOWN, 7.0) == KNOWN


def test_a_field_that_does_not_look_back_takes_all() -> None:
    """A postal code follows no other."""
    field = Field("postcode", BOX, "[0-9]{5}")
    assert after(field, FieldState(), "99999", "00001") == FieldState("00001")


def test_what_is_no_number_is_not_offered() -> None:
    """Rules that look back compare numbers."""
    with pytest.raises(FormError, match="expected a number for 'meter', got '12:3'; correct it"):
        offered(METER, KNOWN, "12:3", 0.0)


@given(st.lists(st.integers(0, 9999).map("{:04d}".format), max_size=30), st.integers(1, 4))
def test_what_is_taken_keeps_the_rules(texts: list[str], frames: int) -> None:
    """Each reading that follows another keeps the rules, or has waited; and none is both taken and held."""
    state = FieldState()
    for second, text in enumerate(texts):
        before, state = state, offered(METER, state, text, float(second), frames)
        assert (state.taken == text) if state.held is None else (state.taken == before.taken)
        if state.held is None and before.taken is not None and not 0 <= int(text) - int(before.taken) <= 50:
            assert state.ended[-1].end == "confirmed by frames"
            assert state.ended[-1].held.frames == frames


def test_what_is_kept_has_bounds() -> None:
    """A lamp that flickers for a week does not fill the memory."""
    state = after(METER, KNOWN, *["9081", "8081"] * KEPT)
    assert len(state.ended) == KEPT
    assert replace(state, ended=()).taken == "4081"
