"""Check digits: right numbers are taken, and each single wrong digit is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.forms.checksum import CHECKSUMS

NUMBERS = st.text("0123456789", min_size=1, max_size=20)
# As the standards' own examples, Wikipedia's and printed books have them.
RIGHT = {
    "luhn": ["79927398713", "4539148803436467", "4111111111111111", "18", "00", "4111 1111 1111 1111"],
    "mod97": ["3214282912345698765432161182", "79444", "00794 44"],
    "isbn": ["0306406152", "080442957X", "0-8044-2957-X", "9780306406157", "978-3-16-148410-0", "9791090636071"],
    "ean": ["73513537", "96385074", "4006381333931", "5901234123457"],
}
WRONG = {
    "luhn": ["79927398710", "0", "", "4111111111111112", "4.1", "X"],
    "mod97": ["3214282912345698765432161183", "", "1", "98"],
    "isbn": [
        "0306406153",
        "0306406153X",
        "0804429570",
        "X804429570",
        "080442957XX",
        "08044295X7",
        "4006381333931",
        "978030640615",
        "",
    ],
    "ean": ["73513536", "4006381333932", "036000291452", "7351353", "40063813339310", ""],
}


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, numbers in RIGHT.items() for number in numbers])
def test_right_numbers(name: str, number: str) -> None:
    """Spaces and hyphens do not count."""
    assert CHECKSUMS[name].valid(number)


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, numbers in WRONG.items() for number in numbers])
def test_wrong_numbers(name: str, number: str) -> None:
    """A wrong digit, length, sign or, for a book, beginning."""
    assert not CHECKSUMS[name].valid(number)


def isbn10(body: str) -> str:
    """Nine digits and their check digit, by the standard's own sum."""
    rest = -sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11
    return body + ("X" if rest == 10 else str(rest))


def ean(body: str) -> str:
    """Digits and their check digit."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def luhn(body: str) -> str:
    """Digits and their check digit."""
    twice = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return body + str(-sum(value // 10 + value % 10 for value in twice) % 10)


def mod97(body: str) -> str:
    """Digits and their two check digits."""
    return f"{body}{98 - int(body) * 100 % 97:02d}"


def digits(count: int) -> st.SearchStrategy[str]:
    """As many digits as asked for."""
    return st.text("0123456789", min_size=count, max_size=count)


NUMBERED = st.one_of(
    NUMBERS.map(luhn).map(lambda number: ("luhn", number)),
    NUMBERS.map(mod97).map(lambda number: ("mod97", number)),
    digits(9).map(isbn10).map(lambda number: ("isbn", number)),
    digits(9).map(lambda body: ("isbn", ean("978" + body))),
    st.one_of(digits(7), digits(12)).map(ean).map(lambda number: ("ean", number)),
)


@given(NUMBERED, st.data())
def test_each_single_wrong_digit_is_found(named: tuple[str, str], data: st.DataObject) -> None:
    """The number with its check digit is right, and with any one digit changed it is not."""
    name, number = named
    assert CHECKSUMS[name].valid(number)
    place = data.draw(st.integers(0, len(number) - 1))
    for other in CHECKSUMS[name].counted:
        if other != number[place]:
            assert not CHECKSUMS[name].valid(number[:place] + other + number[place + 1 :])


@given(NUMBERED.filter(lambda named: named[0] == "mod97" or (named[0] == "isbn" and len(named[1]) == 10)), st.data())
def test_exchanged_neighbours_are_found(named: tuple[str, str], data: st.DataObject) -> None:
    """By the two schemes that promise it."""
    name, number = named
    place = data.draw(st.integers(0, len(number) - 2))
    if number[place] != number[place + 1]:
        changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert not CHECKSUMS[name].valid(changed)


@given(st.sampled_from(sorted(CHECKSUMS)), st.text("0123456789X- .", max_size=30))
def test_states_stay_few(name: str, text: str) -> None:
    """However long the text, what is carried has bounds: a search keeps a state for each."""
    scheme = CHECKSUMS[name]
    state = scheme.start
    for symbol in text:
        after = scheme.step(state, symbol)
        if after is None:
            break
        state = after
    assert 0 <= state[0] <= 14
    assert all(-1 <= carried < 97 for carried in state[1:])
