"""/api/read?form=: uploads read as forms, by name."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

from edge_app.forms.described import DescribedForm
from edge_app.forms.ready_made import ready_made
from edge_app.live.state import LiveState
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.info import Info

from ..forms.filled import filled, photographed
from ..pages import blank
from .feed import make_reader

MADE = ready_made("cheque")
PAGE = filled(MADE, {"date": "24072026", "amount": "12750"}, {"date": 8})
PNG = {"Content-Type": "image/png"}


def png(luma: NDArray[np.uint8]) -> bytes:
    """An image file as bytes."""
    file = io.BytesIO()
    Image.fromarray(luma).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Of an app that knows one form."""
    forms = {"cheque": DescribedForm(MADE.form, MADE.picture)}
    app = create_app(LiveState(), make_reader, Access(), Info("litert", "1.2.3"), forms=forms)
    with TestClient(app, base_url="http://localhost") as opened:
        yield opened


def test_a_photo_is_read_as_the_form(client: TestClient) -> None:
    """As it is documented, and as the command prints it."""
    answer = client.post("/api/read?form=cheque", content=png(photographed(PAGE, (1400, 800))), headers=PNG)
    assert answer.status_code == 200
    record = answer.json()
    document = client.get("/openapi.json").json()
    schema = {"$ref": "#/components/schemas/FormReading", "components": document["components"]}
    Draft202012Validator(schema).validate(record)
    assert [(each["state"], each["value"]) for each in record["fields"]] == [
        ("read", 24072026),
        ("read", 127.5),
        ("blank", None),
    ]
    x, y, width, height = record["fields"][1]["box"]
    assert 0 <= x < x + width <= 1400
    assert 0 <= y < y + height <= 800


def test_boxes_lie_on_the_picture_that_was_sent(client: TestClient) -> None:
    """More than 16 megapixels are read at half their size."""
    large = np.kron(photographed(PAGE, (1400, 800)), np.ones((4, 4), np.uint8))
    record = client.post("/api/read?form=cheque", content=png(large), headers=PNG).json()
    small = client.post("/api/read?form=cheque", content=png(large[::4, ::4]), headers=PNG).json()
    assert (record["width"], record["height"]) == (5600, 3200)
    for one, other in zip(record["fields"], small["fields"], strict=True):
        assert np.allclose(one["box"], np.array(other["box"]) * 4, atol=24)


def test_another_page_is_not_found(client: TestClient) -> None:
    """It is no error: the record says so."""
    record = client.post("/api/read?form=cheque", content=png(blank()), headers=PNG).json()
    assert record["found"] is False
    assert {each["state"] for each in record["fields"]} == {"not found"}


@pytest.mark.parametrize("name", ["", "other", "../cheque", "/etc/passwd", "cheque.toml", "a\nb", "x" * 10_000])
def test_only_known_names_are_taken(client: TestClient, name: str) -> None:
    """No name is a path; the answer is one short line that names what there is."""
    answer = client.post("/api/read", params={"form": name}, content=png(blank()), headers=PNG)
    assert answer.status_code == 422
    message = answer.json()["error"]
    assert message.startswith("expected a form out of cheque, got ")
    assert len(message) < 150
    assert "\n" not in message


def test_without_forms_the_answer_says_how_to_have_some(tmp_path: Path) -> None:
    """And pages are read as ever."""
    app = create_app(LiveState(), make_reader, Access(), Info("litert", "1.2.3"))
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.post("/api/read?form=cheque", content=png(blank()), headers=PNG)
        assert (answer.status_code, "--forms DIR" in answer.json()["error"]) == (422, True)
        assert client.post("/api/read", content=png(blank()), headers=PNG).json()["text"] == ""
