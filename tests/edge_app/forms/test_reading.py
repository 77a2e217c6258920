"""Fields are read off photos and scans of forms, blank is blank, and no other page is read."""

from decimal import Decimal

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.errors import ImageError
from edge_app.forms.form import Form
from edge_app.forms.reading import FieldReading, FormReader, FormReading
from edge_app.forms.ready_made import ready_made
from edge_app.model.classifier import DigitClassifier

from ..pages import blank
from .filled import filled, photographed, pixels

MADE = ready_made("cheque")
CELLS = {"date": 8, "account": 10}
# By ISO/IEC 7812 the account's last digit is right.
TEXTS = {"date": "24072026", "amount": "12750", "account": "2045713704"}
PAGE = filled(MADE, TEXTS, CELLS)


@pytest.fixture(scope="module")
def classifier() -> DigitClassifier:
    """The shipped one."""
    return DigitClassifier.load()


@pytest.fixture(scope="module")
def reader(classifier: DigitClassifier) -> FormReader:
    """Finds the cheque by its picture."""
    return FormReader(MADE.form, classifier, MADE.picture)


def by_name(reading: FormReading) -> dict[str, FieldReading]:
    """The fields of a reading."""
    return {each.name: each for each in reading.fields}


def test_a_photo_is_read_under_the_rules(reader: FormReader) -> None:
    """Each field's text and value, and a box on the photo that holds its ink."""
    photo = photographed(PAGE, (1400, 800))
    reading = reader.read(photo)
    assert (reading.not_found, reading.width, reading.height) == (None, 1400, 800)
    fields = by_name(reading)
    assert {name: (each.state, each.text) for name, each in fields.items()} == {
        name: ("read", text) for name, text in TEXTS.items()
    }
    assert fields["amount"].value == Decimal("127.50")
    assert all(each.confidence > 0.9 for each in fields.values())
    box = fields["amount"].box
    assert box is not None
    x, y, width, height = box
    assert photo[y : y + height, x : x + width].min() < 110
    assert 700 < x < 1100


def test_colours_read_as_grey_does(reader: FormReader) -> None:
    """An RGB photo of grey pixels."""
    photo = photographed(PAGE, (1400, 800))
    assert reader.read(np.repeat(photo[..., None], 3, axis=2)) == reader.read(photo)


def test_without_a_picture_the_image_is_the_form(classifier: DigitClassifier) -> None:
    """A scan, its frames not known and not read: boxes are parts of the image. What they leave uncertain is marked."""
    reading = FormReader(MADE.form, classifier).read(PAGE)
    assert {each.name: each.text or each.guess for each in reading.fields} == TEXTS
    left, top, right, bottom = pixels(MADE.form.fields[1], PAGE)
    assert np.allclose(by_name(reading)["amount"].box or (), (left, top, right - left, bottom - top), atol=2)


@pytest.mark.parametrize("found_by_picture", [True, False])
def test_what_is_blank_is_not_invented(reader: FormReader, classifier: DigitClassifier, found_by_picture: bool) -> None:
    """Neither by rulings, nor by rules that would like a text there."""
    page = filled(MADE, {"date": TEXTS["date"]}, CELLS)
    reading = (
        reader.read(photographed(page, (1400, 800)))
        if found_by_picture
        else FormReader(MADE.form, classifier).read(page)
    )
    fields = by_name(reading)
    assert [fields[name].state for name in ("date", "amount", "account")] == ["read", "blank", "blank"]
    assert (fields["amount"].text, fields["amount"].value, fields["amount"].guess) == ("", None, None)


def test_a_wrong_check_digit_is_never_read(reader: FormReader) -> None:
    """Ink that reads plainly as another number is refused; what it seems to say is kept."""
    page = filled(MADE, {**TEXTS, "account": "2045713702"}, CELLS)
    account = by_name(reader.read(photographed(page, (1400, 800))))["account"]
    assert account.state in ("refused", "doubtful")
    assert (account.text, account.value, account.rejected) == (None, None, "2045713702")


def test_scribble_is_neither_blank_nor_a_number(reader: FormReader) -> None:
    """Somebody should look at it."""
    page = filled(MADE, {"date": TEXTS["date"]}, CELLS)
    left, top, right, bottom = pixels(MADE.form.fields[1], page)
    for x in range(left + 40, right - 60, 14):
        page[top + 30 + x % 23 : bottom - 25, x : x + 9] = 60
        page[top + 50 : top + 58, x : x + 20] = 60
    amount = by_name(reader.read(photographed(page, (1400, 800))))["amount"]
    assert amount.state in ("refused", "doubtful")
    assert amount.text is None


@pytest.mark.parametrize("image", [blank(), filled(ready_made("score-card"), {}, {})])
def test_another_page_is_not_read(reader: FormReader, image: NDArray[np.uint8]) -> None:
    """Every field says that it was not found, and the form why."""
    reading = reader.read(image)
    assert reading.not_found is not None
    assert [(each.state, each.text, each.box) for each in reading.fields] == [("not found", None, None)] * 3


def test_a_field_beyond_the_photo_is_not_found(reader: FormReader) -> None:
    """The others are read."""
    photo = photographed(PAGE, (1400, 800))
    fields = by_name(reader.read(np.ascontiguousarray(photo[:, :950])))
    assert fields["amount"].state == "not found"
    assert fields["account"].text == TEXTS["account"]


def test_a_tiny_field_is_read_or_doubted_never_an_error(classifier: DigitClassifier) -> None:
    """Boxes of a few pixels are enlarged."""
    small = np.ascontiguousarray(PAGE[::12, ::12])
    states = {each.state for each in FormReader(MADE.form, classifier).read(small).fields}
    assert states <= {"read", "doubtful", "refused", "blank"}


def test_an_image_of_another_kind_is_refused(reader: FormReader) -> None:
    """As any page reader does."""
    with pytest.raises(ImageError, match="expected an image of uint8"):
        reader.read(PAGE.astype(np.float32))


def test_one_form_reads_as_often_as_asked(classifier: DigitClassifier) -> None:
    """A form of one field, twice: no state is kept."""
    one = Form("one", (MADE.form.fields[1],))
    reader = FormReader(one, classifier)
    assert reader.read(PAGE) == reader.read(PAGE)
