"""What a field says: read, doubtful, refused or blank, and never an invention."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.forms.decide import Limits, decide
from edge_app.forms.fields import Field
from edge_app.forms.lattice import Lattice, Place

BOX = (0.0, 0.0, 1.0, 1.0)
CODE = Field("postcode", BOX, "[0-9]{5}")
TOTAL = Field("total", BOX, "[0-9]{1,5}", scale=Decimal("0.01"), max=Decimal(50000))


def row(*places: Mapping[str, float] | str, skip: float = 0.0) -> Lattice:
    """A place for each; a digit alone is all but certain."""
    return Lattice(tuple(Place({each: 0.99} if isinstance(each, str) else each, skip) for each in places))


def test_read() -> None:
    """What is clear and fits is read, with its value."""
    decision = decide(row(*"4081"), TOTAL)
    assert (decision.kind, decision.text, decision.value) == ("read", "4081", Decimal("40.81"))
    assert decision.confidence > 0.99
    assert (decision.guess, decision.rejected) == (None, None)


def test_what_the_form_knows_better() -> None:
    """Ink that is most likely no digit is the digit that alone fits; what it looked like is told."""
    decision = decide(row("1", "2", {"0": 0.4}, "4", "5"), CODE)
    assert (decision.kind, decision.text, decision.rejected) == ("read", "12045", "12?45")
    # A speck beside the number is none of its digits.
    decision = decide(row("1", "2", "3", "4", {"5": 0.95}, {"1": 0.55, "7": 0.05}, skip=0.01), CODE)
    assert decision.kind != "read"


def test_a_range_decides_between_two() -> None:
    """61,000 is above the largest total, 11,000 is not."""
    lattice = row({"6": 0.6, "1": 0.4}, *"1000")
    decision = decide(lattice, TOTAL)
    assert (decision.kind, decision.text, decision.rejected) == ("read", "11000", "61000")


def test_doubtful() -> None:
    """Two that fit: the likelier one is a guess."""
    decision = decide(row({"1": 0.6, "7": 0.4}, *"2345"), CODE)
    assert (decision.kind, decision.text, decision.guess, decision.value) == ("doubtful", None, "12345", None)
    assert decision.confidence == pytest.approx(0.6)


def test_doubtful_where_the_rules_would_change_much() -> None:
    """A digit that was seen at 3 % alone is a guess, at 0.5 % nothing."""
    lattice = row({"6": 0.96, "1": 0.03}, *"1000")
    assert (decide(lattice, TOTAL).kind, decide(lattice, TOTAL).guess) == ("doubtful", "11000")
    lattice = row({"6": 0.99, "1": 0.005}, *"1000")
    assert (decide(lattice, TOTAL).kind, decide(lattice, TOTAL).guess) == ("refused", None)
    # Two at 2 % are less than one in a thousand.
    lattice = row({"6": 0.97, "1": 0.02}, {"5": 0.97, "0": 0.02}, *"000")
    small = Field("small", BOX, "[0-9]{5}", max=Decimal(10999))
    assert (decide(lattice, small).kind, decide(lattice, small).guess) == ("refused", None)


def test_most_of_it_illegible_is_never_read() -> None:
    """However well the only text that was seen fits."""
    decision = decide(row("1", {"2": 0.4}, {"0": 0.4}, {"4": 0.4}, "5"), CODE)
    assert (decision.kind, decision.guess, decision.rejected) == ("doubtful", "12045", "1???5")


def test_refused() -> None:
    """Another length than the pattern's; what was seen is told."""
    decision = decide(row(*"1234"), CODE)
    assert (decision.kind, decision.text, decision.guess, decision.rejected) == ("refused", None, None, "1234")
    assert decision.confidence == 0


@pytest.mark.parametrize("field", [CODE, TOTAL, Field("open", BOX, "[0-9]*")])
def test_blank_is_blank(field: Field) -> None:
    """Without ink, and with specks that are most likely nothing, whatever rules would like."""
    for lattice in (Lattice(()), row(*[{"0": 0.04}] * 5, skip=0.95)):
        decision = decide(lattice, field)
        assert (decision.kind, decision.text, decision.guess, decision.value) == ("blank", "", None, None)


def test_not_surely_blank_is_marked() -> None:
    """Where something may stand, somebody has to look."""
    decision = decide(row(*[{"7": 0.35}] * 5, skip=0.6), CODE)
    assert (decision.kind, decision.guess) == ("doubtful", "77777")
    decision = decide(row({"7": 0.45}, skip=0.55), CODE)
    assert (decision.kind, decision.guess) == ("doubtful", None)
    decision = decide(row({"7": 0.45}, skip=0.55), Field("one", BOX, "[0-9]"))
    assert (decision.kind, decision.guess, decision.confidence) == ("doubtful", "7", 1.0)
    decision = decide(row({"7": 0.45}, skip=0.55), Field("open", BOX, "[0-9]*"))
    assert (decision.kind, decision.guess) == ("doubtful", "7")


def test_missing_whole_texts_are_no_proof() -> None:
    """One of two whole texts given: the other might fit as well."""
    assert decide(Lattice((), {"12345": 0.5}, 1.0), CODE).kind == "doubtful"
    assert decide(Lattice((), {"12345": 0.99}, 1.0), CODE).kind == "read"


CHANCES = st.dictionaries(st.sampled_from("0147"), st.floats(0, 0.25), max_size=4)
ROWS = st.lists(st.tuples(CHANCES, st.one_of(st.just(0.0), st.floats(0, 0.9))), max_size=6)


@given(ROWS, st.sampled_from([CODE, TOTAL, Field("luhn", BOX, "[0-9]+", checksum="luhn")]))
def test_nothing_is_invented(drawn: list[tuple[dict[str, float], float]], field: Field) -> None:
    """A text or guess is allowed and can be placed on alternatives that were seen; nothing else has a value."""
    lattice = Lattice(
        tuple(
            Place({} if skip > 0.05 and len(seen) > 3 else seen, min(skip, 1 - sum(seen.values())))
            for seen, skip in drawn
        )
    )
    decision = decide(lattice, field)
    taken = decision.text or decision.guess
    if taken:
        assert field.allows(taken)
        ways = [""]
        for place in lattice.places:
            seen = [symbol for symbol, chance in place.alternatives.items() if chance >= Limits().least]
            options = [*seen, *([""] if place.skip >= Limits().least else [])]
            ways = list({way + each for way in ways for each in options if taken.startswith(way + each)})
        assert taken in ways
    assert (decision.value is not None) <= (decision.kind == "read")
    assert (decision.kind in ("read", "blank")) == (decision.text is not None)
    assert 0 <= decision.confidence <= 1
