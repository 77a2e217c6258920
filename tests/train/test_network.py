"""The float network, its quantization-aware twin, and their files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_app.errors import OutputError
from edge_app.model.contract import LABELS
from train.backup import Backup
from train.data.mnist import DataError, Mnist, load_mnist
from train.fitting import train
from train.network import NETWORKS, build_network, load_float, save_h5
from train.qat import load_quantized, quantization_aware
from train.recipe import Recipe

INPUTS = load_mnist().validation.images[:64, ..., None].astype(np.float32) / np.float32(255)


@pytest.fixture(scope="module")
def network() -> Any:
    """The network as training starts with it, its batch normalisation made to differ from one that does nothing."""
    import tf_keras

    tf_keras.utils.set_random_seed(0)
    model = build_network()
    random = np.random.default_rng(0)
    for variable in model.weights:
        if variable.name.endswith(("moving_mean:0", "beta:0")):
            variable.assign(random.normal(0, 0.1, variable.shape))
    return model


@pytest.fixture(scope="module")
def twin(network: Any) -> Any:
    """Its quantization-aware twin."""
    return quantization_aware(network, INPUTS)


def outputs(model: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A model's logits."""
    return np.asarray(model.predict(INPUTS, verbose=0), np.float32)


def test_the_network_is_small_and_gives_a_logit_for_each_label(network: Any) -> None:
    """At most 64 thousand parameters, a teacher has more, and outputs that no softmax has touched."""
    assert network.count_params() <= 64_000 < build_network(2).count_params()
    logits = outputs(network)
    assert logits.shape == (len(INPUTS), len(LABELS)) == (64, 11)
    assert logits.min() < 0


def test_the_network_for_microcontrollers_is_smaller_still() -> None:
    """12 kB of weights as int8 with biases of 4 bytes, 300 thousand multiply-accumulates, the same ends."""
    from tf_keras import layers

    model = NETWORKS["nano"]()
    assert (model.input_shape, model.output_shape) == ((None, 28, 28, 1), (None, len(LABELS)))
    size_bytes = macs = 0
    for layer in model.layers:
        if isinstance(layer, (layers.Conv2D, layers.Dense)):
            weights, channels = int(np.prod(layer.get_weights()[0].shape)), layer.output_shape[-1]
            size_bytes += weights + 4 * channels
            macs += weights * int(np.prod(layer.output_shape[1:-1]))
    assert size_bytes <= 12 * 1024
    assert macs <= 300_000


def test_float_models_load_as_they_were_saved(network: Any, tmp_path: Path) -> None:
    """Identical logits, and nothing beside the file."""
    save_h5(network, tmp_path / "float.h5")
    assert np.array_equal(outputs(load_float(tmp_path / "float.h5")), outputs(network))
    assert [path.name for path in tmp_path.iterdir()] == ["float.h5"]


def test_quantized_models_load_as_they_were_saved(twin: Any, tmp_path: Path) -> None:
    """The .h5 of a quantization-aware model round-trips exactly, ranges and all; the float loader refuses it."""
    save_h5(twin, tmp_path / "qat.h5")
    assert np.array_equal(outputs(load_quantized(tmp_path / "qat.h5")), outputs(twin))
    with pytest.raises(ValueError, match="Unknown layer"):
        load_float(tmp_path / "qat.h5")


def test_the_loader_for_quantized_models_takes_float_ones(network: Any, tmp_path: Path) -> None:
    """A file is what it holds, whatever its name."""
    save_h5(network, tmp_path / "digits_qat.h5")
    assert np.array_equal(outputs(load_quantized(tmp_path / "digits_qat.h5")), outputs(network))


def test_ranges_start_where_the_activations_are(network: Any, twin: Any) -> None:
    """No activation keeps tfmot's own start of -6 to 6, which wastes half the steps behind a ReLU."""
    from tf_keras import Model

    ranges = {v.name: float(v.numpy()) for v in twin.weights if v.shape == ()}
    relus = [layer for layer in network.layers if type(layer).__name__ == "ReLU"]
    assert len(relus) == 6
    for relu in relus:
        assert ranges[f"quant_{relu.name}/output_min:0"] == 0
        largest = Model(network.input, relu.output).predict(INPUTS, verbose=0).max()
        assert ranges[f"quant_{relu.name}/output_max:0"] == pytest.approx(largest, rel=1e-4)
    logits = outputs(network)
    dense = network.layers[-1].name
    assert ranges[f"quant_{dense}/post_activation_min:0"] == pytest.approx(logits.min(), rel=1e-4)
    assert ranges[f"quant_{dense}/post_activation_max:0"] == pytest.approx(logits.max(), rel=1e-4)


def test_saving_where_no_file_can_be_is_an_output_error(network: Any, tmp_path: Path) -> None:
    """The project's own error, which the command prints as one line."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="expected a folder that can be written"):
        save_h5(network, tmp_path / "file" / "float.h5")


def test_fewer_images_than_a_batch_are_refused(tmp_path: Path) -> None:
    """A batch that is never filled is an error that names both ways out, not an endless wait."""
    digits = load_mnist().train.head(20)
    mnist = Mnist(digits, digits, digits, "")
    recipe = Recipe(batch_size=128)
    with pytest.raises(DataError, match=r"one batch of 128 images.*--batch-size.*--train-limit"):
        train(mnist, recipe, 0, Backup(tmp_path, recipe, 0, "", None))


class InterruptedModel:
    """A model whose saving is stopped with Ctrl-C when half of it is written."""

    def save(self, path: Path, **_: object) -> None:
        """Writes a little, and stops."""
        path.write_bytes(b"half a mo")
        raise KeyboardInterrupt


def test_ctrl_c_while_a_model_is_written_keeps_the_last(tmp_path: Path) -> None:
    """The model before stays whole, whenever the interruption comes."""
    path = tmp_path / "digits_float.h5"
    path.write_bytes(b"the model before")
    with pytest.raises(KeyboardInterrupt):
        save_h5(InterruptedModel(), path)
    assert path.read_bytes() == b"the model before"
    assert list(tmp_path.iterdir()) == [path]
