"""The folder of the phone's page, served."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from edge_app import PageReader
from edge_app.cli import main
from edge_app.errors import OptionError
from edge_app.live.state import LiveState
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.info import Info
from edge_app.web.phone import phone_app

from ..fake_classifier import TallInk

TOKEN = "a-token-of-the-tests"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A page with one network's settings and one wasm; a secret lies beside the folder."""
    folder = tmp_path / "site"
    for name, text in {
        "index.html": "<title>x</title>",
        "models/settings.json": "{}",
        "litert/a.wasm": "\0asm",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (tmp_path / "secret").write_text("secret")
    return folder


def test_files_are_served_with_their_kind_and_a_strict_policy(site: Path) -> None:
    """The index for the folder; the browser may run wasm, and talk to nobody but this server."""
    client = TestClient(phone_app(site, Access()), base_url="http://localhost")
    assert client.get("/").text == "<title>x</title>"
    answer = client.get("/litert/a.wasm")
    assert answer.headers["content-type"] == "application/wasm"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "'unsafe-eval'" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/secret", "/../secret", "/%2e%2e/secret", "/models", "/models/", "/..%2fsecret"])
def test_nothing_else_can_be_had(site: Path, path: str) -> None:
    """Only what was in the folder at the start has an address."""
    assert TestClient(phone_app(site, Access()), base_url="http://localhost").get(path).status_code == 404


def test_with_a_token_all_of_it_is_asked_for(site: Path) -> None:
    """Beyond this machine; opened once with it in the address, a browser has it as a cookie."""
    client = TestClient(phone_app(site, Access(TOKEN)), base_url="http://pi.example:8080")
    assert client.get("/models/settings.json").status_code == 401
    assert client.get(f"/?token={TOKEN}").text == "<title>x</title>"
    assert client.get("/models/settings.json").status_code == 200


def test_the_live_app_has_it_under_phone(site: Path) -> None:
    """Beside its own pages, whose policy stays as it is."""
    reader = PageReader(TallInk(), detector=None, sequence=None)
    app = create_app(LiveState(), lambda: reader, Access(), Info("", ""), phone=site)
    client = TestClient(app, base_url="http://localhost")
    assert client.get("/phone/").text == "<title>x</title>"
    assert "wasm-unsafe-eval" in client.get("/phone/models/settings.json").headers["content-security-policy"]
    assert "wasm-unsafe-eval" not in client.get("/").headers["content-security-policy"]


def test_a_folder_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the command that makes one."""
    with pytest.raises(OptionError, match=r"expected the phone's page in .*, got no .*; make it with: "):
        phone_app(tmp_path, Access())
    assert main(["phone", "--site", str(tmp_path), "--preview-port", "0"]) == 1
    assert "python -m convert --web" in capsys.readouterr().err
