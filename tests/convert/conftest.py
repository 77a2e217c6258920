"""A small trained model in the form that `python -m train` gives its own."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_app.model.contract import LABELS
from train.data.mnist import Mnist, load_mnist

COUNT = 6000
METRICS = {"train": {"seed": 5, "recipe": "tiny", "versions": {}, "data_sha256": "0" * 64}}


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the float model, its quantization-aware twin, and metrics; nobody writes there."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return _train(tmp_path_factory.mktemp("run") / "trained")
    # Once for all processes that share the tests: each has its folder beside the others' in the run's.
    folder = tmp_path_factory.getbasetemp().parent / "trained"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return folder if folder.exists() else _train(folder)


@pytest.fixture(scope="session")
def float_model(trained: Path) -> Any:
    """Two convolutions and a dense layer, right on more than 9 of 10 digits."""
    from train.network import load_float

    return load_float(trained / "digits_float.h5")


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof on few images, for tests that do not look at its numbers."""
    mnist = load_mnist()
    few = Mnist(mnist.train, mnist.validation.head(COUNT // 10), mnist.test.head(COUNT // 10), mnist.sha256)
    monkeypatch.setattr("convert.cli.load_mnist", lambda _: few)
    monkeypatch.setattr("convert.conversion.NON_DIGIT_COUNT", COUNT // 10)


def _train(folder: Path) -> Path:
    """Fits both models and writes them to a new folder, whole or not at all."""
    from train.network import save_h5  # noqa: I001  (importing it chooses Keras 2)
    from train.qat import quantization_aware
    from tf_keras import Sequential, layers, utils

    utils.set_random_seed(0)
    model = Sequential([layers.Input((28, 28, 1))])
    for filters in (8, 16):
        model.add(layers.Conv2D(filters, 3, 2, "same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dense(len(LABELS)))
    _fit(model, learning_rate=3e-3, epochs=3)
    twin = quantization_aware(model, load_mnist().train.images[:500, ..., None].astype(np.float32) / 255)
    _fit(twin, learning_rate=1e-5, epochs=1)
    begun = folder.with_name(f"{folder.name}.begun")
    begun.mkdir()
    save_h5(model, begun / "digits_float.h5")
    save_h5(twin, begun / "digits_qat.h5")
    (begun / "metrics.json").write_text(json.dumps(METRICS))
    return begun.rename(folder)


def _fit(model: Any, learning_rate: float, epochs: int) -> None:
    from tf_keras import losses, optimizers

    train = load_mnist().train.head(COUNT)
    model.compile(optimizers.Adam(learning_rate), losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(train.images[..., None] / np.float32(255), train.labels, batch_size=32, epochs=epochs, verbose=0)
