"""`python -m train --seeds N` end to end with two tiny seeds, its failures, and the choice of the best."""

import json
import os
import signal
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from convert.report.card import ROOT
from tests.mosquitto import wait_until
from train.cli import main
from train.flags import child_flags
from train.seed_statistics import best_seed, seed_numbers, spread, spreads
from train.seeds import GRACE_S, Job

# For a process to start training, and to end, however busy the machine is.
PATIENCE_S = 600
TINY = ["--quick", "--epochs", "1", "--batch-size", "32", "--train-limit", "320"]
ADOPTED = ["digits_float.h5", "digits_qat.h5", "training_curves.png", "training_confusion.png"]


def seed_folder(output: Path, seed: int) -> Path:
    """Where a seed's files lie."""
    return output / "seeds" / f"seed_{seed}"


def read(path: Path) -> Any:
    """A JSON file's content."""
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seeds 3 and 4, where an earlier conversion has left its part of metrics.json."""
    folder = tmp_path_factory.mktemp("seeds")
    (folder / "metrics.json").write_text('{"convert": {"models": {}}, "train": {"seed": 99}}')
    done = subprocess.run(
        [sys.executable, "-m", "train", *TINY, "--seeds", "2", "--seed", "3", "--output", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line[:32] for line in lines[:2]] == [
        "train: seed 1 of 2 (--seed 3): i",
        "train: seed 2 of 2 (--seed 4): i",
    ]
    assert lines[-1] == f"next: python -m convert --int8 --model {folder}"
    return folder


@pytest.mark.slow
def test_seeds_json_holds_what_the_seeds_metrics_say(output: Path) -> None:
    """Mean, sample standard deviation and values come from the seeds' own files."""
    metrics = [read(seed_folder(output, seed) / "metrics.json") for seed in (3, 4)]
    assert [found["train"]["seed"] for found in metrics] == [3, 4]
    report = read(output / "seeds.json")
    assert report["seeds"] == [3, 4]
    runtimes = metrics[0]["convert"]["models"]["int8"]["runtimes"]
    for runtime in runtimes:
        values = [
            found["convert"]["models"]["int8"]["runtimes"][runtime]["comparison"]["accuracy_percent"]
            for found in metrics
        ]
        found = report["numbers"][f"int8_accuracy_percent.{runtime}"]
        assert found["values"] == values
        assert found["mean"] == pytest.approx(sum(values) / 2)
        assert found["std"] == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    assert all(minutes > 0 for minutes in report["numbers"]["training_minutes"]["values"])


@pytest.mark.slow
def test_the_best_by_validation_is_copied(output: Path) -> None:
    """Models and pictures byte for byte; metrics.json has its training, and keeps what convert wrote."""
    validation = {
        seed: read(seed_folder(output, seed) / "metrics.json")["train"]["accuracy_percent"]["qat"]["validation"]
        for seed in (3, 4)
    }
    best = read(output / "seeds.json")["best_seed"]
    assert validation[best] == max(validation.values())
    for name in ADOPTED:
        assert (output / name).read_bytes() == (seed_folder(output, best) / name).read_bytes()
    metrics = read(output / "metrics.json")
    assert metrics["train"] == read(seed_folder(output, best) / "metrics.json")["train"]
    assert metrics["convert"] == {"models": {}}
    assert sorted(path.name for path in output.iterdir()) == sorted([*ADOPTED, "metrics.json", "seeds", "seeds.json"])


