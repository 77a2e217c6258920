"""`python -m train` end to end on a few hundred images, and every exit code."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert.report.card import ROOT
from edge_app.errors import OutputError
from tests.mosquitto import wait_until
from train import report
from train.backup import Backup
from train.cli import main
from train.data import mnist as data
from train.data.mnist import Mnist, load_mnist
from train.fitting import train
from train.recipe import Recipe

# For a process to start training, and to end, however busy the machine is.
PATIENCE_S = 600
TINY = ["--quick", "--epochs", "1", "--batch-size", "32", "--train-limit", "320"]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "train", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves."""
    folder = tmp_path_factory.mktemp("run")
    assert main([*TINY, "--seed", "3", "--output", str(folder)]) == 0
    return folder


def test_it_writes_models_metrics_and_pictures_alone(trained: Path) -> None:
    """What convert starts from, the numbers, two pictures, and no checkpoint left over."""
    assert sorted(path.name for path in trained.iterdir()) == [
        "digits_float.h5",
        "digits_qat.h5",
        "metrics.json",
        "training_confusion.png",
        "training_curves.png",
    ]


def metrics_of(folder: Path) -> Any:
    """What a run wrote into metrics.json."""
    return json.loads((folder / "metrics.json").read_text())


def test_metrics_hold_seed_and_recipe(trained: Path) -> None:
    """Those of the flags."""
    metrics = metrics_of(trained)
    assert metrics["train"]["seed"] == 3
    assert metrics["train"]["recipe"]["float_epochs"] == 1


@pytest.mark.slow
def test_the_same_seed_gives_the_same_metrics(trained: Path, tmp_path: Path) -> None:
    """Same seed, same machine: every number alike, in processes of their own and in this one."""
    for folder in (tmp_path / "first", tmp_path / "second"):
        done = run(*TINY, "--seed", "3", "--output", str(folder))
        assert done.returncode == 0, done.stderr
        assert metrics_of(folder) == metrics_of(trained)


def test_quantized_models_load_again(trained: Path) -> None:
    """The .h5 of a quantization-aware model gives the accuracy that was written down."""
    from train.fitting import predict
    from train.qat import load_quantized

    model: Any = load_quantized(trained / "digits_qat.h5")
    validation = load_mnist().validation
    right = np.mean(predict(model, validation.images)[:, :10].argmax(axis=1) == validation.labels) * 100
    metrics = metrics_of(trained)
    assert metrics["train"]["accuracy_percent"]["qat"]["validation"] == pytest.approx(right, abs=0.006)


