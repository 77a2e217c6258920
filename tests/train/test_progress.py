"""How far something long is, where no bar is drawn."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from train import progress
from train.data.examples import View, hard_targets
from train.data.mnist import Split
from train.progress import Lines, epoch_progress, tracked
from train.recipe import Recipe


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is always time for the next line."""
    monkeypatch.setattr(progress, "EVERY_S", 0.0)


def test_a_line_every_thirty_seconds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr; what comes sooner is not said."""
    now_s = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now_s)
    lines = Lines()
    for step in range(10):
        now_s += 10
        lines.say(f"step {step}")
    assert capsys.readouterr() == ("", "train: step 2\ntrain: step 5\ntrain: step 8\n")


@pytest.mark.usefixtures("always")
def test_items_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """They come as they are."""
    assert list(tracked("ab", "drawing pages", 2)) == ["a", "b"]
    assert capsys.readouterr().err == "train: drawing pages: 1 of 2\ntrain: drawing pages: 2 of 2\n"


def test_on_a_terminal_keras_draws_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is added."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert epoch_progress("float", 3, 10) == []


def backup(folder: Path, recipe: Any) -> Any:
    """Of a training that begins."""
    from train.backup import Backup
    from train.distribution import default_strategy

    return Backup(folder, recipe, 0, "", default_strategy())


@pytest.mark.usefixtures("always")
def test_epochs_of_the_classifier(rings: Split, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line has the stage, the epoch and the step."""
    from train.fitting import Fitting
    from train.network import build_network

    recipe = Recipe(batch_size=5)
    views = [View(rings.images, rings.labels)]
    fit = Fitting(views, rings, recipe, 0, backup(tmp_path, recipe))
    fit(build_network(), [hard_targets(rings.labels, 0)], "float", 1e-3, 2)
    printed = [line for line in capsys.readouterr().err.splitlines() if "step" in line]
    assert printed == [f"train: float: epoch {epoch} of 2, step {step} of 2" for epoch in (1, 2) for step in (1, 2)]


@pytest.mark.usefixtures("always")
def test_epochs_of_the_detector(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same."""
    from train.detector.fitting import _fit
    from train.detector.network import build_detector
    from train.detector.patches import EMPTY, MAX_BOXES, PATCH_PX, Patches
    from train.detector.recipe import DetectorRecipe

    recipe = DetectorRecipe(batch_size=2)
    nothing = Patches(np.zeros((4, PATCH_PX, PATCH_PX), np.uint8), np.full((4, MAX_BOXES, 5), EMPTY, np.float32))
    _fit(build_detector(), nothing, nothing, recipe, 0, backup(tmp_path, recipe), ("float", 1e-3, 1))
    printed = re.findall("train: detector float: .*", capsys.readouterr().err)
    assert printed == [f"train: detector float: epoch 1 of 1, step {step} of 2" for step in (1, 2)]
