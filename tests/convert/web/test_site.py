"""`python -m convert --web OUT`: what is written, and what is said where it cannot be."""

import json
import re
from pathlib import Path

import pytest

from convert.cli import main
from convert.web import site
from convert.web.models import WebModels
from convert.web.site import MANIFEST_MARK, PAGE, WORKER_NAME, Site, site_files, write_site
from edge_app.model.contract import ModelContract
from tests.flags import refusal

RUNTIME = {"litert/core.js": b"core", "litert/litert_wasm_internal.wasm": b"\0asm", "litert/wasm-utils.js": b""}
MODELS = WebModels({"digits_int8.tflite": b"int8", "digits_float32.tflite": b"float"}, ModelContract(temperature=0.7))


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    """A site with stand-ins for networks and runtime, which take a minute."""
    monkeypatch.setattr(site, "litert_files", lambda: RUNTIME)
    monkeypatch.setattr(site, "make_web_models", lambda _: MODELS)
    return write_site(None, tmp_path / "out")


def test_all_that_the_page_names_is_there(written: Site) -> None:
    """Scripts, styles, icons and imported modules; every one lies beside it, and no address leads elsewhere."""
    for path in [*written.output.glob("*.html"), *written.output.glob("*.js"), *written.output.glob("*.webmanifest")]:
        text = path.read_text()
        named = (
            re.findall(r'(?:src|href)="([^"#]+)"', text)
            if path.suffix == ".html"
            else re.findall(r'from "\./([^"]+)"', text)
        )
        named += [icon["src"] for icon in json.loads(text)["icons"]] if path.suffix == ".webmanifest" else []
        assert [name for name in named if not (written.output / name).is_file()] == [], path
        assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text) == [], path
    assert not list(written.output.rglob("*.ts"))


def test_the_service_worker_knows_every_file_and_each_change(written: Site) -> None:
    """A version of all contents, so that a browser fetches them anew once, and never mixes two."""
    text = (written.output / WORKER_NAME).read_text()
    listed = json.loads(re.findall(r"^const FILES = (.*);$", text, re.MULTILINE)[0])
    there = {path.relative_to(written.output).as_posix() for path in written.output.rglob("*") if path.is_file()}
    assert set(listed) == there - {WORKER_NAME}
    changed = site_files(MODELS, {**RUNTIME, "litert/core.js": b"newer"})[WORKER_NAME].decode()
    version = r'VERSION = "([0-9a-f]{16})"'
    assert re.findall(version, text) != re.findall(version, changed)
    assert MANIFEST_MARK in (PAGE / WORKER_NAME).read_text()


def test_its_sizes_are_told(written: Site) -> None:
    """How much a phone loads, and the wasm apart."""
    assert re.search(
        r"out: \d+ files, 0\.\d MB; a phone loads, compressed, 0\.\d MB and the runtime's wasm, 0\.0 MB", str(written)
    )


def test_the_networks_settings_are_the_contracts(written: Site) -> None:
    """Temperature and limit of the model that was proven."""
    settings = json.loads((written.output / "models" / "settings.json").read_text())
    assert (settings["temperature"], settings["refuse_below"]) == (0.7, MODELS.contract.refuse_below)


def test_without_node_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with the next step, before a minute of conversion; nothing is written."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["--web", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert error == "convert: error: expected node and npm for --web, got none; install them (apt install nodejs npm)\n"
    assert not (tmp_path / "out").exists()


def test_it_is_alone_but_for_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    """Other flags would do nothing."""
    from convert.flags import parse

    assert refusal(parse, "--web out --model runs/x", capsys) == ""
    assert "expected --web with --model alone, got --int8 too" in refusal(parse, "--web out --int8", capsys)
