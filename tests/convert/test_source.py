"""Which models a conversion starts from, and what is no model for it."""

import hashlib
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest

from convert.errors import SourceError
from convert.source import load_source, read_metrics


def save(model: Any, path: Path) -> None:
    """Saves as .h5, which Keras calls legacy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model.save(path)


def test_a_folder_gives_both_models(trained: Path) -> None:
    """Float and quantization-aware, with what training wrote about them."""
    source = load_source(trained)
    assert source.quantization == "QAT"
    assert source.train_metrics["recipe"] == "tiny"
    assert source.float_sha256 == hashlib.sha256((trained / "digits_float.h5").read_bytes()).hexdigest()


def test_a_quantized_file_finds_its_parent(trained: Path) -> None:
    """One .h5 is recognised by what it holds."""
    assert load_source(trained / "digits_qat.h5").quantization == "QAT"


def test_a_float_file_alone_is_quantized_after_training(trained: Path, tmp_path: Path) -> None:
    """Under any name, and without metrics.json."""
    shutil.copy(trained / "digits_float.h5", tmp_path / "mine.h5")
    source = load_source(tmp_path / "mine.h5")
    assert source.quantization == "PTQ"
    assert source.train_metrics == {}


def test_a_quantized_file_without_its_parent_is_refused(trained: Path, tmp_path: Path) -> None:
    """Nothing could be proven without the float model."""
    shutil.copy(trained / "digits_qat.h5", tmp_path)
    with pytest.raises(SourceError, match=r"digits_float\.h5"):
        load_source(tmp_path / "digits_qat.h5")


@pytest.mark.parametrize(("side", "outputs"), [(32, 11), (28, 7)])
def test_other_shapes_are_refused(tmp_path: Path, side: int, outputs: int) -> None:
    """The message has both shapes."""
    from tf_keras import Sequential, layers

    save(Sequential([layers.Input((side, side, 1)), layers.Flatten(), layers.Dense(outputs)]), tmp_path / "m.h5")
    with pytest.raises(SourceError, match=rf"\(N, 28, 28, 1\).*{side}.*{outputs}"):
        load_source(tmp_path / "m.h5")


@pytest.mark.parametrize(
    "text", ["{", "[1]", "\xff", '{"train": []}', '{"convert": null}', '{"train": {}, "convert": {"models": []}}']
)
def test_broken_metrics_are_refused(tmp_path: Path, text: str) -> None:
    """They would otherwise be overwritten."""
    (tmp_path / "metrics.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(SourceError, match=r"metrics\.json"):
        read_metrics(tmp_path)


def test_metrics_are_read_and_may_be_missing(tmp_path: Path) -> None:
    """No file, no metrics; only what is added to must be an object."""
    assert read_metrics(tmp_path) == {}
    (tmp_path / "metrics.json").write_text(json.dumps({"train": {"seed": 1}, "training_minutes": 2.5}))
    assert read_metrics(tmp_path)["train"]["seed"] == 1
