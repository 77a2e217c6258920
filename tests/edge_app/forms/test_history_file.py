"""What fields look back to, over a restart."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_app.errors import OutputError
from edge_app.forms.fields import Field
from edge_app.forms.form import Form
from edge_app.forms.history import FieldState, offered
from edge_app.forms.history_file import MAX_BYTES, load_states, save_states

METER = Field("water \u00fc", (0.0, 0.0, 0.5, 1.0), "[0-9]{4}", only_rises=True)
CODE = Field("code", (0.5, 0.0, 1.0, 1.0), "[0-9]{5}")
FORM = Form("cellar", (METER, CODE))
FRESH = {METER.name: FieldState()}


def used() -> FieldState:
    """A state with everything in it."""
    state = FieldState("4081")
    for second, text in enumerate(("4080", "4082", "1000")):
        state = offered(METER, state, text, second + 0.5)
    return state


def test_states_come_back(tmp_path: Path) -> None:
    """As they were, what is held and what has ended too."""
    path = tmp_path / "deep" / "state.json"
    states = {METER.name: used()}
    save_states(path, states)
    assert load_states(path, FORM) == states
    assert states[METER.name].held is not None
    assert states[METER.name].ended


def test_no_file_is_a_silent_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As on the first day; only fields that look back have a state."""
    assert load_states(tmp_path / "state.json", FORM) == FRESH
    assert caplog.records == []


def test_fields_that_left_the_form(tmp_path: Path) -> None:
    """Their states are left out, and new fields begin."""
    path = tmp_path / "state.json"
    save_states(path, {"gone": FieldState("1"), CODE.name: FieldState("12345")})
    assert load_states(path, FORM) == FRESH


def changed(**changes: Any) -> bytes:
    """A file in which one thing of the meter's state is another."""
    state = {"taken": "4081", "held": None, "ended": [], **changes}
    return json.dumps({"format": 1, "fields": {METER.name: state}}).encode()


HELD = {"text": "1", "reason": "fell", "frames": 1, "since_s": 0.5}
ENDED = {"held": HELD, "former": "4081", "end": "contradicted", "time_s": 1.5}


def test_the_file_of_the_next_test_is_a_good_one(tmp_path: Path) -> None:
    """Before anything in it is damaged."""
    path = tmp_path / "state.json"
    path.write_bytes(changed(held=HELD, ended=[ENDED]))
    assert load_states(path, FORM)[METER.name].ended[0].held.text == "1"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"format": 2, "fields": {}}',
        b'{"format": 1, "fields": []}\n'[:-3],
        b'{"format": 1, "fields": 5}',
        b"[" * 100_000,
        b" " * (MAX_BYTES + 1),
        changed(taken=5),
        changed(taken="abc"),
        changed(taken="1" * 1000),
        changed(held=[]),
        changed(held={**HELD, "reason": "fun"}),
        changed(held={**HELD, "frames": True}),
        changed(held={**HELD, "frames": 0}),
        changed(held={**HELD, "text": None}),
        changed(held={**HELD, "since_s": float("nan")}),
        changed(held={**HELD, "since_s": "1"}),
        changed(ended=5),
        changed(ended=[{}]),
        changed(ended=[{**ENDED, "end": "a\nb"}]),
        changed(ended=[{**ENDED, "time_s": float("inf")}]),
    ],
    ids=range(25),
)
def test_a_damaged_file_is_one_line_and_a_fresh_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    """Whatever is wrong with it; the next save puts it right."""
    path = tmp_path / "state.json"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert load_states(path, FORM) == FRESH
    assert len(caplog.records) == 1
    message = caplog.records[0].getMessage()
    assert message.startswith(f"expected the former readings of a form's fields in {path}, got ")
    assert "\n" not in message
    save_states(path, FRESH)
    assert load_states(path, FORM) == FRESH
    assert len(caplog.records) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_is_found_or_harmless(tmp_path: Path, data: st.DataObject) -> None:
    """A file with a byte changed or its end cut off: a state that can go on, always."""
    path = tmp_path / "state.json"
    save_states(path, {METER.name: used()})
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] = data.draw(st.integers(0, 255))
    else:
        del content[place:]
    path.write_bytes(bytes(content))
    state = load_states(path, FORM)[METER.name]
    assert offered(METER, state, "9999", 9.0, frames=1).taken == "9999"


def test_what_cannot_be_written(tmp_path: Path) -> None:
    """Is an error of its own."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="expected a folder that can be written"):
        save_states(tmp_path / "file" / "state.json", FRESH)


def test_not_a_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder in its place is one line."""
    assert load_states(tmp_path, FORM) == FRESH
    assert len(caplog.records) == 1
