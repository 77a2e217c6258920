"""The page on which forms are made: its API, and in Chromium with mouse, thumb and keys."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.testclient import TestClient

from edge_app import DigitClassifier
from edge_app.cli import main
from edge_app.forms.form import Form, read_form
from edge_app.forms.form_files import FormFiles
from edge_app.forms.reading import FormReader, FormReading
from edge_app.forms.ready_made import ready_made
from edge_app.web.access import Access
from edge_app.web.form_editor import create_form_editor
from edge_app.web.server import WebServer

from ...browser import DESKTOP, Visit, browser, visit
from ..forms.filled import filled, photographed
from ..pages import blank

__all__ = ["browser", "visit"]

MADE = ready_made("cheque")
PHOTO = photographed(filled(MADE, {"date": "24072026", "amount": "30264"}, {"date": 8}), (1400, 800))
EMPTY = photographed(MADE.picture, (1400, 800))
PHONE = 390, 844
DATE, AMOUNT, ACCOUNT = (field.box for field in MADE.form.fields)
PNG = {"Content-Type": "image/png"}
AMOUNT_FIELD = {"name": "amount", "box": list(AMOUNT), "pattern": "[1-9][0-9]{2,6}", "scale": "0.01", "unit": "EUR"}


def png(luma: NDArray[np.uint8]) -> bytes:
    """An image file as bytes."""
    file = io.BytesIO()
    Image.fromarray(luma).save(file, "PNG")
    return file.getvalue()


def read(form: Form, picture: NDArray[np.uint8], photo: NDArray[np.uint8]) -> FormReading:
    """Really reads."""
    return FormReader(form, DigitClassifier.load(runtime="litert"), picture).read(photo)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file to be."""
    return tmp_path / "cheque.toml"


@pytest.fixture
def app(path: Path) -> Starlette:
    """Makes a form."""
    return create_form_editor(FormFiles(path), read, Access())


@pytest.fixture
def client(app: Starlette) -> Iterator[TestClient]:
    """Of that app."""
    with TestClient(app, base_url="http://localhost") as opened:
        yield opened


@pytest.fixture
def server(app: Starlette) -> Iterator[WebServer]:
    """The same on a real socket."""
    opened = WebServer(app, "127.0.0.1", 0)
    opened.start()
    yield opened
    opened.close()


def photograph(client: TestClient, photo: NDArray[np.uint8] = EMPTY) -> None:
    """Sends a photo and takes the sheet that was found on it."""
    found = client.post("/api/form/photo", content=png(photo), headers=PNG).json()
    assert found["found"]
    answer = client.post("/api/form/straighten", json={"corners": found["corners"]})
    assert answer.status_code == 200, answer.text


def form_of(*fields: dict[str, Any], name: str = "my cheque") -> dict[str, Any]:
    """A form as the page sends it."""
    return {"name": name, "fields": list(fields)}


