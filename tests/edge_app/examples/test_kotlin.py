"""The example for Android, compiled and run on a JVM over models/vectors.json."""

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from convert.report.card import ROOT
from tests.parts import require

# kotlinc takes ten seconds.
pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
EXAMPLE = ROOT / "edge_app" / "examples" / "DigitClassifier.kt"
# Android's own, and Kotlin's library, of Debian's libandroid-json-java and kotlin.
JSON, LIBRARY = Path("/usr/share/java/com.android.json.jar"), Path("/usr/share/java/kotlin-stdlib.jar")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with a stand-in for LiteRT's Java package, which runs on Android alone."""
    require(["kotlinc", "java"])
    jar = tmp_path_factory.mktemp("kotlin") / "check.jar"
    sources = [str(path) for path in (EXAMPLE, *sorted(HERE.glob("*.kt")))]
    done = subprocess.run(
        ["kotlinc", *sources, "-cp", str(JSON), "-d", str(jar)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warning: " not in done.stderr.replace("VM warning: ", "")
    return jar


def run(compiled: Path, model: Path, vectors: Path) -> "subprocess.CompletedProcess[str]":
    """Prints a line a vector: how far the normalised crop is apart, label, digit, confidence."""
    path = ":".join(map(str, (compiled, JSON, LIBRARY)))
    command = ["java", "-cp", path, "digits.CheckKt", str(model), str(vectors)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_normalises_and_reads_as_python_does(compiled: Path) -> None:
    """Within a grey level; label and confidence from the network's outputs and the model's own contract."""
    vectors = ROOT / "models" / "vectors.json"
    expected = json.loads(vectors.read_text())["vectors"]
    done = run(compiled, ROOT / "models" / "digits_int8.tflite", vectors)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) == len(expected)
    for (apart, label, digit, confidence), vector in zip(lines, expected, strict=True):
        assert int(apart) <= 1
        assert label == ("null" if vector["label"] is None else str(vector["label"]))
        assert vector["digit"] is None or label == "null" or int(digit) == vector["label"]
        assert float(confidence) == pytest.approx(vector["confidence"], abs=1e-4)


def test_it_refuses_another_contract(compiled: Path, tmp_path: Path) -> None:
    """With the next step, before anything is read."""
    model = tmp_path / "other.tflite"
    with zipfile.ZipFile(model, "w") as archive:
        archive.writestr("contract.json", json.dumps({"format": 2, "normalisation": "mnist-xnist-1"}))
    done = run(compiled, model, ROOT / "models" / "vectors.json")
    assert done.returncode != 0
    assert "expected a contract of format 1 for mnist-xnist-1, got another" in done.stderr
