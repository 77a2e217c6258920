"""What a board says of itself."""

import pytest

from edge_app.board import board_facts, board_state, decode_throttled


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        ("throttled=0x0\n", []),
        ("throttled=0x1", ["under-voltage"]),
        ("throttled=0x50004", ["throttled", "under-voltage since the start", "throttled since the start"]),
        ("throttled=0x8", ["soft temperature limit"]),
    ],
)
def test_a_raspberry_pi_says_what_slows_it_down(answer: str, states: list[str]) -> None:
    """The bits are those that Raspberry Pi documents."""
    assert decode_throttled(answer) == states


def test_what_a_board_does_not_tell_is_none() -> None:
    """Every fact has a place, known or not."""
    assert board_facts()["cpus"] >= 1
    assert set(board_state()) == {"temperature_c", "clock_mhz", "throttled"}
