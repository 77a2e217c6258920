"""Forms and their file: read, written back, and refused in one line that names the key."""

import pickle
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.errors import FormError
from edge_app.forms.field_checks import STATE_CLASSES
from edge_app.forms.fields import Field
from edge_app.forms.form import MAX_BYTES, MAX_FIELDS, Form, parse_form, read_form, write_form

HEAD = '[form]\nname = "delivery note"\n'
BOX = "box = [0.1, 0.1, 0.2, 0.2]\n"
NOTE = (
    HEAD
    + """
[[field]]
name = "postcode"
box = [0.62, 0.10, 0.88, 0.15]     # parts of the form's width and height
pattern = "[0-9]{5}"
[[field]]
name = "total"
box = [0.70, 0.80, 0.95, 0.86]
pattern = "[0-9]{1,5}"
min = 0
max = 99999
unit = "EUR"
scale = 0.01
[[field]]
name = "reading"
box = [0.30, 0.40, 0.70, 0.50]
pattern = "[0-9]{6}"
only_rises = true
max_step = 50
checksum = "none"                  # luhn, mod97, isbn, ean
device_class = "water"
state_class = "total_increasing"
"""
)


def field(lines: str) -> str:
    """A form with one field of these lines."""
    return f'{HEAD}[[field]]\nname = "a"\n{"" if "box" in lines else BOX}{lines}\n'


def test_a_form_is_read() -> None:
    """As it is written, decimals exactly."""
    form = parse_form(NOTE)
    assert form.name == "delivery note"
    assert [each.name for each in form.fields] == ["postcode", "total", "reading"]
    postcode, total, reading = form.fields
    assert postcode == Field("postcode", (0.62, 0.10, 0.88, 0.15), "[0-9]{5}")
    assert (total.min, total.max, total.scale) == (Decimal(0), Decimal(99999), Decimal("0.01"))
    assert total.unit == "EUR"
    assert total.value("4081") == Decimal("40.81")
    assert (reading.only_rises, reading.max_step, reading.checksum) == (True, Decimal(50), None)
    assert (reading.device_class, reading.state_class) == ("water", "total_increasing")


def test_rules_of_a_field() -> None:
    """Pattern, range and checksum all have to allow a text."""
    box = (0.0, 0.0, 1.0, 1.0)
    assert Field("a", box, "[0-9]{2,3}", max=Decimal(150)).allows("150")
    assert not Field("a", box, "[0-9]{2,3}", max=Decimal(150)).allows("151")
    assert not Field("a", box, "[0-9]{2,3}", max=Decimal(150)).allows("5")
    assert Field("a", box, "[0-9]+", checksum="luhn").allows("79927398713")
    assert not Field("a", box, "[0-9]+", checksum="luhn").allows("79927398710")
    # Beyond the pattern alone, a rule of numbers allows nothing that is none.
    assert Field("a", box, "[0-9.]+").allows("1.2.3")
    assert not Field("a", box, "[0-9.]+", only_rises=True).allows("1.2.3")