@pytest.mark.slow
def test_finished_seeds_are_not_trained_again(
    output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second call starts no process and says the same."""
    before = (output / "seeds.json").read_bytes()

    def no_process(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", no_process)
    assert main([*TINY, "--seeds", "2", "--seed", "3", "--output", str(output)]) == 0
    assert capsys.readouterr().out.count("trained already") == 2
    assert (output / "seeds.json").read_bytes() == before


@pytest.mark.slow
def test_another_recipe_seed_or_model_is_not_taken_for_the_same(output: Path, tmp_path: Path) -> None:
    """What is asked for must be what lies there, down to the converted model's bytes."""
    folder = tmp_path / "seed_3"
    folder.mkdir()
    for path in seed_folder(output, 3).iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    train = read(folder / "metrics.json")["train"]
    recipe, data_sha256 = train["recipe"], train["data_sha256"]
    assert Job(3, folder, (), None, recipe, data_sha256).is_trained()
    assert not Job(4, folder, (), None, recipe, data_sha256).is_trained()
    assert not Job(3, folder, (), None, {**recipe, "qat_epochs": 2}, data_sha256).is_trained()
    assert not Job(3, folder, (), None, recipe, "0" * 64).is_trained()
    assert Job(3, folder, (), None, recipe, data_sha256).is_converted()
    (folder / "digits_int8.tflite").write_bytes(b"another model")
    assert not Job(3, folder, (), None, recipe, data_sha256).is_converted()
    (folder / "digits_qat.h5").unlink()
    assert not Job(3, folder, (), None, recipe, data_sha256).is_trained()


@pytest.mark.slow
def test_a_failing_seed_is_one_line_and_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The seed, the child's own last words and the log's path; its old metrics do not outlive it."""
    folder = seed_folder(tmp_path, 3)
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text("{}")
    arguments = ["--quick", "--batch-size", "32", "--train-limit", "8", "--seed", "3", "--seeds", "2"]
    assert main([*arguments, "--output", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("train: error: seed 3: expected at least one batch of 32 images an epoch")
    assert error.endswith(f"(exit code 1; more in {folder / 'train.log'})\n")
    assert error.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["train.log"]
    assert not seed_folder(tmp_path, 4).exists()


@pytest.mark.slow
def test_ctrl_c_ends_the_child_too(tmp_path: Path) -> None:
    """130, one line, and no process left, as a terminal sends it: to all of them."""
    # A shell that runs tests in the background has its children ignore Ctrl-C.
    command = (
        "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "runpy.run_module('train', run_name='__main__')"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", command, *TINY, "--epochs", "50", "--seeds", "2", "--output", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    log = seed_folder(tmp_path, 0) / "train.log"
    assert wait_until(lambda: log.exists() and b"parameters" in log.read_bytes(), PATIENCE_S)
    os.killpg(parent.pid, signal.SIGINT)
    _, errors = parent.communicate(timeout=PATIENCE_S + GRACE_S)
    assert parent.returncode == 130, errors
    assert (
        errors.strip()
        == "train: stopped; finished seeds stay, the same command goes on after them; earlier models are as they were"
    )
    # Python's own tracker of shared resources ends on its own, a moment after its process.
    assert wait_until(lambda: not _group_lives(parent.pid)), "a process was left"


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("arguments", [["--seeds", "0"], ["--seeds", "some"], ["--seeds", "2", "--seed", "4294967295"]])
def test_usage_errors_are_2(arguments: list[str]) -> None:
    """A number of seeds that makes no sense is refused before anything starts."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_children_get_the_flags_but_not_seed_seeds_and_output() -> None:
    """All other flags go through in their order, also those that this version does not know."""
    line = ["--quick", "--seed=4", "--data", "a folder/mnist.npz", "--output", "o", "--seeds", "5", "--new", "x", "--y"]
    assert child_flags(line) == ("--quick", "--data", "a folder/mnist.npz", "--new", "x", "--y")


def trained(validation: float, loss: float, test: float = 99.0) -> dict[str, Any]:
    """The part of metrics.json that the choice looks at, and test numbers that it must not look at."""
    return {
        "train": {
            "accuracy_percent": {"qat": {"validation": validation, "test": test}},
            "histories": {"qat": {"val_loss": [0.01, loss]}},
        }
    }


def test_the_best_is_chosen_on_validation_data_alone() -> None:
    """Accuracy first, then the final loss, then the lower seed; the test images have no say."""
    assert best_seed({0: trained(99.4, 0.2, test=99.9), 1: trained(99.5, 0.3, test=98.0)}) == 1
    assert best_seed({0: trained(99.5, 0.3), 1: trained(99.5, 0.2), 2: trained(99.4, 0.1)}) == 1
    assert best_seed({5: trained(99.5, 0.2), 4: trained(99.5, 0.2)}) == 4


def converted(**changes: Any) -> dict[str, Any]:
    """A seed's metrics as far as the statistics go."""
    comparison = {"accuracy_percent": 99.5, "parent_accuracy_percent": 99.6, "drop_pp": 0.1, "labels_changed": 12}
    proof = {"comparison": comparison, "calibration_error": 0.002, "non_digits_passed_at_99_percent": None}
    int8 = {"size_bytes": 54122, "runtimes": {"litert": proof}, **changes}
    return {**trained(99.4, 0.2), "convert": {"models": {"int8": int8}}}


def test_numbers_that_only_some_seeds_have() -> None:
    """Numbers of a later metrics.json are taken where they are, and left out where no seed has them."""
    newer = converted(corruption_accuracy_percent={"translate": 98.0, "scale": 97.0})
    newer["convert"]["models"]["int8"]["runtimes"]["litert"]["undisputed_accuracy_percent"] = 99.8
    assert seed_numbers(newer)["undisputed_accuracy_percent.litert"] == 99.8
    found = spreads([converted(), newer])
    assert found["corruption_accuracy_percent"] == {"mean": 97.5, "std": None, "values": [None, 97.5]}
    assert not {"training_minutes", "non_digits_passed_at_99_percent.litert"} & set(found)


def test_spread_is_the_sample_standard_deviation() -> None:
    """Over n - 1, and none for one seed."""
    values = [99.4, 99.5, 99.9]
    assert spread(values) == {"mean": statistics.fmean(values), "std": statistics.stdev(values), "values": values}
    assert spread([99.5]) == {"mean": 99.5, "std": None, "values": [99.5]}
