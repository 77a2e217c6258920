"""A result is looked through: what is asked, what is taken, and what is kept beside it."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_app.collect.folder import read_crops
from edge_app.collect.queue import CropQueue
from edge_app.errors import FormError, SourceError
from edge_app.forms.described import DescribedForm
from edge_app.forms.form_record import FormTable, doubt_in, doubt_text
from edge_app.forms.reading import STATES, FieldReading, FormReader, FormReading
from edge_app.model.classifier import DigitClassifier
from edge_app.review.archive import ArchiveReview
from edge_app.review.corrections import Corrections
from edge_app.review.digits import DigitCollection
from edge_app.review.export import as_csv, as_jsonl
from edge_app.review.question import RulesError
from edge_app.review.result import text_of
from edge_app.review.table import TableResult

from ...mosquitto import wait_until
from .drawn import FORM, make_result, open_result, written


@pytest.fixture
def review(tmp_path: Path) -> Iterator[ArchiveReview]:
    """Of three sheets."""
    result = make_result(tmp_path, 3)
    opened = ArchiveReview(result, Corrections(result.corrections))
    yield opened
    opened.close()


def again(folder: Path) -> ArchiveReview:
    """As if the process had been killed and started again."""
    result = open_result(folder)
    return ArchiveReview(result, Corrections(result.corrections))


def picture_of(review: ArchiveReview, question_id: str) -> bytes | str | None:
    """A field's picture, once it is cut."""
    found: list[bytes | str | None] = []

    def look() -> bool:
        if not any(found):
            found.append(review.picture(question_id))
        return any(found)

    assert wait_until(look)
    return found[-1]


def test_each_doubtful_field_is_asked_once_in_the_order_of_the_pages(review: ArchiveReview) -> None:
    """In portions, and none that was answered."""
    asked = review.questions(None, 4)
    assert [(Path(each.source).name, each.field.name, each.guess) for each in asked] == [
        ("sheet000.png", "code", "10009"),
        ("sheet000.png", "pieces", "111"),
        ("sheet001.png", "code", "20014"),
        ("sheet001.png", "pieces", "148"),
    ]
    review.answer(asked[2], "20014", force=False)
    assert [each.id for each in review.questions(asked[1].id, 9)] == ["0-1-1", "0-2-0", "0-2-1"]
    assert (review.waiting, review.done) == (5, 1)


def test_a_later_start_goes_on_where_it_was(review: ArchiveReview, tmp_path: Path) -> None:
    """The result itself is as it was; what was said can be seen, said anew, and taken back."""
    before = (tmp_path / "read.jsonl").read_bytes()
    first, second, *_ = review.questions(None, 9)
    review.answer(first, "10007", force=False)
    review.answer(second, "", force=False)
    later = again(tmp_path)
    assert (later.waiting, later.done) == (4, 2)
    given = later.question(first.id)
    assert given is not None
    assert given.given is not None
    assert (given.given.text, given.given.how) == ("10007", "corrected")
    later.answer(given, None, force=False)
    later.take_back(second)
    assert [each.how for each in Corrections(open_result(tmp_path).corrections).all()] == ["unreadable"]
    assert (tmp_path / "read.jsonl").read_bytes() == before
    later.close()


@pytest.mark.parametrize("text", ["9999", "123456", "1234-", "abc", "1\n2", "12345\x00", "1" * 200])
def test_what_the_rules_forbid_is_never_kept_in_silence(text: str, review: ArchiveReview) -> None:
    """A text of digits and signs may be kept all the same, and is marked; what is no such text never."""
    code = review.questions(None, 1)[0]
    with pytest.raises(FormError, match="expected "):
        review.answer(code, text, force=False)
    assert review.done == 0
    try:
        review.answer(code, text, force=True)
    except RulesError:
        pytest.fail("expected it to be kept, or to be refused for what it is")
    except FormError:
        assert set(text) - set("0123456789-") or len(text) > 100
    else:
        assert Corrections(open_result(Path(code.source).parent).corrections).all()[0].outside_rules


def test_a_range_is_kept_too(review: ArchiveReview) -> None:
    """The line says what fits."""
    pieces = review.questions(None, 2)[1]
    with pytest.raises(RulesError, match=r"expected what fits \[0-9\]\{1,4\}, up to 5000, got 5001"):
        review.answer(pieces, "5001", force=False)


