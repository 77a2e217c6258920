"""One image in, one digit out: on real digits, on a fake network, on two runtimes and in two threads."""

import dataclasses
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import DigitClassifier
from edge_app.errors import ImageError, ModelError
from edge_app.model import classifier
from edge_app.model.classifier import UNREAD, read_logits
from edge_app.model.contract import DIGIT_LABELS, LABELS, ModelContract
from edge_app.model.file import ModelFile, embed_contract, parse_model, read_model, shipped_model_path
from edge_app.model.runtime import OpenedModel
from train.data.mnist import load_mnist

ROOT = Path(__file__).parents[3]
FLOAT32 = shipped_model_path().with_name("digits_float32.tflite")
TEST = load_mnist().test.head(200)
# tflite-runtime fails in a process that has loaded TensorFlow, as other tests do: each runtime has its own.
CLASSIFY = """
import sys, numpy as np
from edge_app import DigitClassifier
found = DigitClassifier.load(runtime=sys.argv[1]).classify_batch(np.load(sys.argv[2]))
np.savez(sys.argv[3], labels=found.labels, digits=found.digits, probabilities=found.probabilities)
"""


@pytest.fixture(scope="module")
def shipped() -> DigitClassifier:
    """The shipped int8 model."""
    return DigitClassifier.load(runtime="litert")


class FakeInterpreter:
    """Gives the input's quantized corner pixel as every logit, and takes any shape and quantization."""

    def __init__(
        self,
        dtype: type[np.generic] = np.int8,
        quantization: tuple[float, int] = (0.5, 3),
        labels: int = 11,
        shape: tuple[int, ...] = (1, 28, 28, 1),
    ) -> None:
        self.given: list[NDArray[Any]] = []
        self._labels = labels
        self._input = {"index": 0, "shape": np.array(shape), "dtype": dtype, "quantization": quantization}
        self._output = {"index": 1, "shape": np.array([1, labels]), "dtype": dtype, "quantization": quantization}

    def get_input_details(self) -> list[dict[str, Any]]:
        """The one input."""
        return [self._input]

    def get_output_details(self) -> list[dict[str, Any]]:
        """The one output."""
        return [self._output]

    def set_tensor(self, index: int, value: NDArray[Any]) -> None:
        """Keeps a copy."""
        assert index == 0
        self.given.append(value.copy())

    def invoke(self) -> None:
        """Does nothing."""

    def get_tensor(self, index: int) -> NDArray[Any]:
        """The corner pixel, once for each label."""
        assert index == 1
        return np.full((1, self._labels), self.given[-1][0, 0, 0, 0])


def fake(monkeypatch: pytest.MonkeyPatch, interpreter: FakeInterpreter, allow_float: bool = False) -> DigitClassifier:
    """A classifier over a fake network."""
    monkeypatch.setattr(classifier, "open_interpreter", lambda *_: OpenedModel(interpreter, "fake"))  # type: ignore[arg-type]
    return DigitClassifier(ModelFile(b"", ModelContract(), "a fake"), allow_float=allow_float)


def test_it_reads_real_digits(shipped: DigitClassifier) -> None:
    """Nearly all of 200 test digits, and it dares to read them."""
    found = shipped.classify_batch(TEST.images)
    assert np.mean(found.labels == TEST.labels) >= 0.97


def test_a_batch_is_its_images_one_by_one(shipped: DigitClassifier) -> None:
    """A single image and a batch agree in every field, in the documented types."""
    found = shipped.classify_batch(TEST.images[:40])
    assert found.labels.dtype == found.digits.dtype == np.int64
    assert found.confidences.dtype == found.probabilities.dtype == np.float32
    assert len(found) == 40
    for index, image in enumerate(TEST.images[:40]):
        one = shipped.classify(image)
        assert one.label == (None if found.labels[index] == UNREAD else found.labels[index])
        assert (one.digit, one.confidence) == (found.digits[index], found.confidences[index])
        assert np.array_equal(one.probabilities, found.probabilities[index])


def test_probabilities_are_probabilities(shipped: DigitClassifier) -> None:
    """For digits, noise, paper and ink alike: in [0, 1], sum at most 1, confidence is that of the best."""
    noise = np.random.default_rng(0).integers(0, 256, (50, 28, 28), np.uint8)
    flat = np.stack([np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)])
    found = shipped.classify_batch(np.concatenate([TEST.images[:50], noise, flat]))
    assert found.probabilities.min() >= 0
    assert found.probabilities.sum(axis=1).max() <= 1 + 1e-6
    assert np.array_equal(found.confidences, found.probabilities.max(axis=1))
    assert np.array_equal(found.digits, found.probabilities.argmax(axis=1))
    assert set(found.labels[-2:]) == {UNREAD}