def test_a_photographed_form_is_saved_with_its_picture_and_read(
    client: TestClient, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The picture is straight, in the sheet's proportions, and finds the form on another photo."""
    photograph(client)
    saved = client.post("/api/form/save", json={"form": form_of(AMOUNT_FIELD), "replace": None})
    assert saved.status_code == 200, saved.text
    picture = np.asarray(Image.open(path.with_suffix(".png")))
    assert picture.shape[1] / picture.shape[0] == pytest.approx(2100 / 950, rel=0.04)
    cv2.imwrite(str(path.parent / "photo.png"), PHOTO)
    assert main(["form", "check", str(path)]) == 0
    flags = ["--form", str(path), "--form-picture", str(path.with_suffix(".png"))]
    capsys.readouterr()
    assert main(["read", *flags, str(path.parent / "photo.png")]) == 0
    assert capsys.readouterr().out == "amount: 302.64 EUR\n"


def test_what_is_there_is_replaced_only_when_that_was_asked(client: TestClient, path: Path) -> None:
    """By the stamp of what is there: what somebody changed meanwhile is asked about again."""
    photograph(client)
    path.write_text("mine")
    refused = client.post("/api/form/save", json={"form": form_of(AMOUNT_FIELD), "replace": None})
    assert (refused.status_code, path.read_text()) == (409, "mine")
    assert str(path) in refused.json()["error"]
    path.write_text("mine, too")
    again = client.post("/api/form/save", json={"form": form_of(AMOUNT_FIELD), "replace": refused.json()["stamp"]})
    assert (again.status_code, path.read_text()) == (409, "mine, too")
    saved = client.post("/api/form/save", json={"form": form_of(AMOUNT_FIELD), "replace": again.json()["stamp"]})
    assert saved.status_code == 200
    # What this page wrote itself it may write again.
    more = client.post("/api/form/save", json={"form": form_of(AMOUNT_FIELD), "replace": saved.json()["stamp"]})
    assert more.status_code == 200
    assert [field.name for field in read_form(path).fields] == ["amount"]
    assert sorted(each.name for each in path.parent.iterdir()) == ["cheque.png", "cheque.toml"]


@pytest.mark.parametrize(
    ("changes", "field", "key", "words"),
    [
        ({"pattern": "[0-9"}, 0, "pattern", "pattern: "),
        ({"min": "12,5"}, 0, "min", "expected a number"),
        ({"min": "9", "max": "3"}, 0, "max", "expected at least min, 9"),
        ({"name": "a/b"}, 0, "name", "MQTT topic"),
        ({"name": ""}, 0, "name", "expected one for each field"),
        ({"box": [0.5, 0.5, 0.5, 0.6]}, 0, "box", "not empty"),
        ({"box": ["x"]}, 0, "box", "each a part of the form"),
        ({"checksum": "luhn", "pattern": "[0-9]"}, 0, "checksum", "luhn"),
        ({"max_step": "-1"}, 0, "max_step", "above 0"),
        ({"only_rises": "yes"}, 0, "only_rises", "true or false"),
        ({"colour": "red"}, 0, "", "another"),
        ({"name": "Amount"}, 1, "name", "expected another for each field"),
        ({"name": "other", "box": [0.6, 0.2, 0.8, 0.9]}, 1, "box", "do not overlap"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_as_form_check_says_it(
    changes: dict[str, Any], field: int, key: str, words: str, client: TestClient, path: Path
) -> None:
    """Nothing is saved."""
    second = {**AMOUNT_FIELD, **changes}
    form = form_of(second) if field == 0 else form_of(AMOUNT_FIELD, second)
    (problem,) = client.post("/api/form/check", json={"form": form}).json()["problems"]
    assert (problem["field"], problem["key"]) == (field, key)
    assert words in problem["error"]
    assert "\n" not in problem["error"]
    refused = client.post("/api/form/save", json={"form": form})
    assert (refused.status_code, refused.json()["error"]) == (422, problem["error"])
    assert not path.exists()


def test_every_field_that_is_wrong_is_told(client: TestClient) -> None:
    """And the form's own name where all fields are right."""
    wrong = {**AMOUNT_FIELD, "pattern": "("}
    problems = client.post("/api/form/check", json={"form": form_of(wrong, AMOUNT_FIELD, wrong)}).json()["problems"]
    assert [problem["field"] for problem in problems] == [0, 2]
    (own,) = client.post("/api/form/check", json={"form": form_of(AMOUNT_FIELD, name="")}).json()["problems"]
    assert (own["field"], own["key"]) == (None, "name")
    (own,) = client.post("/api/form/check", json={"form": form_of()}).json()["problems"]
    assert "expected 1 to 100 of them, got 0" in own["error"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"form": 3}', b"[" * 100_000, b'{"form": {"name": 1e999999999}}'])
def test_what_is_no_form_is_refused_in_one_line(body: bytes, client: TestClient) -> None:
    """By status, never by a bug."""
    answer = client.post("/api/form/save", content=body)
    assert answer.status_code in {400, 413, 422}
    assert answer.json()["error"].startswith("expected ")


@pytest.mark.parametrize("corners", [None, [], [[0, 0]] * 4, [[0, 0], [900, 0], [0, 700], [900, 700]], [["x", 0]] * 4])
def test_corners_that_are_no_sheet_are_refused(corners: Any, client: TestClient) -> None:
    """Folded over, all in one place, or none."""
    client.post("/api/form/photo", content=png(EMPTY), headers=PNG)
    answer = client.post("/api/form/straighten", json={"corners": corners})
    assert (answer.status_code, answer.json()["error"][:8]) == (422, "corners:")


def test_trying_out_reads_what_the_form_says(client: TestClient) -> None:
    """The photo that the picture was made of, or another; a page that is no such form is not found."""
    photograph(client, PHOTO)
    form = form_of({"name": "date", "box": list(DATE), "pattern": "[0-9]{8}"}, AMOUNT_FIELD)
    record = client.post("/api/form/try", json={"form": form}).json()
    assert [field["state"] for field in record["fields"]] == ["read", "read"]
    assert [field["value"] for field in record["fields"]] == [24072026, 302.64]
    client.post("/api/form/sample", content=png(blank()), headers=PNG)
    record = client.post("/api/form/try", json={"form": form}).json()
    assert (record["found"], {field["state"] for field in record["fields"]}) == (False, {"not found"})


def test_without_a_photo_the_next_step_is_said(client: TestClient) -> None:
    """And no page has another's files."""
    for path, body in (("straighten", {"corners": []}), ("try", {"form": form_of(AMOUNT_FIELD)})):
        answer = client.post(f"/api/form/{path}", json=body)
        assert (answer.status_code, "photograph the form" in answer.json()["error"]) == (409, True)
    assert [client.get(each).status_code for each in ("/photo.jpg", "/picture.jpg", "/static/../app.py")] == [404] * 3


def test_the_token_is_asked_for(path: Path) -> None:
    """As everywhere."""
    app = create_form_editor(FormFiles(path), read, Access("0123456789abcdef"))
    with TestClient(app, base_url="http://pi.local") as client:
        assert client.get("/api/form").status_code == 401
        assert client.get("/api/form", headers={"Authorization": "Bearer 0123456789abcdef"}).status_code == 200
        crossed = client.post("/api/form/save", headers={"Origin": "http://elsewhere"}, json={})
        assert crossed.status_code == 403


def test_a_form_that_is_there_is_opened(path: Path) -> None:
    """With its picture; saved unchanged it says the same."""
    assert main(["form", "draw", "cheque", str(path.parent)]) == 0
    before = read_form(path)
    with TestClient(create_form_editor(FormFiles.at(path), read, Access()), base_url="http://localhost") as client:
        opened = client.get("/api/form").json()
        assert opened["picture"] == {"width": 2100, "height": 950}
        stamp = client.post("/api/form/save", json={"form": opened["form"]}).json()["stamp"]
        assert client.post("/api/form/save", json={"form": opened["form"], "replace": stamp}).status_code == 200
    assert read_form(path) == before


def box_on(page: Page, box: tuple[float, ...]) -> tuple[float, float, float, float]:
    """Where a box of the form lies on the screen."""
    page.locator("#boxes").scroll_into_view_if_needed()
    area = page.locator("#boxes").bounding_box()
    assert area is not None
    left, top, right, bottom = box
    return (
        area["x"] + left * area["width"], area["y"] + top * area["height"],
        area["x"] + right * area["width"], area["y"] + bottom * area["height"],
    )  # fmt: skip


def draw_with_mouse(page: Page, box: tuple[float, ...], name: str) -> None:
    """Drags it, and types its name into the entry that has the focus then."""
    left, top, right, bottom = box_on(page, box)
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move((left + right) / 2, bottom, steps=3)
    page.mouse.move(right, bottom, steps=3)
    page.mouse.up()
    expect(page.locator("#key-name")).to_be_focused()
    page.keyboard.type(name)


def draw_with_thumb(page: Page, box: tuple[float, ...]) -> None:
    """A real touch, as the browser's debugger makes it."""
    left, top, right, bottom = box_on(page, box)
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", (left, top))
    for part in (0.3, 0.7, 1.0):
        touch("touchMove", (left + part * (right - left), top + part * (bottom - top)))
    touch("touchEnd")


def test_a_form_is_drawn_with_mouse_and_thumb_saved_and_read(
    visit: Visit, server: WebServer, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From photo to reading: two boxes by mouse, one by touch."""
    photo = path.parent / "photo.png"
    cv2.imwrite(str(photo), PHOTO)
    page = visit(server.url, DESKTOP, has_touch=True)
    page.locator("#photo-file").set_input_files(photo)
    page.get_by_role("button", name="Use this sheet").click()
    draw_with_mouse(page, DATE, "date")
    page.get_by_label("Pattern").fill("[0-9]{8}")
    draw_with_mouse(page, AMOUNT, "amount")
    page.get_by_label("Pattern").fill("[1-9][0-9]{2,6}")
    page.get_by_label("Times").fill("0.01")
    page.get_by_label("Unit").fill("EUR")
    draw_with_thumb(page, ACCOUNT)
    page.get_by_label("Name", exact=True).fill("account")
    page.get_by_label("Pattern").fill("[0-9]{10}")
    page.get_by_label("Check digit").select_option("luhn")
    page.get_by_label("Name of the form").fill("my cheque")
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator("#outcome")).to_contain_text("Read in")
    expect(page.locator("#fields .said")).to_have_text(["24072026", "302.64 EUR", "blank"])
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#outcome")).to_contain_text("Saved")
    assert [field.name for field in read_form(path).fields] == ["date", "amount", "account"]
    capsys.readouterr()
    picture = str(path.with_suffix(".png"))
    assert main(["read", "--form", str(path), "--form-picture", picture, str(photo)]) == 0
    assert capsys.readouterr().out == "date: 24072026\namount: 302.64 EUR\naccount:\n"


def test_keyboard_alone_makes_a_field(visit: Visit, server: WebServer, client: TestClient, path: Path) -> None:
    """A box is added, moved, resized, named; what is wrong is told at its entry; a box is deleted."""
    photograph(client)
    page = visit(server.url, PHONE)
    # focus() does not wait until the page has loaded its form and shows the button.
    expect(page.locator("#add")).to_be_visible()
    page.locator("#add").focus()
    page.keyboard.press("Enter")
    box = page.locator("#boxes [data-at='0']")
    expect(box).to_be_focused()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown", "Alt+ArrowLeft"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.keyboard.type("a/b")
    expect(page.locator("#error-name")).to_contain_text("MQTT topic")
    expect(page.locator("#key-name")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Control+a")
    page.keyboard.type("total")
    expect(page.locator("#error-name")).to_be_empty()
    page.locator("#form-name").fill("notes")
    page.locator("#save").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_contain_text("Saved")
    page.reload(wait_until="domcontentloaded")
    expect(page.locator("#key-name")).to_have_value("total")
    assert read_form(path).fields[0].box == pytest.approx((0.407, 0.446, 0.607, 0.5), abs=1e-6)
    box.focus()
    page.keyboard.press("Delete")
    expect(page.locator("#none")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_file_that_is_there_is_asked_about(visit: Visit, server: WebServer, client: TestClient, path: Path) -> None:
    """Kept, then replaced."""
    path.write_text("mine")
    photograph(client)
    page = visit(server.url, DESKTOP)
    draw_with_mouse(page, AMOUNT, "amount")
    page.locator("#form-name").fill("cheque")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Keep it").click()
    assert path.read_text() == "mine"
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Replace").click()
    expect(page.locator("#outcome")).to_contain_text("Saved")
    assert [field.name for field in read_form(path).fields] == ["amount"]