def test_pictures_are_cut_ahead_and_large(review: ArchiveReview) -> None:
    """Asking never waits; the picture shows the field's ink."""
    question = review.questions(None, 1)[0]
    assert review.picture(question.id) is None
    content = picture_of(review, question.id)
    assert isinstance(content, bytes)
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert picture.shape[0] >= 100
    assert picture.min() < 100


def test_a_page_that_is_gone_can_still_be_answered(review: ArchiveReview) -> None:
    """The picture's place says why there is none; once the page is back, so is its picture."""
    question = review.questions(None, 1)[0]
    page = Path(question.source)
    page.rename(page.with_suffix(".away"))
    assert str(picture_of(review, question.id)).startswith("expected the page where it was read")
    review.answer(question, "10007", force=False)
    assert review.done == 1
    page.with_suffix(".away").rename(page)
    assert isinstance(picture_of(review, question.id), bytes)


@pytest.mark.parametrize("name", ["0-0-9", "9-0-0", "0-99-0", "", "x", "0-0", "-1-0-0", "0-0-0-0", "٣-0-0", "9" * 400])
def test_unknown_questions_are_none(name: str, review: ArchiveReview) -> None:
    """Whatever somebody asks for."""
    assert review.question(name) is None


def test_the_export_has_what_was_read_and_what_was_said(review: ArchiveReview) -> None:
    """As a table with a second column a field, and as lines of JSON."""
    first, second, third, *_ = review.questions(None, 9)
    review.answer(first, "10007", force=False)
    review.answer(second, "", force=False)
    review.answer(third, "99", force=True)
    table = list(csv.reader(io.StringIO(b"".join(as_csv(review.names, review.pages())).decode(), newline="")))
    assert table[0] == ["source", "page", "code", "code corrected", "pieces", "pieces corrected", "doubt", "reviewed"]
    assert table[1][2:] == ["", "10007", "", "", "code doubtful; pieces doubtful", "code corrected; pieces blank"]
    assert table[2][2:] == ["", "99", "", "", "code doubtful; pieces doubtful", "code corrected"]
    assert table[3][-1] == ""
    lines = [json.loads(line) for line in b"".join(as_jsonl(review.pages())).splitlines()]
    assert lines[0]["fields"][1] == {
        "name": "pieces",
        "read": None,
        "state": "doubtful",
        "guess": "111",
        "how": "blank",
        "text": "",
        "corrected": "",
        "outside_rules": False,
        "time_s": lines[0]["fields"][1]["time_s"],
    }
    assert lines[1]["fields"][0]["outside_rules"] is True
    assert "how" not in lines[2]["fields"][0]


def test_digits_of_what_is_said_are_collected_and_taken_back(tmp_path: Path) -> None:
    """Each as what the person says; if he says something else, that; a text of another length gives none."""
    result = make_result(tmp_path, 1)
    reader = FormReader(FORM, DigitClassifier.load())
    queue = CropQueue(tmp_path / "own", "ann")
    collection = DigitCollection(queue, lambda: reader.classifier)
    corrections = Corrections(result.corrections)
    review = ArchiveReview(result, corrections, collection, lambda: reader)
    code, pieces = review.questions(None, 2)

    def settled() -> bool:
        return all(each.collected is not None for each in corrections.all())

    review.answer(code, "10007", force=False)
    review.answer(pieces, "1", force=False)
    assert wait_until(settled)
    assert sorted(crop.label for crop in read_crops(tmp_path / "own")) == [0, 0, 0, 1, 7]
    assert len(corrections.all()[0].collected or ()) == 5
    given = review.question(code.id)
    assert given is not None
    review.answer(given, "10008", force=False)
    assert wait_until(settled)
    assert sorted(crop.label for crop in read_crops(tmp_path / "own")) == [0, 0, 0, 1, 8]
    review.take_back(given)
    # Crops that are just being deleted cannot be read: first they are only counted.
    assert wait_until(lambda: not list((tmp_path / "own" / "ann").glob("?/*.png")))
    assert not read_crops(tmp_path / "own")
    review.close()