def test_no_images_are_no_predictions(shipped: DigitClassifier) -> None:
    """An empty page is not an error."""
    none = np.empty((0, 28, 28), np.uint8)
    assert shipped.logits(none).shape == (0, 11)
    found = shipped.classify_batch(none)
    assert (len(found), found.probabilities.shape) == (0, (0, 10))


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 28, 28), np.float32),
        np.zeros((1, 28, 28), np.int64),
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 28, 1), np.uint8),
        np.zeros((1, 32, 32), np.uint8),
        np.zeros((1, 28, 27), np.uint8),
        np.zeros((0,), np.uint8),
    ],
    ids=lambda images: f"{images.dtype} {images.shape}",
)
def test_other_images_are_refused(shipped: DigitClassifier, images: NDArray[Any]) -> None:
    """Wrong types and shapes are refused by name, rather than cast or cropped."""
    with pytest.raises(ImageError) as caught:
        shipped.classify_batch(images)
    assert str(caught.value) == f"expected images of uint8 (N, 28, 28), got {images.dtype} {images.shape}"


@pytest.mark.parametrize("image", [np.zeros((28, 28)), np.zeros((1, 28, 28), np.uint8), None, "7"])
def test_a_single_image_of_another_kind_is_refused(shipped: DigitClassifier, image: Any) -> None:
    """The same for classify, whatever is handed in."""
    with pytest.raises(ImageError, match="expected images of uint8"):
        shipped.classify(image)


def test_a_float_model_is_refused_unless_allowed() -> None:
    """Only int8 runs by accident; to compare, float may be asked for."""
    with pytest.raises(ModelError, match=r"full-integer model .*float32 in .*digits_float32\.tflite.*--int8"):
        DigitClassifier.load(FLOAT32, runtime="litert")
    allowed = DigitClassifier.load(FLOAT32, runtime="litert", allow_float=True)
    assert np.mean(allowed.classify_batch(TEST.images).digits == TEST.labels) >= 0.97


def test_a_model_with_fewer_outputs_than_labels_is_refused() -> None:
    """A contract that does not fit its network is found out at loading."""
    content = shipped_model_path().read_bytes()
    flatbuffer = content[: content.index(b"PK\x03\x04")]
    model = parse_model(embed_contract(flatbuffer, ModelContract(DIGIT_LABELS)), "mixed.tflite")
    with pytest.raises(ModelError, match=r"expected mixed\.tflite to take \(1, 28, 28, 1\) and give \(1, 10\)"):
        DigitClassifier(model, "litert")


@pytest.mark.parametrize("wrong", [{"shape": (1, 32, 32, 1)}, {"shape": (1, 28, 28, 3)}, {"labels": 10}])
def test_a_network_of_another_shape_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]) -> None:
    """Input and output must be those of the contract."""
    with pytest.raises(ModelError, match="expected a fake to take"):
        fake(monkeypatch, FakeInterpreter(**wrong))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_a_network_of_another_type_is_refused(monkeypatch: pytest.MonkeyPatch, dtype: type[np.generic]) -> None:
    """uint8 models of older converters too."""
    with pytest.raises(ModelError, match=f"got {np.dtype(dtype).name} in a fake"):
        fake(monkeypatch, FakeInterpreter(dtype))


def every_pixel() -> NDArray[np.uint8]:
    """256 images, each filled with one of the grey values."""
    return np.repeat(np.arange(256, dtype=np.uint8), 28 * 28).reshape(-1, 28, 28)


