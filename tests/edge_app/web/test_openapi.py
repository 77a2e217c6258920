"""/openapi.json says what the API does, and /docs shows it to people, in Chromium."""

import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from edge_app.bench.sample_page import draw_page
from edge_app.cameras.camera import Frame
from edge_app.collect.collector import Collector
from edge_app.collect.queue import CropQueue
from edge_app.live.photographs import Photographs
from edge_app.live.state import LiveState
from edge_app.page.result import Page
from edge_app.review.archive import ArchiveReview
from edge_app.review.corrections import Corrections
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.info import Info
from edge_app.web.openapi import path_of
from edge_app.web.server import WebServer

from ...browser import DESKTOP, PHONE, Visit, browser, visit
from ...mosquitto import wait_until
from ..collect.sheets import filled, photographed
from ..review.drawn import make_result
from .doubt import make_doubting
from .feed import numbers_of, show

__all__ = ["browser", "visit"]

TOKEN = "a-token-of-the-tests"
# For people; all else is the API.
PAGES = {"/", "/docs", "/label", "/review", "/static/{name}"}


class OneShot(Photographs):
    """A camera that always sees the same."""

    def __init__(self, luma: Any) -> None:
        super().__init__()
        self.luma = luma

    def ask(self) -> Any:
        """Its picture, at once."""
        wish = super().ask()
        self._wishes.get_nowait()
        wish.set_result(self.luma)
        return wish


@pytest.fixture
def state() -> LiveState:
    """A live state that has seen a page with a doubtful digit, and a number that changed."""
    live, luma, reader = LiveState(), draw_page((640, 480)), make_doubting()
    page = reader.read(luma)
    live.camera_changed("drawn page", 0)
    live.model_changed("5f" * 32, {})
    show(live, luma, page, 0, numbers_of(page))
    return live


@pytest.fixture
def photographs() -> OneShot:
    """Sees the page."""
    return OneShot(draw_page((1280, 960)))


def app_of(state: LiveState, folder: Path | None, photographs: Photographs, token: str | None = None) -> Starlette:
    """An app that collects and reviews if there is a folder."""
    info = Info("litert", "1.2.3")
    if folder is None:
        return create_app(state, make_doubting, Access(token), info, photographs)
    collector, result = Collector(CropQueue(folder, "ann")), make_result(folder.parent, 1)
    review = ArchiveReview(result, Corrections(result.corrections))
    return create_app(state, make_doubting, Access(token), info, photographs, collector, review=review)


def client_of(app: Starlette) -> TestClient:
    """Its client."""
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def app(state: LiveState, photographs: OneShot, tmp_path: Path) -> Starlette:
    """All that there can be."""
    return app_of(state, tmp_path / "digits", photographs)


@pytest.fixture
def client(app: Starlette) -> Iterator[TestClient]:
    """A client of it."""
    with client_of(app) as opened:
        yield opened


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """All operations by path and method."""
    return {(path, method): each for path, item in document["paths"].items() for method, each in item.items()}


def routes_of(app: Starlette) -> set[tuple[str, str]]:
    """The paths and methods that an app answers to, but for its pages."""
    routes = [route for route in app.routes if isinstance(route, Route)]
    assert len(routes) == len(app.routes)
    return {
        (path_of(route), method.lower())
        for route in routes
        for method in (route.methods or set()) - {"HEAD"}
        if path_of(route) not in PAGES
    }


@pytest.mark.parametrize("collecting", [False, True])
def test_each_route_is_described_and_each_description_has_its_route(
    collecting: bool, state: LiveState, photographs: OneShot, tmp_path: Path
) -> None:
    """Both ways; what a run does not have is left out."""
    app = app_of(state, tmp_path / "digits" if collecting else None, photographs)
    document = client_of(app).get("/openapi.json").json()
    assert set(operations(document)) == routes_of(app)
    assert ("/api/crops" in document["paths"]) == ("/api/review" in document["paths"]) == collecting
    assert document["info"]["version"] == "1.2.3"