def test_a_form_goes_to_other_processes() -> None:
    """Its automatons stay behind, and are made there."""
    form = parse_form(NOTE)
    assert form.fields[0].allows("12345")
    content = pickle.dumps(form)
    assert pickle.loads(content) == form  # noqa: S301 - made in the line above
    assert len(content) < 3000


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("unitt = 1", r"'unitt': expected a key out of name, box, .*got another"),
        ("box = [0.1, 0.2, 0.1, 0.3]", r"box: expected a box that is not empty.*got \[0.1, 0.2, 0.1, 0.3\]"),
        ("box = [0.1, 0.2, 1.1, 0.3]", r"box: expected left, top.*got \[0.1, 0.2, 1.1, 0.3\]"),
        ("box = [0.1, nan, 0.2, 0.3]", r"box: expected left, top.*got \[0.1, nan, 0.2, 0.3\]"),
        ("box = [0.1, 0.2, 0.3]", "box: expected left, top"),
        ("box = [0.1, 0.2, 0.3, true]", "box: expected left, top"),
        ('box = "all"', "box: expected left, top.*got 'all'"),
        ("box = {x = 1}", "box: expected left, top.*got {'x': 1}"),
        ('pattern = "[0-9"', r"pattern: expected .*got its end at place 5 of '\[0-9'"),
        ('pattern = "((([0-9]{1,99}){1,99}){1,99})"', "pattern: expected a pattern of at most 500 symbols"),
        ("pattern = 5", "pattern: expected a text .*got 5"),
        ("min = nan", "min: expected a number of at most 15 digits.*got NaN"),
        ("max = inf", "max: expected a number of at most 15 digits.*got Infinity"),
        ("max = 1e999999999", r"max: expected a number of at most 15 digits.*got 1E\+999999999"),
        ("min = 1e-10", "min: expected a number of at most 15 digits before the point and 9 behind it"),
        ("min = true", "min: expected a number.*got True"),
        ("min = 5\nmax = 4", "max: expected at least min, 5, got 4"),
        (
            'min = 100\npattern = "[0-9]{2}"',
            "pattern: expected something that pattern, min, max and checksum all allow",
        ),
        ('max = 9\npattern = "[0-9]:[0-9]"', "max: expected a pattern of a number beside it, got ':' in"),
        ("scale = 0", "scale: expected a number above 0, got 0"),
        ("max_step = -1", "max_step: expected a number above 0, got -1"),
        ("only_rises = 1", "only_rises: expected true or false, got 1"),
        ('unit = ""', "unit: expected 1 to 20 characters"),
        ('unit = "a\\nb"', "unit: expected 1 to 20 characters in one line"),
        ('checksum = "md5"', "checksum: expected one of none, luhn, mod97, isbn, ean, got 'md5'"),
        ("checksum = [1]", "checksum: expected one of none"),
        ('checksum = "isbn"\npattern = "[0-9]{9}"', "checksum: expected a pattern for isbn numbers of 10 or 13 digits"),
        ('checksum = "ean"\npattern = "[0-9]{9,12}"', "checksum: expected a pattern for ean numbers of 8 or 13 digits"),
        ('checksum = "luhn"\npattern = "[0-9]"', "checksum: expected a pattern for luhn numbers of 2 or more digits"),
        ('checksum = "mod97"\npattern = "[0-9]{1,2}"', "checksum: expected a pattern for mod97 numbers of 3 or more"),
        ('checksum = "luhn"\npattern = "[0-9]+:[0-9]"', "checksum: expected a pattern for luhn"),
        ('device_class = "Wasser Uhr"', "device_class: expected one of Home Assistant's"),
        ('device_class = "waters"', "device_class: expected one of Home Assistant's device classes, such as water,"),
        ('state_class = "total-increasing"', "state_class: expected one of measurement, .*got 'total-increasing'"),
        ("state_class = []", r"state_class: expected one of measurement, .*got \[\]"),
    ],
)
def test_wrong_keys_of_a_field(lines: str, complaint: str) -> None:
    """One line with the key, what was expected, and what is there."""
    with pytest.raises(FormError, match=rf"^field 1 \('a'\): {complaint}") as refused:
        parse_form(field(lines))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    "name", ["", "a/b", "a+", "#", "$SYS", " a", "a\\nb", "a\\u0000", "a" * 61, "a\\u2028b"], ids=ascii
)
def test_names_that_are_no_topic(name: str) -> None:
    """A field's name is a level of an MQTT topic."""
    text = f'{HEAD}[[field]]\nname = "{name}"\n{BOX}'
    with pytest.raises(
        FormError, match=r"^field 1 .*name: expected 1 to 60 characters that can be part of an MQTT topic"
    ):
        parse_form(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "form: expected a table"),
        ("form = 1", "form: expected a table"),
        ("[form]\nname = 5\n[[field]]\nname = 'a'\n" + BOX, "name of the form: expected 1 to 60"),
        ("[form]\n[[field]]\nname = 'a'\n" + BOX, "name of the form: expected 1 to 60 characters in one line, got ''"),
        (HEAD, r"field: expected tables \[\[field\]\], got None"),
        (HEAD + "[field]\nname = 'a'\n", r"field: expected tables \[\[field\]\], got {'name': 'a'}"),
        ("field = []\n" + HEAD, "field: expected 1 to 100 of them, got 0"),
        (HEAD + "paper = 'A4'\n", "'paper': expected name in \\[form\\], got another key"),
        ("title = 1\n" + HEAD, "'title': expected form or field in the file, got another key"),
        (HEAD + "[[field]]\nname = 'a'\n", "field 1 .*box: expected one for each field, got none"),
        (HEAD + "[[field]]\n" + BOX, "field 1: name: expected one for each field, got none"),
        (HEAD + f"[[field]]\nname = 'a'\n{BOX}" * 101, "field: expected 1 to 100 of them, got 101"),
        (HEAD + "[[field\n", "expected a form in TOML, got .*line 3"),
        (HEAD + "a = " + "[" * 5000, "expected a form in TOML, got "),
        (HEAD + "a = " + "9" * 5000, "expected a form in TOML, got "),
        ("a" + ".a" * 30_000 + " = 1", "expected at most 200 points in a line"),
        ("a" + ".a" * 199 + " = 1", "'a': expected form or field in the file, got another key"),
        ("[a" + ".a" * 199 + "]\n" + "".join(f"{n}=1\n" for n in range(9000)), "'a': expected form or field"),
        ("#" * (MAX_BYTES + 1), "expected at most 64 KB of text, got more"),
        (f"{HEAD}[[field]]\nname = 'a b'\n{BOX}[[field]]\nname = 'A-B'\nbox = [0.5, 0.5, 1, 1]\n", "'a b' and 'A-B'"),
        (
            f"{HEAD}[[field]]\nname = 'a'\n{BOX}[[field]]\nname = 'b'\nbox = [0.15, 0.15, 0.3, 0.3]\n",
            r"box: expected boxes that do not overlap, got \[0.1, .* of 'a' and \[0.15, .* of 'b'",
        ),
    ],
)
def test_wrong_forms(text: str, complaint: str) -> None:
    """One line, soon, whatever the file holds."""
    before = time.process_time()
    with pytest.raises(FormError, match=complaint) as refused:
        parse_form(text)
    # On a slow processor under coverage 2.6 s were measured, and 17 without the limit of points.
    assert time.process_time() - before < 5
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_boxes_may_touch() -> None:
    """Columns of a table share their rulings."""
    form = parse_form(f"{HEAD}[[field]]\nname = 'a'\n{BOX}[[field]]\nname = 'b'\nbox = [0.2, 0.1, 0.3, 0.2]\n")
    assert len(form.fields) == 2


