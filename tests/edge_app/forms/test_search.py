"""The likeliest texts under rules, against trying them all."""

import itertools
import math
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.errors import FormError
from edge_app.forms.fields import Field
from edge_app.forms.lattice import MAX_PLACES, UNKNOWN, Lattice, Place
from edge_app.forms.search import LEAST, allowed, best_readings, best_without_rules

BOX = (0.0, 0.0, 1.0, 1.0)
ANY = Field("any", BOX, "[0-9]*")
RULES = (
    ANY,
    Field("two", BOX, "[0-9]{2}"),
    Field("odd", BOX, "[0-9]?[147]|7{3}"),
    Field("range", BOX, "[0-9]+", min=Decimal(12), max=Decimal(471)),
    Field("luhn", BOX, "[0-9]+", checksum="luhn"),
    Field("both", BOX, "[0-9]{1,3}", checksum="mod97", max=Decimal(800)),
)


@st.composite
def places(draw: st.DrawFn) -> Place:
    """A place with a few digits, a skip, and maybe ink that is none of them."""
    symbols = draw(st.lists(st.sampled_from("0147"), unique=True, max_size=3))
    weights = draw(st.lists(st.integers(1, 60), min_size=len(symbols) + 2, max_size=len(symbols) + 2))
    skip, unknown = (weight if draw(st.booleans()) else 0 for weight in weights[-2:])
    total = sum(weights[:-2]) + skip + unknown or 1
    return Place({each: weight / total for each, weight in zip(symbols, weights, strict=False)}, skip / total)


PLACES = st.lists(places(), max_size=4).map(tuple)
WHOLES = st.dictionaries(st.text("0147", max_size=4), st.floats(0.0, 0.25), max_size=4)
LATTICES = st.builds(Lattice, PLACES, st.one_of(st.none(), WHOLES), st.floats(0, 1))


def everything(lattice: Lattice, least: float) -> dict[str, float]:
    """Each text that can be placed by choices of at least a probability, with the probability of all of them."""
    chances: dict[str, float] = {}
    options = [[*place.alternatives.items(), ("", place.skip)] for place in lattice.places]
    for way in itertools.product(*options):
        if all(chance >= least and chance > 0 for _, chance in way):
            text = "".join(symbol for symbol, _ in way)
            chances[text] = chances.get(text, 0.0) + math.prod(chance for _, chance in way)
    return chances


def mixed(lattice: Lattice, least: float) -> dict[str, float]:
    """The same with the whole texts, weighed."""
    placed, wholes, weight = everything(lattice, 0.0), lattice.wholes or {}, lattice.of_wholes
    seen = {*everything(lattice, least), *(text for text, chance in wholes.items() if chance >= least)}
    return {text: (1 - weight) * placed.get(text, 0.0) + weight * wholes.get(text, 0.0) for text in seen}


@given(LATTICES, st.sampled_from(RULES))
def test_the_best_is_the_best_of_all(lattice: Lattice, field: Field) -> None:
    """With its probability over all ways to place it; and nothing that the rules refuse is among the readings."""
    expected = {text: chance for text, chance in mixed(lattice, LEAST).items() if field.allows(text)}
    readings = best_readings(lattice, field, 300)
    assert {reading.text for reading in readings} == set(expected)
    assert [reading.probability for reading in readings] == pytest.approx(sorted(expected.values(), reverse=True))


@given(st.lists(places().filter(lambda place: place.skip == 0), max_size=4).map(tuple), st.sampled_from(RULES))
def test_few_are_the_first_of_many(row: tuple[Place, ...], field: Field) -> None:
    """Where each text can be placed in one way, however few are asked for."""
    many = best_readings(Lattice(row), field, 300)
    for count in (1, 3):
        few = best_readings(Lattice(row), field, count)
        assert [each.probability for each in few] == pytest.approx([each.probability for each in many[:count]])


@given(LATTICES, st.sampled_from(RULES))
def test_how_likely_the_rules_are_kept(lattice: Lattice, field: Field) -> None:
    """The sum over all texts that they allow; whole texts that were not given might be."""
    weight, wholes = lattice.of_wholes, lattice.wholes or {}
    placed = sum(chance for text, chance in everything(lattice, 0.0).items() if field.allows(text))
    unfit = sum(chance for text, chance in wholes.items() if not field.allows(text))
    assert allowed(lattice, field) == pytest.approx((1 - weight) * placed + weight * (1 - unfit), abs=1e-4)