def test_the_document_is_sound(client: TestClient) -> None:
    """Sound schemas, references that lead somewhere, parameters that are in the path, and names that are used once."""
    document = client.get("/openapi.json").json()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    schemas = document["components"]["schemas"]
    used = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert used | {"Reading"} == set(schemas)
    names = [each["operationId"] for each in operations(document).values()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in document["tags"]}
    for (path, _), operation in operations(document).items():
        parameters = operation.get("parameters", [])
        assert {each["name"] for each in parameters if each["in"] == "path"} == set(re.findall(r"\{(\w+)\}", path))
        assert operation["summary"]
        assert set(operation["tags"]) <= tags
        assert any(status.startswith("2") for status in operation["responses"])
        assert all(answer["description"] for answer in operation["responses"].values())


def check(document: dict[str, Any], path: str, method: str, answer: Any) -> Any:
    """Fails unless an answer is as it is described; its JSON, if it is that."""
    described = operations(document)[path, method]["responses"][str(answer.status_code)]
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in described["content"]
    if kind != "application/json":
        return None
    schema = {**described["content"][kind]["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(answer.json())
    return answer.json()


def test_answers_are_as_described(client: TestClient, photographs: OneShot, state: LiveState) -> None:
    """Real answers of all of the API's JSON, with doubtful digits in them, and refusals."""
    document = client.get("/openapi.json").json()
    png, kind = cv2.imencode(".png", draw_page((1280, 960)))[1].tobytes(), {"Content-Type": "image/png"}
    reading = check(document, "/api/read", "post", client.post("/api/read", content=png, headers=kind))
    assert [digit for line in reading["lines"] for digit in line["digits"] if digit["label"] is None] != []
    assert "?" in reading["text"]
    scan = io.BytesIO()
    Image.fromarray(draw_page((640, 480))).save(scan, "TIFF", save_all=True, append_images=[Image.new("L", (64, 64))])
    scanned = check(document, "/api/read", "post", client.post("/api/read", content=scan.getvalue(), headers=kind))
    assert (scanned["text"], scanned["pages"], "pages" in reading) == (reading["text"], 2, False)
    numbers = check(document, "/api/numbers", "get", client.get("/api/numbers"))
    assert [(each["text"], each["doubtful"], each["guess"]) for each in numbers["numbers"]] == [
        ("38?72", 1, "38472"),
        ("90615", 0, None),
    ]
    assert numbers["history"][0]["guess"] == "38472"
    check(document, "/api/info", "get", client.get("/api/info"))
    check(document, "/api/photograph", "post", client.post("/api/photograph"))
    check(document, "/photograph.jpg", "get", client.get("/photograph.jpg"))
    for path in ("/healthz", "/metrics", "/openapi.json", "/template.pdf"):
        check(document, path, "get", client.get(path))
    fix = "/api/photos/{photo}/{digit}/{label}"
    for photo, status in ((reading["photo"], 200), ("0" * 16, 409)):
        answer = client.post(f"/api/photos/{photo}/2/4")
        assert answer.status_code == status
        check(document, fix, "post", answer)
    check(document, fix, "post", client.post(f"/api/photos/{reading['photo']}/2/4", headers={"Origin": "http://other"}))
    check(document, "/api/crops/undo", "post", client.post("/api/crops/undo"))
    crop = check(document, "/api/crops", "get", client.get("/api/crops"))["crops"][0]["id"]
    check(document, "/crops/{crop_id}.png", "get", client.get(f"/crops/{crop}.png"))
    check(document, "/crops/{crop_id}.png", "get", client.get(f"/crops/{'0' * 16}.png"))
    for status in (200, 409):
        answer = client.post(f"/api/crops/{crop}/{status % 7}")
        assert answer.status_code == status
        check(document, "/api/crops/{crop_id}/{label}", "post", answer)
    check(document, "/api/numbers/{track}/wrong", "post", client.post("/api/numbers/77/wrong"))
    check(document, "/api/sheet", "post", client.post("/api/sheet", content=png, headers=kind))
    check_review(document, client)
    photographs.luma = photographed(filled())
    scan = io.BytesIO()
    sheet = Image.fromarray(photographs.luma)
    sheet.save(scan, "TIFF", save_all=True, append_images=[sheet])
    answer = client.post("/api/sheet", content=scan.getvalue(), headers=kind)
    assert check(document, "/api/sheet", "post", answer)["pages"] == 2
    check(document, "/api/sheet/photograph", "post", client.post("/api/sheet/photograph"))
    state.show(Frame(photographs.luma, 1, time.monotonic() - 60), Page((), 40, 40), [], [], 0.0)
    check(document, "/healthz", "get", client.get("/healthz"))


def check_review(document: dict[str, Any], client: TestClient) -> None:
    """Fails unless what the review page asks for is as it is described."""
    asked = check(document, "/api/review", "get", client.get("/api/review"))["questions"]
    place = f"/api/review/{asked[0]['id']}"
    for text, status in (("abc", 400), ("1", 422), ("10007", 200)):
        answer = client.post(place, params={"text": text})
        assert answer.status_code == status
        check(document, "/api/review/{question}", "post", answer)
    check(document, "/api/review/{question}", "post", client.post("/api/review/9-9-9"))
    check(document, "/api/review/{question}/undo", "post", client.post(f"{place}/undo"))
    for _ in range(2):
        answer = client.get(f"{place}/picture")
        check(document, "/api/review/{question}/picture", "get", answer)
        assert wait_until(lambda: client.get(f"{place}/picture").status_code != 202)
    assert answer.status_code == 200
    check(document, "/api/review/{question}/picture", "get", client.get("/api/review/9-9-9/picture"))
    for path in ("/review.csv", "/review.jsonl"):
        check(document, path, "get", client.get(path))


def test_the_token_is_described(state: LiveState, photographs: OneShot) -> None:
    """Where one is needed: as a header or a cookie, but for /healthz; refusals without it are as described."""
    client = client_of(app_of(state, None, photographs, TOKEN))
    assert client.get("/openapi.json").status_code == client.get("/docs").status_code == 401
    document = client.get("/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert document["security"] == [{"token": []}, {"cookie": []}]
    schemes = document["components"]["securitySchemes"]
    assert (schemes["token"]["scheme"], schemes["cookie"]["name"]) == ("bearer", "edge_app_token")
    for path in ("/api/info", "/metrics", "/openapi.json"):
        check(document, path, "get", client.get(path))
    assert operations(document)["/healthz", "get"]["security"] == []
    assert "401" not in operations(document)["/healthz", "get"]["responses"]


def test_without_a_token_other_names_are_refused_as_described(app: Starlette, client: TestClient) -> None:
    """The document says so then, and asks for no token."""
    document = client.get("/openapi.json").json()
    assert document["security"] == []
    for path in ("/api/info", "/healthz"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 421
        check(document, path, "get", answer)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_docs_show_the_whole_api_offline(size: tuple[int, int], visit: Visit, app: Starlette) -> None:
    """Each operation, each record and each field, from this server alone, on any width."""
    server = WebServer(app, "127.0.0.1", 0)
    server.start()
    page, asked = visit("about:blank", size), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}docs#record-Reading")
    expect(page.locator("#record-Reading")).to_be_visible()
    document = page.request.get(f"{server.url}openapi.json").json()
    shown = [tuple(text.split()) for text in page.locator(".route").all_inner_texts()]
    assert {(path, method.lower()) for method, path in shown} == set(operations(document))
    for name, schema in document["components"]["schemas"].items():
        codes = page.locator(f"#record-{name} td:first-child code").all_inner_texts()
        assert codes == list(schema["properties"])
    nowhere = "all => all.filter((each) => !document.getElementById(each.hash.slice(1))).map((each) => each.hash)"
    assert page.locator("#api a[href^='#'], #contents a").evaluate_all(nowhere) == []
    expect(page.locator("#read pre")).to_have_text(f"curl -F image=@page.jpg '{server.url}api/read'")
    expect(page.locator("#api")).to_contain_text("No token is needed: the app answers this machine only.")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert [url for url in asked if not url.startswith(server.url)] == []
    server.close()