def test_files(tmp_path: Path) -> None:
    """A form is written whole and read back; what is no form's file is named."""
    path = tmp_path / "form.toml"
    write_form(path, parse_form(NOTE))
    assert read_form(path) == parse_form(NOTE)
    with pytest.raises(FormError, match=r"expected a form's file, got .*missing.toml \(No such file"):
        read_form(tmp_path / "missing.toml")
    with pytest.raises(FormError, match="expected a form's file, got "):
        read_form(tmp_path)
    for content, complaint in (
        (b"#" * (MAX_BYTES + 1), "at most 64 KB, got a larger one"),
        (b"[form]\xff", "expected text in UTF-8, got other bytes at 6"),
        (b"[form]\nname = 'x'\n", "form.toml: field: expected tables"),
    ):
        path.write_bytes(content)
        with pytest.raises(FormError, match=complaint):
            read_form(path)


NUMBER = st.decimals(0, 10**6, places=3)
WORDS = st.text(
    st.characters(categories=["L", "N", "Zs", "P", "S"], exclude_characters="+#/$"), min_size=1, max_size=12
)
FIELDS = st.builds(
    Field,
    name=st.just("x"),
    box=st.tuples(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0.5, 1), st.floats(0.5, 1)),
    pattern=st.sampled_from(["[0-9]+", r"[0-9]{1,9}(\.[0-9]{1,3})?", r"\d{10}|\d{13}"]),
    min=st.one_of(st.none(), NUMBER.map(lambda number: -number)),
    max=st.one_of(st.none(), NUMBER),
    unit=st.one_of(st.none(), WORDS),
    scale=st.one_of(st.none(), NUMBER.filter(bool)),
    only_rises=st.booleans(),
    max_step=st.one_of(st.none(), NUMBER.filter(bool)),
    state_class=st.one_of(st.none(), st.sampled_from(STATE_CLASSES)),
    device_class=st.one_of(st.none(), st.just("energy")),
)


@given(FIELDS.filter(lambda each: each.max is None or each.max >= 0), WORDS.filter(str.strip))
def test_what_is_written_is_read_back(one: Field, name: str) -> None:
    """Every form comes back from its file as it was."""
    form = Form(name, (one,))
    assert parse_form(form.to_toml()) == form


def test_a_form_made_by_hand_is_checked_too() -> None:
    """Not only what comes from a file."""
    box = (0.0, 0.0, 1.0, 1.0)
    with pytest.raises(FormError, match="field: expected 1 to 100"):
        Form("a", ())
    with pytest.raises(FormError, match=f"field: expected 1 to {MAX_FIELDS}"):
        Form("a", (Field("b", box),) * (MAX_FIELDS + 1))
    with pytest.raises(FormError, match="min: expected a number"):
        Field("b", box, min=Decimal("nan"))
    with pytest.raises(FormError, match="box: expected left"):
        Field("b", (0.0, 0.0, 1.0, float("nan")))


def test_zero_is_a_bound_like_any_other() -> None:
    """It makes a number of a field, and keeps what is below it out."""
    field = Field("level", (0.0, 0.0, 1.0, 1.0), "-?[0-9]{1,2}", min=Decimal(0))
    assert field.is_number
    assert [field.allows(text) for text in ("7", "0", "-7")] == [True, True, False]
    with pytest.raises(FormError, match="min: expected a pattern of a number"):
        Field("level", (0.0, 0.0, 1.0, 1.0), "[0-9]{2}/[0-9]{2}", min=Decimal(0))
