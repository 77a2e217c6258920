"""C sources for microcontrollers: written whole, compiled without a warning, and in agreement with Python."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from convert.cli import main
from convert.errors import SourceError
from convert.microcontroller.c_array import take_apart
from convert.microcontroller.layers import read_layers
from convert.prove.micro import is_installed, run_micro
from edge_app.model.classifier import DigitClassifier, read_logits
from edge_app.model.detector_contract import DetectorContract
from edge_app.model.file import embed_contract, read_model, shipped_model_path
from edge_app.page.normalise import normalise
from tests.convert.microcontroller.compiled import STRICT, Compiled
from tests.convert.microcontroller.crops import crops
from tests.convert.microcontroller.esp32_stand_ins import HEADERS
from tests.parts import require
from train.data.mnist import load_mnist


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model's sources."""
    folder = tmp_path_factory.mktemp("sources")
    assert main(["--c-array", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def compiled(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """The same, compiled for this machine."""
    require(["gcc"])
    return Compiled(written, tmp_path_factory.mktemp("build"))


def test_the_network_is_in_the_source_whole(written: Path) -> None:
    """The array is the flatbuffer, without the ZIP tail, aligned as TFLM wants it."""
    text = (written / "digits_model.cc").read_text()
    assert "alignas(16) const" in text
    array = text.partition("= {")[2].partition("}")[0]
    model = read_model(shipped_model_path())
    flatbuffer = bytes(int(number) for number in array.split(",") if number.strip())
    assert embed_contract(flatbuffer, model.contract)[: len(flatbuffer)] == flatbuffer == model.flatbuffer
    assert model.content.startswith(flatbuffer)
    assert model.content[len(flatbuffer) :].startswith(b"PK")


def test_the_contract_is_in_the_header(written: Path) -> None:
    """Temperature and limit are the file's, to the last digit; operators are those that it has."""
    contract = read_model(shipped_model_path()).contract
    header = (written / "digits_contract.h").read_text()
    assert f"#define DIGITS_TEMPERATURE {contract.temperature!r}\n" in header
    assert f"#define DIGITS_REFUSE_BELOW {contract.refuse_below!r}\n" in header
    assert "(resolver).AddConv2D(), (resolver).AddMaxPool2D()" in (written / "digits_model.h").read_text()


def test_the_example_and_its_project_come_along(written: Path) -> None:
    """No file is left behind where it was written."""
    names = {str(path.relative_to(written)) for path in written.rglob("*") if path.is_file()}
    assert {
        "examples/esp32_cam/main.cpp",
        "platformio.ini",
        "digits_normalise.c",
        "digits_network.c",
        "digits_layers.h",
    } < names
    assert not [name for name in names if Path(name).name.startswith(".")]


def test_normalisation_is_that_of_python(compiled: Compiled) -> None:
    """Bit for bit, whatever the size, proportion, grey and threshold."""
    for crop in crops(2000):
        assert np.array_equal(compiled.normalise(crop)[1], normalise(crop)), crop.shape


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (400, 3), (19, 19), (20, 21), (40, 40), (4096, 2)])
def test_any_shape_is_normalised(compiled: Compiled, shape: tuple[int, int]) -> None:
    """As Python does it, also a speck, and at the largest side."""
    ink = np.full(shape, 200, np.uint8)
    found, image = compiled.normalise(ink)
    assert found
    assert np.array_equal(image, normalise(ink))


def test_a_part_of_a_frame_is_normalised(compiled: Compiled) -> None:
    """The stride is the frame's: nothing beside the part is seen."""
    frame = np.full((90, 120), 255, np.uint8)
    frame[20:60, 30:60] = 0
    frame[30:50, 40:44] = 90
    assert np.array_equal(compiled.normalise(frame[20:60, 30:60])[1], normalise(frame[20:60, 30:60]))


@pytest.mark.parametrize("shape", [(5, 5), (1, 4097)])
def test_what_cannot_be_normalised_gives_an_empty_image(compiled: Compiled, shape: tuple[int, int]) -> None:
    """No ink, or ink that 32 bits do not hold: all 0, and said so."""
    found, image = compiled.normalise(np.full(shape, 0 if shape == (5, 5) else 9, np.uint8))
    assert not found
    assert not image.any()


@pytest.mark.skipif(not is_installed(), reason="needs tflite-micro, of the extra micro")
def test_the_network_in_c_is_that_of_tflite_micro(compiled: Compiled) -> None:
    """Bit for bit: digits, noise, bare paper, all ink."""
    noise = np.random.default_rng(8).integers(0, 256, (40, 28, 28), np.uint8)
    plain = np.stack([np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)])
    images = np.concatenate([load_mnist().test.head(150).images, noise, plain])
    model = read_model(shipped_model_path())
    scale, zero_point = take_apart(model, "").output
    expected = np.rint(run_micro(model.flatbuffer, images).logits / scale + zero_point)
    assert np.array_equal(np.stack([compiled.network(image) for image in images]), expected)