def test_what_was_said_without_collecting_is_collected_by_the_next_start(tmp_path: Path) -> None:
    """Also where the process was killed between the two."""
    result = make_result(tmp_path, 1)
    review = ArchiveReview(result, Corrections(result.corrections))
    review.answer(review.questions(None, 1)[0], written(0)["code"], force=False)
    review.close()
    reader = FormReader(FORM, DigitClassifier.load())
    collection = DigitCollection(CropQueue(tmp_path / "own", "ann"), lambda: reader.classifier)
    later = ArchiveReview(open_result(tmp_path), Corrections(result.corrections), collection, lambda: reader)
    assert wait_until(lambda: len(Corrections(result.corrections).all()[0].collected or ()) == 5)
    assert sorted(crop.label for crop in read_crops(tmp_path / "own")) == [0, 0, 0, 1, 7]
    later.close()


@pytest.mark.parametrize("content", ["", "[]", "7\n", '{"source": "a"}', "\x00", '{"source": "a", "fields": []}'])
def test_other_files_are_refused_in_one_line(content: str, tmp_path: Path) -> None:
    """Of an empty one there is nothing to ask."""
    path = tmp_path / "read.jsonl"
    path.write_text(content)
    if content:
        with pytest.raises(SourceError, match="expected what read --form --csv or --json wrote"):
            TableResult(path, DescribedForm(FORM))
    else:
        assert TableResult(path, DescribedForm(FORM)).parts == 0


def test_pages_that_could_not_be_read_are_no_questions(tmp_path: Path) -> None:
    """As `read --form --json` prints them; the export names them."""
    path = tmp_path / "read.jsonl"
    path.write_text('{"source": "a.png", "error": "expected an image"}\n')
    result = TableResult(path, DescribedForm(FORM))
    review = ArchiveReview(result, Corrections(result.corrections))
    assert review.questions(None, 9) == review.questions(None, 9, others=True) == []
    assert [page.source for page in review.pages()] == ["a.png"]
    review.close()


def test_a_table_of_read_is_asked_about(tmp_path: Path) -> None:
    """As `read --form --csv` writes it: a doubtful field's cell is its guess; an unreadable page has nothing to ask."""
    table, path = FormTable(FORM), tmp_path / "table.csv"
    code = FieldReading("code", "doubtful", None, "00042")
    table.add("=a.png", None, FormReading("count", (code, FieldReading("pieces", "read", "7")), 9, 9))
    table.add_error("b.png", 2)
    table.add(
        "c.pdf", 3, FormReading("count", (FieldReading("code", "blank", ""), FieldReading("pieces", "refused")), 9, 9)
    )
    path.write_bytes(table.content())
    result = TableResult(path, DescribedForm(FORM))
    review = ArchiveReview(result, Corrections(result.corrections))
    asked = [(each.source, each.page, each.field.name, each.state, each.guess) for each in review.questions(None, 9)]
    assert asked == [("=a.png", 1, "code", "doubtful", "00042"), ("c.pdf", 3, "pieces", "refused", None)]
    assert [each.guess for each in review.questions(None, 9, others=True)] == ["7", ""]
    review.answer(review.questions(None, 1)[0], "00043", force=False)
    rows = list(csv.reader(io.StringIO(b"".join(as_csv(review.names, review.pages())).decode(), newline="")))
    assert rows[1] == ["'=a.png", "1", "", "00043", "7", "", "code doubtful", "code corrected"]
    assert result.corrections == tmp_path / "table.csv.corrections.jsonl"
    review.close()


def test_the_doubt_of_a_table_is_read_as_it_was_written() -> None:
    """Whatever a field is called."""
    names = ["a", "a read", "not found; x", "total"]
    for state in STATES:
        told = dict.fromkeys(names, state)
        assert doubt_in(doubt_text({"field": name, "state": state} for name in names), names) == told
    with pytest.raises(ValueError, match="another doubt"):
        doubt_in("other read", names)


def test_a_number_of_a_table_is_asked_as_it_was_written() -> None:
    """With the zeros that its pattern wants."""
    code, pieces = FORM.fields
    assert [text_of(code, "42"), text_of(pieces, "42"), text_of(code, "nonsense")] == ["00042", "42", "nonsense"]