def test_what_is_not_followed_counts_as_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too few states the sum is too large, and nothing is believed for it."""
    lattice = Lattice((Place({"1": 0.4, "4": 0.3, "7": 0.3}),) * 4)
    field = Field("sum", BOX, "[0-9]{4}", checksum="mod97")
    exact = allowed(lattice, field)
    assert 0 < exact < 0.1
    monkeypatch.setattr("edge_app.forms.search.MAX_STATES", 3)
    assert allowed(lattice, field) > 0.5


@given(LATTICES)
def test_without_rules_nothing_is_likelier(lattice: Lattice) -> None:
    """Than the first: no text of digits, with or without ink that is none."""
    best = best_without_rules(lattice, 300)
    assert best
    expected = mixed(lattice, 0.0)
    assert best[0].probability >= max([0.0, *expected.values()]) - 1e-9
    known = {reading.text: reading.probability for reading in best if UNKNOWN not in reading.text}
    for text, chance in expected.items():
        assert text not in known or known[text] == pytest.approx(chance)


def test_rules_choose_among_what_was_seen() -> None:
    """A 7 that may be a 1 becomes one where the check digit says so; below the least probability it does not."""
    sure = [Place({digit: 1.0}) for digit in "992739871"]
    field = Field("card", BOX, "[0-9]{11}", checksum="luhn")

    def card(one: float) -> Lattice:
        return Lattice((Place({"1": 1 - one, "7": one}), *sure, Place({"3": 1.0})))

    assert best_without_rules(card(0.2))[0].text == "19927398713"
    assert [reading.text for reading in best_readings(card(0.2), field)] == ["79927398713"]
    assert best_readings(card(0.2), field)[0].probability == pytest.approx(0.2)
    assert best_readings(card(LEAST / 2), field) == ()
    assert best_readings(card(0.2), field, least=0.3) == ()


def test_whole_texts_weigh_in() -> None:
    """A reader of whole lines decides between two that the places leave open, and may bring its own."""
    row = (Place({"1": 0.5, "7": 0.5}), Place({"4": 1.0}))
    assert best_without_rules(Lattice(row, {"74": 0.9, "174": 0.1}))[0].text == "74"
    assert [each.text for each in best_readings(Lattice(row, {"74": 0.5, "174": 0.1}), ANY)] == ["74", "14", "174"]


def test_unknown_ink_is_no_symbol() -> None:
    """It is shown without rules, and never taken for a digit under them."""
    lattice = Lattice((Place({"4": 0.9}), Place({"0": 0.3}), Place({})))
    assert best_without_rules(lattice)[0].text == "4??"
    assert best_readings(lattice, ANY) == ()


@pytest.mark.parametrize(("checksum", "pattern"), [("luhn", "[0-9]+"), ("mod97", "[0-9]{24}"), ("isbn", "[0-9]+")])
def test_long_numbers_take_bounded_time(checksum: str, pattern: str) -> None:
    """The states that are followed at a place have a bound; the checksum is kept all the same."""
    count = 13 if checksum == "isbn" else 24
    row = tuple(
        Place({str(digit): 0.05 + 0.4 * (digit == (place * 7) % 10) for digit in range(10)}, 0.05)
        for place in range(count)
    )
    field = Field("long", BOX, pattern, checksum=checksum)
    before = time.process_time()
    readings = best_readings(Lattice(row), field, 1)
    chance = allowed(Lattice(row), field)
    assert time.process_time() - before < 30
    assert field.allows(readings[0].text)
    assert readings[0].probability <= chance <= 1


def test_equally_likely_texts_are_not_all_begun() -> None:
    """Of ten to the power of forty a few are found in a moment."""
    lattice = Lattice((Place({str(digit): 0.1 for digit in range(10)}),) * 40)
    before = time.process_time()
    readings = best_readings(lattice, ANY, 5)
    assert time.process_time() - before < 5
    assert len({reading.text for reading in readings}) == 5
    assert [reading.probability for reading in readings] == pytest.approx([1e-40] * 5)


@pytest.mark.parametrize("chance", [-0.1, 1.1, float("nan"), float("inf")])
def test_impossible_probabilities(chance: float) -> None:
    """A reader that goes wrong is told so, in one line."""
    for make in (
        lambda: Place({"1": chance}),
        lambda: Place({}, chance),
        lambda: Lattice((), {"1": chance}),
        lambda: Lattice((), None, chance),
    ):
        with pytest.raises(FormError, match="expected probabilities from 0 to 1"):
            make()


def test_other_impossible_lattices() -> None:
    """Sums above 1, symbols that no pattern knows, and more than a field can hold."""
    with pytest.raises(FormError, match="a sum of at most 1"):
        Place({"1": 0.6, "2": 0.3}, 0.2)
    with pytest.raises(FormError, match="expected a digit or sign in a lattice, got '12'"):
        Place({"12": 0.5})
    with pytest.raises(FormError, match="expected texts of digits and signs in a lattice, got 'a'"):
        Lattice((), {"a": 0.5})
    with pytest.raises(FormError, match=f"at most {MAX_PLACES} places"):
        Lattice((Place({}),) * (MAX_PLACES + 1))