def test_the_network_in_c_reads_what_the_runtime_reads(compiled: Compiled) -> None:
    """Where tflite-micro is not installed, too: kernels of other runtimes round otherwise, by a step or two."""
    classifier, images = DigitClassifier.load(), load_mnist().test.head(100).images
    scale, zero_point = take_apart(read_model(shipped_model_path()), "").output
    outputs = np.stack([compiled.network(image) for image in images]).astype(np.float32)
    assert np.abs((outputs - zero_point) * np.float32(scale) - classifier.logits(images)).max() < 2.5 * scale


def test_a_network_that_c_does_not_know_is_refused() -> None:
    """The operator is named."""
    detector = shipped_model_path("detector_int8.tflite")
    with pytest.raises(SourceError, match=r"expected a network of CONV_2D, .* got "):
        read_layers(read_model(detector, DetectorContract.from_json).flatbuffer)


def test_outputs_are_read_as_python_reads_them(compiled: Compiled) -> None:
    """Label, digit and confidence of digits and of random outputs, with the shipped contract."""
    model = read_model(shipped_model_path())
    scale, zero_point = take_apart(model, "").output
    random = np.random.default_rng(3)
    outputs = np.vstack(
        [
            random.integers(-128, 128, (500, 11)),
            random.integers(-20, 20, (1500, 11)),
            np.full((1, 11), -128),
            np.eye(11) * 255 - 128,
        ]
    ).astype(np.int8)
    expected = read_logits((outputs.astype(np.float32) - zero_point) * np.float32(scale), model.contract)
    for index, row in enumerate(outputs):
        label, digit, confidence = compiled.read(row)
        assert digit == expected.digits[index]
        assert confidence == pytest.approx(expected.confidences[index], abs=2e-5)
        if abs(expected.confidences[index] - model.contract.refuse_below) > 2e-5:
            assert label == expected.labels[index]


def test_a_box_of_a_grey_frame_is_read(compiled: Compiled) -> None:
    """Dark ink on grey, noisy paper: found, normalised, and read rightly in 97 of 100."""
    random = np.random.default_rng(5)
    test, classifier = load_mnist().test.head(300), DigitClassifier.load()
    images = []
    for digit in test.images:
        ink = np.pad(digit.repeat(3, axis=0).repeat(3, axis=1), 12).astype(float)
        frame = np.clip(190 - 0.6 * ink + random.normal(0, 4, ink.shape), 0, 255).astype(np.uint8)
        assert compiled.find_ink(frame)
        images.append(compiled.normalise(frame)[1])
    assert (classifier.classify_batch(np.stack(images)).digits == test.labels).mean() >= 0.97


def test_bare_paper_has_no_ink(compiled: Compiled) -> None:
    """Noise of a few greys is paper."""
    paper = np.random.default_rng(1).integers(180, 188, (60, 60)).astype(np.uint8)
    assert not compiled.find_ink(paper)
    assert not paper.any()


def test_a_cortex_m4_takes_all_of_it(written: Path, tmp_path: Path) -> None:
    """Every source compiles for it without a warning, C as C99 and C++ as C++11."""
    require(["arm-none-eabi-gcc", "arm-none-eabi-g++"])
    for path in [*written.glob("*.c"), written / "digits_model.cc"]:
        compiler, standard = ("gcc", "c99") if path.suffix == ".c" else ("g++", "c++11")
        flags = ["-mcpu=cortex-m4", "-mthumb", "-Os", "-Wall", "-Wextra", "-Werror", f"-std={standard}"]
        target = tmp_path / f"{path.name}.o"
        subprocess.run([f"arm-none-eabi-{compiler}", *flags, "-c", str(path), "-o", str(target)], check=True)


def test_the_example_compiles(written: Path, tmp_path: Path) -> None:
    """Against declarations of what it uses: its own code and the headers beside it are C++11 without a warning."""
    require(["arm-none-eabi-g++"])
    for name, text in HEADERS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    flags = ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{written}", f"-isystem{tmp_path}"]
    example = written / "examples" / "esp32_cam" / "main.cpp"
    subprocess.run(["arm-none-eabi-g++", *flags, str(example)], check=True)


def test_a_float_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written, and one line says why."""
    float_model = shipped_model_path().parent / "digits_float32.tflite"
    assert main(["--c-array", str(tmp_path / "out"), "--model", str(float_model)]) == 1
    assert "expected an int8 model, got float32" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_other_flags_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """They would have no effect."""
    with pytest.raises(SystemExit) as exit_code:
        main(["--c-array", "out", "--int8"])
    assert exit_code.value.code == 2
    assert "got --int8 too" in capsys.readouterr().err


def test_the_sources_are_c99_by_themselves(written: Path) -> None:
    """Each header compiles alone."""
    require(["gcc"])
    for header in written.glob("*.h"):
        subprocess.run(["gcc", *STRICT[:-1], "-x", "c", "-fsyntax-only", str(header)], check=True)