@pytest.mark.parametrize(
    "arguments",
    [["--epochs", "0"], ["--batch-size", "many"], ["--seed", "-1"], ["--seed", "4294967296"], ["--unknown"], ["--qu"]],
)
def test_usage_errors_are_2(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A flag that makes no sense, or a part of one's name, is argparse's to refuse, in two lines."""
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--data", str(tmp_path / "none")])
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "models"], "expected --add DIR with --from"),
        (["--add", "own", "--quick"], "expected --add without --quick"),
        (["--add", "own", "--seeds", "2"], "expected --add without --seeds"),
        (["--add", "own", "--detector"], "expected --add without --detector"),
    ],
)
def test_flags_that_do_not_go_together_are_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """None of them is silently left out; that could cost half an hour of training, say for a forgotten --add."""
    with pytest.raises(SystemExit, match="2"):
        main([*arguments, "--output", str(tmp_path)])
    assert message in capsys.readouterr().err


def test_missing_data_is_one_line_and_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path without MNIST is refused before TensorFlow is loaded."""
    assert main(["--data", str(tmp_path / "nothing.npz"), "--output", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("train: error: expected a Keras mnist.npz")
    assert error.count("\n") == 1


def test_an_output_that_is_a_file_is_one_line_and_1(tmp_path: Path) -> None:
    """Nothing is trained for a folder that cannot be written."""
    (tmp_path / "file").touch()
    done = run(*TINY, "--output", str(tmp_path / "file"))
    assert done.returncode == 1
    assert "train: error: expected a folder" in done.stderr


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", "null"])
def test_metrics_that_cannot_be_added_to_are_found_before_training(tmp_path: Path, content: str) -> None:
    """A damaged metrics.json fails in seconds, not after the last epoch, and stays as it is."""
    from train.metrics_file import METRICS_NAME, read_metrics

    (tmp_path / METRICS_NAME).write_text(content)
    with pytest.raises(OutputError, match=r"JSON object in .*metrics\.json, got .*; delete the file"):
        read_metrics(tmp_path / METRICS_NAME)
    assert (tmp_path / METRICS_NAME).read_text() == content


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a training with a teacher of one epoch leaves."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("teacher")
    tiny = Recipe(teacher_epochs=1, float_epochs=1, qat_epochs=1, views=1, batch_size=32)
    mnist = load_mnist()
    few = Mnist(mnist.train.head(64), mnist.validation.head(64), mnist.test.head(64), mnist.sha256)
    backup = Backup(folder, tiny, 0, "", tf.distribute.get_strategy())
    report.write(folder, train(few, tiny, 0, backup), few, report.Results(0, tiny, "", 0))
    return folder


@pytest.mark.slow
def test_a_teacher_is_kept_with_its_numbers(teacher: Path) -> None:
    """The file for --teacher, its accuracy and its history."""
    assert (teacher / "digits_teacher.h5").exists()
    metrics = json.loads((teacher / "metrics.json").read_text())["train"]
    assert len(metrics["histories"]["teacher"]["loss"]) == 1
    assert 0 <= metrics["accuracy_percent"]["teacher"]["test"] <= 100


@pytest.mark.slow
def test_a_given_teacher_is_learnt_from(teacher: Path, trained: Path, tmp_path: Path) -> None:
    """No teacher is trained, and the weights come out differently from those that labels alone give."""
    given = str(teacher / "digits_teacher.h5")
    assert main([*TINY, "--seed", "3", "--teacher", given, "--output", str(tmp_path)]) == 0
    histories = metrics_of(tmp_path)["train"]["histories"]
    assert set(histories) == {"float", "qat"}
    assert (tmp_path / "digits_float.h5").read_bytes() != (trained / "digits_float.h5").read_bytes()


def test_a_teacher_that_is_none_is_one_line_and_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing, a damaged and a quantization-aware file are named."""
    models = ROOT / "models"
    (tmp_path / "damaged.h5").write_bytes((models / "digits_teacher.h5").read_bytes()[:1000])
    for path in (tmp_path / "missing.h5", tmp_path / "damaged.h5", models / "digits_qat.h5"):
        assert main([*TINY, "--teacher", str(path), "--output", str(tmp_path)]) == 1
        error = capsys.readouterr().err
        assert f"train: error: expected a Keras model in {path}, got " in error


def test_damaged_metrics_are_one_line_and_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says so before anything is trained."""
    (tmp_path / "metrics.json").write_text("{")
    assert main([*TINY, "--output", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("train: error: expected a JSON object in ")
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.json"]


class Sized:
    """A model of 43 parameters."""

    def count_params(self) -> int:
        """As Keras models have it."""
        return 43


def test_metrics_of_others_stay(tmp_path: Path) -> None:
    """What convert wrote into metrics.json is kept, what training wrote is replaced."""
    from train.fitting import Trained
    from train.recipe import RECIPES
    from train.report import Results, _write_metrics

    path = tmp_path / "metrics.json"
    path.write_text('{"convert": {"models": {}}, "train": {"seed": 1}}')
    trained = Trained(None, Sized(), None, {})
    _write_metrics(path, trained, Results(2, RECIPES["quick"], "0" * 64, 1.0), {})
    metrics = json.loads(path.read_text())
    assert metrics["convert"] == {"models": {}}
    assert (metrics["train"]["seed"], metrics["train"]["parameters"]) == (2, 43)
    assert "seconds" not in metrics["train"]


def test_ctrl_c_before_the_first_epoch_claims_no_earlier_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an earlier run left behind is not taken for this one's."""
    leftover = tmp_path / ".backup" / "of last week" / "float" / "checkpoint"
    leftover.parent.mkdir(parents=True)
    leftover.touch()

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(data, "load_mnist", interrupted)
    assert main(["--output", str(tmp_path)]) == 130
    assert "no epoch was finished, nothing is kept" in capsys.readouterr().err
    assert leftover.exists()


@pytest.mark.slow
def test_ctrl_c_keeps_the_last_epoch_and_says_how_to_go_on(tmp_path: Path) -> None:
    """An interrupted run ends with 130 and a backup; earlier models are untouched."""
    (tmp_path / "digits_float.h5").write_bytes(b"an earlier model")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    # A shell that runs tests in the background has its children ignore Ctrl-C.
    command = (
        "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "runpy.run_module('train', run_name='__main__')"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", command, *TINY, "--epochs", "50", "--output", str(tmp_path)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert wait_until(lambda: any(tmp_path.glob(".backup/*/float/checkpoint")), PATIENCE_S)
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=PATIENCE_S)
    assert child.returncode == 130, errors
    assert "run the same command again to continue after the last finished epoch" in errors
    assert (tmp_path / "digits_float.h5").read_bytes() == b"an earlier model"
    assert list(tmp_path.glob(".backup/*/float/checkpoint"))
