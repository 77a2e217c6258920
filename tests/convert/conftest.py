"""A small trained model in the form that `python -m train` gives its own."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_app.model.contract import LABELS
from train.data.mnist import Mnist, load_mnist

COUNT = 6000
METRICS = {"train": {"seed": 5, "recipe": "tiny", "versions": {}, "data_sha256": "0" * 64}}


@pytest.fixture(scope="session")
def float_model() -> Any:
    """Two convolutions and a dense layer, right on more than 9 of 10 digits."""
    from train.network import build_network  # noqa: F401, I001  (importing it chooses Keras 2)
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
    return model


@pytest.fixture(scope="session")
def trained(float_model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the float model, its quantization-aware twin, and the metrics of a training."""
    from train.network import save_h5
    from train.qat import quantization_aware

    folder = tmp_path_factory.mktemp("trained")
    inputs = load_mnist().train.images[:500, ..., None].astype(np.float32) / 255
    twin = quantization_aware(float_model, inputs)
    _fit(twin, learning_rate=1e-5, epochs=1)
    save_h5(float_model, folder / "digits_float.h5")
    save_h5(twin, folder / "digits_qat.h5")
    (folder / "metrics.json").write_text(json.dumps(METRICS))
    return folder


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof on few images, for tests that do not look at its numbers."""
    mnist = load_mnist()
    few = Mnist(mnist.train, mnist.validation.head(COUNT // 10), mnist.test.head(COUNT // 10), mnist.sha256)
    monkeypatch.setattr("convert.cli.load_mnist", lambda _: few)
    monkeypatch.setattr("convert.conversion.NON_DIGIT_COUNT", COUNT // 10)


def _fit(model: Any, learning_rate: float, epochs: int) -> None:
    from tf_keras import losses, optimizers

    train = load_mnist().train.head(COUNT)
    model.compile(optimizers.Adam(learning_rate), losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(train.images[..., None] / np.float32(255), train.labels, batch_size=32, epochs=epochs, verbose=0)
