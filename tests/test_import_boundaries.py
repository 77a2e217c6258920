"""Imports point at the lightest package."""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from convert.report.card import ROOT

HEAVY = {"tensorflow", "tf_keras", "keras", "tensorflow_model_optimization"}
BATCH = {"dask", "distributed", "fsspec", "pyarrow", "pypdfium2", "rich"}
# Loaded when the first picture needs them.
LATE = {"pillow_heif"}


def imports(package: str) -> Iterator[tuple[str, str]]:
    """Every (file, imported top-level module) of a package, wherever in the file it stands."""
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((path.name, alias.name.split(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield path.name, str(node.module).split(".")[0]


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [("edge_app", HEAVY | {"train", "convert", "matplotlib"}), ("train", {"convert"})],
)
def test_no_package_reaches_up(package: str, forbidden: set[str]) -> None:
    """edge_app never sees TensorFlow or the packages above it, train never sees convert."""
    assert [found for found in imports(package) if found[1] in forbidden] == []


def rooms_known_to(room: str) -> set[str]:
    """The rooms of edge_app that a room imports from."""
    return {
        (node.module or node.names[0].name).split(".")[0]
        for path in (ROOT / "edge_app" / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level == 2
    }


def test_rooms_do_not_reach_up() -> None:
    """A model, a page and a form know nothing of cameras or web; no room knows the commands, which know them all."""
    rooms = sorted(path.name for path in (ROOT / "edge_app").iterdir() if (path / "__init__.py").exists())
    known = {room: rooms_known_to(room) for room in rooms}
    assert known["model"] <= {"errors", "files", "host"}
    assert known["page"] <= {"errors", "files", "host", "model"}
    assert known["forms"] <= {"errors", "files", "host", "model", "page"}
    assert {"page", "cameras", "web"} <= known["commands"]
    assert [room for room in rooms if "commands" in known[room]] == []


def test_only_batch_needs_the_parts_of_its_extra() -> None:
    """A Pi that reads live has no Dask; rich is batch's alone in edge_app, too. PDFs are for all who install it."""
    everywhere, batch = (
        sorted(found for found in imports(package) if found[1] in BATCH) for package in ("edge_app", "edge_app/batch")
    )
    assert [found for found in everywhere if found[1] != "pypdfium2"] == batch != []
    assert {found[0] for found in everywhere if found[1] == "pypdfium2"} == {"pdf.py"}


def test_one_file_each_names_tfmot_and_the_runtimes() -> None:
    """QAT's package is imported in train/qat.py alone, the runtimes are named in edge_app/model/runtime.py alone."""
    everything = [(package, *found) for package in ("edge_app", "train", "convert") for found in imports(package)]
    assert {found[:2] for found in everything if found[2] == "tensorflow_model_optimization"} == {("train", "qat.py")}
    naming = {
        str(path.relative_to(ROOT))
        for package in ("edge_app", "train", "convert")
        for path in (ROOT / package).rglob("*.py")
        if "tflite_runtime." in path.read_text() or "ai_edge_litert." in path.read_text()
    }
    assert naming == {"edge_app/model/runtime.py"}


def test_flags_end_in_commands() -> None:
    """Rooms are given typed settings, never what argparse parsed, and know no command."""
    front_door = {"cli.py", "host/parser.py"}
    found, held = [], 0
    for path in sorted((ROOT / "edge_app").rglob("*.py")):
        room = path.relative_to(ROOT / "edge_app").as_posix()
        if room.startswith("commands/") and room not in {"commands/read_files.py", "commands/run_live.py"}:
            continue
        held += 1
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [str(node.module), *(alias.name for alias in node.names)]
            else:
                continue
            known = {part for name in names for part in name.split(".")}
            if (room not in front_door and "argparse" in known) or (room != "cli.py" and "commands" in known):
                found.append(room)
    assert found == []
    assert held > 100


@pytest.mark.parametrize(
    "module",
    [
        "edge_app.cli",
        "edge_app.page.reader",
        "edge_app.forms.straighten",
        "edge_app.commands.read_files",
        "train.data.mnist",
        "train.data.augment",
        "train.data.non_digits",
        "train.data.examples",
        "train.data.pens",
        "train.data.unipen",
        "train.data.unipen_found",
        "train.pages.maker",
        "train.forms.photo",
        "train.detector.patches",
        "train.sequence.strips",
        "train.sequence.pool",
        "convert.settings",
    ],
)
def test_light_modules_stay_light(module: str) -> None:
    """Importing these loads no TensorFlow, not even through others; what is edge_app's loads no part of batch."""
    forbidden = HEAVY | LATE | BATCH if module.startswith("edge_app") else HEAVY
    code = f"import sys, {module}; sys.exit(bool({forbidden!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
