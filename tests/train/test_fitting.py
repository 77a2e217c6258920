"""What each stage of a training learns from."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from train import fitting
from train.backup import Backup
from train.data.examples import Targets, View
from train.data.mnist import Mnist, load_mnist
from train.distribution import default_strategy
from train.recipe import RECIPES, Recipe

COUNT = 32


def stages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, recipe: Recipe
) -> tuple[dict[str, list[Targets]], fitting.Trained]:
    """The targets of each stage of a training that learns nothing, and its networks."""
    mnist, seen = load_mnist(), {}
    few = Mnist(mnist.train.head(COUNT), mnist.validation.head(COUNT), mnist.test, mnist.sha256)
    views = [View(few.train.images, few.train.labels), View(few.train.images[::-1], few.train.labels[::-1])]

    def keep(_: fitting.Fitting, __: Any, targets: list[Targets], stage: str, *___: float) -> fitting.History:
        seen[stage] = targets
        return {}

    monkeypatch.setattr(fitting, "draw_views", lambda *_: views)
    monkeypatch.setattr(fitting.Fitting, "__call__", keep)
    backup = Backup(tmp_path, recipe, 0, "", default_strategy())
    return seen, fitting.train(few, recipe, 0, backup)


@pytest.mark.parametrize(
    ("epochs", "asked"),
    [(1, 1), pytest.param(2, 2, marks=pytest.mark.slow), pytest.param(5, 2, marks=pytest.mark.slow)],
)
def test_the_quick_twin_learns_its_parents_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, epochs: int, asked: int
) -> None:
    """And no label: it is to read what the float network reads. Of the views, those that it sees are asked for."""
    share = RECIPES["quick"].qat_parent_share
    recipe = Recipe(teacher_epochs=0, qat_epochs=epochs, qat_parent_share=share, views=2, batch_size=COUNT)
    targets, trained = stages(monkeypatch, tmp_path, recipe)
    assert len(targets["qat"]) == asked
    logits = fitting.predict(trained.model, load_mnist().train.images[:COUNT])
    powers = np.exp(logits)
    assert targets["qat"][0] == pytest.approx(powers / powers.sum(axis=1, keepdims=True), abs=1e-5)


def test_the_shipped_twin_learns_what_its_parent_learnt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its recipe is as it was when it was trained."""
    targets, _ = stages(monkeypatch, tmp_path, Recipe(teacher_epochs=0, views=2, batch_size=COUNT))
    assert targets["qat"] is targets["float"]