def test_pixels_enter_as_pixel_minus_128(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the scale 1 / 255 and the zero point -128 all 256 grey values are kept apart."""
    network = FakeInterpreter(quantization=(1 / 255, -128))
    logits = fake(monkeypatch, network).logits(every_pixel())
    assert [int(given[0, 5, 5, 0]) for given in network.given] == [pixel - 128 for pixel in range(256)]
    # And out again the same way: ink 255 is 1.0.
    assert np.allclose(logits[:, 4], np.arange(256) / 255, atol=1e-6)


@pytest.mark.parametrize("quantization", [(1 / 255, -128), (0.0078, -128), (0.01, -90), (0.02, 0)])
def test_a_quantized_pixel_is_within_half_a_step(
    monkeypatch: pytest.MonkeyPatch, quantization: tuple[float, int]
) -> None:
    """Quantised and dequantised, a grey value moves by at most half a scale step, or sticks at the end of int8."""
    scale, zero_point = quantization
    logits = fake(monkeypatch, FakeInterpreter(quantization=quantization)).logits(every_pixel())[:, 0]
    reachable = np.clip(np.arange(256) / 255, scale * (-128 - zero_point), scale * (127 - zero_point))
    assert np.abs(logits - reachable).max() <= scale / 2 + 1e-6


def test_a_float_network_gets_ink_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without quantization the grey values go in as [0, 1], and the logits come out as they are."""
    logits = fake(monkeypatch, FakeInterpreter(np.float32, (0.0, 0)), allow_float=True).logits(every_pixel())
    assert np.array_equal(logits[:, 0], np.arange(256, dtype=np.float32) / np.float32(255))


def logits_of(*probabilities: float) -> NDArray[np.float32]:
    """Logits (1, 11) whose softmax gives these to the first labels, and the rest to "not a digit"."""
    rest = 1 - sum(probabilities)
    return np.log(np.array([[*probabilities, *[1e-9] * (10 - len(probabilities)), rest]], np.float32))


@pytest.mark.parametrize(("refuse_below", "label"), [(0.0, 0), (0.59, 0), (0.61, UNREAD), (1.0, UNREAD)])
def test_a_digit_below_the_threshold_is_not_read(refuse_below: float, label: int) -> None:
    """The threshold decides, and takes nothing away from `digit` and `confidence`."""
    found = read_logits(logits_of(0.6, 0.3), ModelContract(refuse_below=refuse_below))
    assert (found.labels[0], found.digits[0]) == (label, 0)
    assert found.confidences[0] == pytest.approx(0.6, abs=1e-5)
    assert found[0].label == (None if label == UNREAD else label)


def test_what_is_rather_no_digit_is_not_read() -> None:
    """A win of "not a digit" refuses even where the threshold is 0; a split between digits does not."""
    contract = ModelContract(refuse_below=0.0)
    assert read_logits(logits_of(0.3, 0.2), contract).labels[0] == UNREAD
    assert read_logits(logits_of(0.35, 0.33), contract).labels[0] == 0


def test_temperature_divides_the_logits() -> None:
    """A high temperature makes modest, and never changes which digit is best."""
    cold, warm = (read_logits(logits_of(0.9, 0.05), ModelContract(temperature=t)) for t in (1.0, 3.0))
    assert warm.confidences[0] < cold.confidences[0]
    assert warm.digits[0] == cold.digits[0] == 0
    expected = np.exp(logits_of(0.9, 0.05) / 3)
    assert np.allclose(warm.probabilities, (expected / expected.sum())[:, :10], atol=1e-6)


@pytest.mark.parametrize("labels", [DIGIT_LABELS, LABELS])
def test_not_a_number_is_never_read(labels: tuple[str, ...]) -> None:
    """A network that has gone wrong reads nothing, with and without a class for it."""
    logits = np.full((3, len(labels)), np.nan, np.float32)
    logits[1] = 1.0
    logits[1, 4] = np.nan
    logits[2, :10] = np.arange(10) * 9
    if len(labels) > 10:
        logits[2, 10] = -9
    found = read_logits(logits, ModelContract(labels, refuse_below=0.0))
    assert found.labels.tolist() == [UNREAD, UNREAD, 9]


def test_huge_logits_do_not_overflow() -> None:
    """The softmax is taken relative to the largest logit."""
    logits = np.full((1, 11), -3e38, np.float32)
    logits[0, 6] = 3e38
    with np.errstate(over="ignore"):
        found = read_logits(logits, ModelContract())
    assert (found.labels[0], found.confidences[0]) == (6, 1.0)


def test_threads_do_not_mix_their_images(shipped: DigitClassifier) -> None:
    """Several threads on one classifier get what each would get alone."""
    parts = np.array_split(TEST.images, 4)
    alone = [shipped.logits(part) for part in parts]
    together: list[list[NDArray[np.float32]]] = [[] for _ in parts]
    start = threading.Barrier(len(parts))

    def work(number: int) -> None:
        start.wait()
        for _ in range(10):
            together[number].append(shipped.logits(parts[number]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for expected, results in zip(alone, together, strict=True):
        assert len(results) == 10
        assert all(np.array_equal(expected, result) for result in results)


def test_runtimes_agree_on_real_digits(tmp_path: Path) -> None:
    """The runtimes are not bit-identical; of 200 digits they read at most one differently, as confidently."""
    np.save(tmp_path / "images.npy", TEST.images)
    found = []
    for runtime in ("litert", "tflite-runtime"):
        arguments = [runtime, str(tmp_path / "images.npy"), str(tmp_path / f"{runtime}.npz")]
        done = subprocess.run(
            [sys.executable, "-c", CLASSIFY, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if "ModuleNotFoundError" in done.stderr:
            pytest.skip(f"{runtime} is not installed here")
        assert done.returncode == 0, done.stderr
        found.append(np.load(arguments[-1]))
    assert np.sum(found[0]["digits"] != found[1]["digits"]) <= 1
    assert np.sum(found[0]["labels"] != found[1]["labels"]) <= 1
    assert np.abs(found[0]["probabilities"] - found[1]["probabilities"]).mean() < 0.005


def test_the_model_is_known_by_its_hash(shipped: DigitClassifier) -> None:
    """What reads can be traced to the file that was shipped."""
    model = read_model(shipped_model_path())
    assert shipped.model_sha256 == model.sha256
    assert shipped.contract == model.contract
    assert shipped.runtime == "litert"
    assert dataclasses.replace(model, content=b"").sha256 != model.sha256
