"""One probability of all that was asked, and what follows from it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.errors import ModelError
from edge_app.page.belief import FEATURES, Belief, features
from edge_app.page.recognition import Reading

BOX = (10, 10, 14, 20)
# All that counts are the classifier's, the detector's and the sequence reader's log odds.
EVEN = Belief((0.0, 0.5, 0.5, 0.0, 0.5, 0.0, 0.0, 0.0), 0.8)


def reading(label: int | None, confidence: float, belief: float | None, whole: float | None) -> Reading:
    """A digit of which these are known; a doubtful 4 without a label."""
    guess = 4 if label is None else None
    return Reading(BOX, label, confidence, guess, belief=belief, whole=whole)


def test_what_all_are_sure_of_is_read() -> None:
    """With the probability as its confidence, and its label as it was."""
    (judged,) = EVEN.applied([reading(7, 0.9, 0.9, 0.9)])
    assert judged.label == 7
    assert judged.guess is None
    assert judged.confidence == pytest.approx(EVEN.probability(reading(7, 0.9, 0.9, 0.9)))
    assert judged.confidence > 0.9


def test_what_two_doubt_is_doubtful() -> None:
    """One sure witness is not enough: the digit stays as a guess."""
    (judged,) = EVEN.applied([reading(7, 0.9, 0.2, 0.1)])
    assert (judged.label, judged.guess) == (None, 7)
    assert judged.confidence < 0.8


def test_a_doubtful_digit_can_be_read_after_all() -> None:
    """What the others are certain of."""
    (judged,) = EVEN.applied([reading(None, 0.7, 0.95, 0.99)])
    assert (judged.label, judged.guess) == (4, None)


def test_refused_ink_stays_refused() -> None:
    """Belief judges digits alone."""
    refused = Reading(BOX, None, 0.99)
    assert EVEN.applied([refused]) == [refused]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_surer_witness_never_lowers_it(confidence: float, belief: float, whole: float, surer: float) -> None:
    """With weights above 0, in [0, 1]."""
    before = EVEN.probability(reading(3, confidence, belief, whole))
    after = EVEN.probability(reading(3, max(confidence, surer), belief, whole))
    assert 0 <= before <= after <= 1


def test_what_was_not_asked_is_told_from_what_was_denied() -> None:
    """A page that was read without the detector has no log odds of it, and a mark that they are missing."""
    named = dict(zip(FEATURES, features(reading(1, 0.9, None, None)), strict=True))
    assert (named["detector"], named["no detector"], named["whole"], named["no whole"], named["is 1"]) == (
        0,
        1,
        0,
        1,
        1,
    )


def test_its_file_gives_it_back(tmp_path: Path) -> None:
    """As it was saved."""
    path = tmp_path / "belief.json"
    path.write_text(EVEN.to_json())
    assert Belief.load(path) == EVEN


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda kept: kept["belief"].update(read_from=0.1), "SHA-256"),
        (lambda kept: kept.update(kind="digit-belief-0"), "digit-belief-0"),
        (lambda kept: kept.update(features=["constant"]), "digit-belief-1"),
        (lambda kept: kept.pop("belief"), "belief"),
    ],
)
def test_a_changed_file_is_refused(tmp_path: Path, change: object, cause: str) -> None:
    """In one line that says what was expected."""
    kept = json.loads(EVEN.to_json())
    change(kept)  # type: ignore[operator]
    path = tmp_path / "belief.json"
    path.write_text(json.dumps(kept))
    with pytest.raises(ModelError, match=cause) as error:
        Belief.load(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b'{"kind": 1}'])
def test_what_is_no_belief_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever it is."""
    path = tmp_path / "belief.json"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="expected a belief"):
        Belief.load(path)


def test_none_there_says_how_to_make_one(tmp_path: Path) -> None:
    """By the command that fits it."""
    with pytest.raises(ModelError, match=r"python -m train\.belief"):
        Belief.load(tmp_path / "belief.json")


def test_weights_that_are_no_numbers_are_refused() -> None:
    """NaN would make every digit doubtful without a word."""
    with pytest.raises(ModelError, match="finite weights"):
        Belief((float("nan"),) * len(FEATURES), 0.5)
