"""Patterns: a safe part of regular expressions, as automatons with few states."""

import re
import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.errors import FormError
from edge_app.forms.machine import ALPHABET, allows
from edge_app.forms.pattern import MAX_STATES, Pattern, compile_pattern

ATOMS = st.sampled_from(["1", "4", "7", "[0-9]", "[147]", "[0-4-]", "[+-]", r"\.", "-", r"\d", "[.,]", "X", "/"])
COUNTS = st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}"])
# Groups in counts in choices, as deep as hypothesis likes.
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, COUNTS).map(lambda pair: f"({pair[0]}){pair[1]}"),
        st.tuples(ATOMS, COUNTS).map("".join),
    ),
    max_leaves=8,
)
TEXTS = st.text(alphabet="0147.-+,X/", max_size=8)


def attempt(pattern: str) -> tuple[Pattern | None, str]:
    """The automaton, or what is said against it."""
    try:
        return compile_pattern(pattern), ""
    except FormError as error:
        return None, str(error)


@given(PATTERNS, st.data())
def test_fits_what_re_fits(pattern: str, data: st.DataObject) -> None:
    """For texts that fit, too, which random ones would seldom do."""
    compiled, complaint = attempt(pattern)
    if compiled is None:
        assert "at most" in complaint
        return
    with warnings.catch_warnings():
        # "[+-]" next to "-" is a set difference to come.
        warnings.simplefilter("ignore", FutureWarning)
        original = re.compile(pattern)
        text = data.draw(
            st.one_of(TEXTS, st.from_regex(original, fullmatch=True, alphabet=st.sampled_from("012345679.,-+/X8")))
        )
    assert allows(compiled, text) == bool(original.fullmatch(text))
    if original.fullmatch(text):
        assert compiled.shortest <= len(text) <= (len(text) if compiled.longest is None else compiled.longest)
        assert compiled.symbols.issuperset(text)


@given(st.text(alphabet="0159-[]()|?*+{},.\\dX^$a", max_size=14))
def test_what_is_taken_at_all_means_what_it_means_to_re(pattern: str) -> None:
    """Whatever is written: it is refused in one line, or does what people know of regular expressions."""
    compiled, complaint = attempt(pattern)
    if compiled is None:
        assert "expected" in complaint
        assert "\n" not in complaint
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        original = re.compile(pattern)
    for text in ("", *"0159-.,+X", "00", "15", "-5", "5-", "1.5", "0159", "555555"):
        assert allows(compiled, text) == bool(original.fullmatch(text)), text


@pytest.mark.parametrize(
    ("pattern", "fit", "others"),
    [
        ("[0-9]{2,}", ["12", "123", "1234567"], ["", "1"]),
        ("(12){2,}", ["1212", "121212"], ["12", "12121", "1112"]),
        ("(1|23?)+", ["1", "2", "231", "123"], ["", "3", "13"]),
        ("[0-9]{1,3}([.,][0-9]{2})?", ["1", "123", "1,50", "12.00"], ["1,5", ",50", "1234", "1,"]),
        ("-?[0-9]", ["-1", "1"], ["-", "--1", "1-"]),
        ("[+-]1|[1-]2", ["+1", "-1", "12", "-2"], ["+2", "1", "2"]),
        (r"\d\d:\d\d", ["12:30"], ["1230", "1:30"]),
    ],
)
def test_examples(pattern: str, fit: list[str], others: list[str]) -> None:
    """What people write into forms."""
    compiled = compile_pattern(pattern)
    assert [text for text in fit + others if allows(compiled, text)] == fit


@pytest.mark.parametrize(
    ("pattern", "shortest", "longest", "states"),
    [
        ("[0-9]{5}", 5, 5, 6),
        ("[0-9]{1,5}", 1, 5, 6),
        ("(1|22)?", 0, 2, 4),
        ("1[0-9]+", 2, None, 3),
        ("[0-9]*", 0, None, 2),
    ],
)
def test_lengths_and_states(pattern: str, shortest: int, longest: int | None, states: int) -> None:
    """A pattern knows how long its texts are; a plain one has about a state for each symbol."""
    compiled = compile_pattern(pattern)
    assert (compiled.shortest, compiled.longest, compiled.states) == (shortest, longest, states)


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("((([0-9]{1,99}){1,99}){1,99})", "500 symbols"),
        ("[0-9]{99}" * 6, "500 symbols"),
        ("([01]*1[01]{20})", f"{MAX_STATES} states"),
        ("(" * 50 + "1" + ")" * 50, "at most 20 groups"),
        ("1" * 201, "1 to 200 characters, got 201"),
        ("", "1 to 200 characters, got 0"),
        ("[0-9", r"got its end at place 5"),
        ("[9-0]", "got '9' at place 2"),
        ("[^0-9]", "got '\\^' at place 2"),
        ("[0-9-5]", "got '-' at place 5"),
        ("[+--]", "got '\\+' at place 2"),
        ("[.-9]", "got '.' at place 2"),
        ("[1-+]", "got '1' at place 2"),
        ("[]", "got '\\]' at place 2"),
        ("(1", "a \\) for each \\("),
        ("1)", "a \\( before each \\)"),
        ("1|", "something to match, got its end"),
        ("()", "something to match"),
        (".", "got '.' at place 1"),
        ("^1$", "without \\^ and \\$"),
        ("1**", "one count for each part"),
        ("1{2}?", "one count for each part"),
        ("1{3,1}", "a count from small to large"),
        ("1{0}", "a count from small to large"),
        ("1{100}", "up to 99"),
        ("\\w", "behind"),
        ("\\", "got its end"),
        ("(?i)1", "got '\\?'"),
        ("(1)\\1", "got '1'"),
        ("abc", "got 'a' at place 1"),
        ("\u0661", "at place 1"),
    ],
)
def test_others_are_refused_at_once(pattern: str, complaint: str) -> None:
    """In one line that says where, and before it takes time or memory."""
    before = time.process_time()
    with pytest.raises(FormError, match=f"expected .*{complaint}|{complaint}.* got") as refused:
        compile_pattern(pattern)
    assert time.process_time() - before < 1
    assert "\n" not in str(refused.value)


def test_large_patterns_stay_within_their_bounds() -> None:
    """The worst that is taken is made in a moment."""
    before = time.process_time()
    for pattern in ("([0-9]{0,99}){5}", "([01]?|[12]*){99}", "([01]*1[01]{8})", "(([0-9]?){22}){22}"):
        assert compile_pattern(pattern).states <= MAX_STATES
    assert time.process_time() - before < 5
    assert compile_pattern("([0-9+.,:/ X]|-)+").symbols == ALPHABET
