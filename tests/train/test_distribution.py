"""Several workers, and trainings that are killed and go on: real processes on this machine, each with a time limit."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convert.report.card import ROOT
from train import fitting
from train.backup import Backup, BackupError, StageBackup
from train.cli import main
from train.data.mnist import Mnist, load_mnist
from train.distribution import EXAMPLE, DistributionError, choose_strategy, distributed, require_equal_parts
from train.recipe import Recipe

TINY = ["--quick", "--batch-size", "32", "--train-limit", "160", "--seed", "3"]
RESULTS = ["digits_float.h5", "digits_qat.h5", "metrics.json", "training_confusion.png", "training_curves.png"]
LIMIT = 600


# A training that goes on for one more epoch after the first, and then holds: a kill finds it at work or waiting,
# however busy the machine is, and never done.
HELD = """
import runpy, threading
from train.backup import StageBackup
save = StageBackup.save
def save_and_hold(self, epoch, logs):
    if epoch > 0:
        threading.Event().wait()
    save(self, epoch, logs)
StageBackup.save = save_and_hold
runpy.run_module("train", run_name="__main__")
"""


class Started:
    """One `python -m train` in a process of its own, its output in a file; or one that is HELD."""

    def __init__(
        self, log: Path, arguments: list[str], tf_config: dict[str, Any] | None = None, held: bool = False
    ) -> None:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        environment.pop("TF_CONFIG", None)
        if tf_config:
            environment["TF_CONFIG"] = json.dumps(tf_config)
        self._log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, *(["-c", HELD] if held else ["-m", "train"]), *arguments],
                cwd=ROOT,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        """What it printed so far."""
        return self._log.read_text()

    def kill(self) -> None:
        """Kills it as the kernel would, in the middle of whatever it does."""
        assert self.process.poll() is None, self.output
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(LIMIT)

    def finish(self) -> str:
        """Waits until it is done well; gives its output."""
        assert self.process.wait(LIMIT) == 0, self.output
        return self.output


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Started]]:
    """Where tests put what they start, so that nothing outlives them."""
    children: list[Started] = []
    yield children
    for child in children:
        child.process.kill()
        child.process.wait(LIMIT)


def wait_for_backup(output: Path, child: Started) -> None:
    """Waits until the first epoch is kept."""
    deadline = time.monotonic() + LIMIT
    while not list(output.glob(".backup/*/float/checkpoint")):
        assert child.process.poll() is None, child.output
        assert time.monotonic() < deadline, child.output
        time.sleep(0.05)


def free_addresses() -> list[str]:
    """Two that nobody listens on."""
    sockets = [socket.create_server(("localhost", 0)) for _ in range(2)]
    addresses = [f"localhost:{listening.getsockname()[1]}" for listening in sockets]
    for listening in sockets:
        listening.close()
    return addresses


def start_workers(folder: Path, run: str, epochs: int, held: bool) -> list[Started]:
    """Starts two workers, each with an output folder of its own."""
    cluster = {"worker": free_addresses()}
    return [
        Started(
            folder / f"{run}{index}.txt",
            [*TINY, "--epochs", str(epochs), "--output", str(folder / f"output{index}")],
            {"cluster": cluster, "task": {"type": "worker", "index": index}},
            held,
        )
        for index in range(2)
    ]


def metrics_of(output: Path) -> dict[str, Any]:
    """What training wrote into metrics.json."""
    train: dict[str, Any] = json.loads((output / "metrics.json").read_text())["train"]
    return train


@pytest.mark.slow
def test_two_workers_go_on_after_one_is_killed_and_only_the_chief_writes(
    tmp_path: Path, started: list[Started]
) -> None:
    """The history is whole, no finished epoch is trained again, and worker 1 leaves nothing in its own folder."""
    epochs = 4
    outputs = [tmp_path / f"output{index}" for index in range(2)]
    outputs[1].mkdir()
    # The two share the backup and nothing else, so what worker 1 writes would show.
    (outputs[1] / ".backup").symlink_to(outputs[0] / ".backup")
    started += start_workers(tmp_path, "first", epochs, held=True)
    wait_for_backup(outputs[0], started[0])
    started[1].kill()
    started[0].kill()
    assert [path.name for path in outputs[0].iterdir()] == [".backup"]

    started += start_workers(tmp_path, "second", epochs, held=False)
    texts = [worker.finish() for worker in started[2:]]
    for text in texts:
        assert "train: float: continuing after epoch " in text
        assert f"Epoch 1/{epochs}" not in text
        assert f"Epoch {epochs}/{epochs}" in text
    assert "train: wrote" in texts[0]
    assert "train: done; worker 0 writes the models" in texts[1]
    assert sorted(path.name for path in outputs[0].iterdir()) == RESULTS
    assert [path.name for path in outputs[1].iterdir()] == [".backup"]
    histories = metrics_of(outputs[0])["histories"]
    assert {name: {len(values) for values in history.values()} for name, history in histories.items()} == {
        "float": {epochs},
        "qat": {1},
    }


@pytest.mark.slow
def test_a_killed_process_goes_on_with_the_same_command(tmp_path: Path, started: list[Started]) -> None:
    """After kill -9 the same command says where it goes on, and leaves a whole history and no backup."""
    output, epochs = tmp_path / "output", 3
    command = [*TINY, "--epochs", str(epochs), "--output", str(output)]
    started.append(Started(tmp_path / "first.txt", command, held=True))
    wait_for_backup(output, started[0])
    started[0].kill()
    started.append(Started(tmp_path / "second.txt", command))
    text = started[1].finish()
    assert text.count("train: float: continuing after epoch ") == 1
    assert f"Epoch 1/{epochs}" not in text
    assert len(metrics_of(output)["histories"]["float"]["val_accuracy"]) == epochs
    assert sorted(path.name for path in output.iterdir()) == RESULTS


RECIPE = Recipe(
    teacher_epochs=0,
    float_epochs=2,
    qat_epochs=2,
    qat_parent_share=1,
    views=2,
    batch_size=32,
    train_limit=96,
    ema_momentum=0.9,
)


@pytest.fixture(scope="module")
def mnist() -> Mnist:
    """MNIST with few images to validate on."""
    whole = load_mnist()
    return Mnist(whole.train, whole.validation.head(100), whole.test, whole.sha256)


def train(output: Path, mnist: Mnist) -> tuple[dict[str, fitting.History], list[Any]]:
    """All stages, with the backup at `output`: the histories, and the weights of both networks."""
    backup = Backup(output, RECIPE, 5, mnist.sha256, choose_strategy())
    trained = fitting.train(mnist, RECIPE, 5, backup)
    return trained.histories, [*trained.model.get_weights(), *trained.twin.get_weights()]


@pytest.mark.slow
def test_going_on_gives_the_very_numbers_of_an_uninterrupted_training(
    tmp_path: Path, mnist: Mnist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped once in each stage: optimizer, averages, examples and history go on bit for bit."""
    monkeypatch.delenv("TF_CONFIG", raising=False)
    expected = train(tmp_path / "whole", mnist)
    save = StageBackup.save

    def save_and_stop(self: StageBackup, epoch: int, logs: dict[str, float]) -> None:
        save(self, epoch, logs)
        if epoch == 0:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(StageBackup, "save", save_and_stop)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                train(tmp_path / "stopped", mnist)
    assert len(list((tmp_path / "stopped").glob(".backup/*/*/checkpoint"))) == 2
    histories, weights = train(tmp_path / "stopped", mnist)
    assert histories == expected[0]
    assert all(np.array_equal(one, other) for one, other in zip(weights, expected[1], strict=True))


def test_another_seed_or_recipe_does_not_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It starts afresh, says why, and leaves the other backup alone until it is done."""
    first = Backup(tmp_path, RECIPE, 0, "sha", None)
    (first.folder / "float").mkdir(parents=True)
    (first.folder / "float" / "checkpoint").touch()
    assert first.any_epoch()
    assert capsys.readouterr().out == ""
    for recipe, seed, data in ((RECIPE, 1, "sha"), (Recipe(), 0, "sha"), (RECIPE, 0, "other")):
        other = Backup(tmp_path, recipe, seed, data, None)
        assert not other.any_epoch()
        assert "train: starting from scratch: the backup in " in capsys.readouterr().out
    assert Backup(tmp_path, RECIPE, 0, "sha", None).any_epoch()
    other.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_backup_is_a_clear_error(tmp_path: Path) -> None:
    """It is neither taken for whole nor thrown away in silence."""
    import tf_keras

    model = tf_keras.Sequential([tf_keras.layers.Dense(1, input_shape=(2,))])
    model.compile(tf_keras.optimizers.SGD())
    model.optimizer.build(model.trainable_variables)
    StageBackup(tmp_path, model, writes=True).save(0, {"loss": 0.5})
    assert StageBackup(tmp_path, model, writes=False).history == {"loss": [0.5]}
    for data in tmp_path.glob("*.data-*"):
        data.write_bytes(data.read_bytes()[:8])
    with pytest.raises(BackupError, match=r"expected a backup of this training in .*delete the folder"):
        StageBackup(tmp_path, model, writes=True)


@pytest.mark.parametrize(("pipelines", "replicas"), [(1, 1), (2, 2), (2, 4), (1, 3)])
def test_the_parts_of_a_batch_are_the_batch(pipelines: int, replicas: int) -> None:
    """Equal, disjoint, and in order: one part for each replica of each worker."""
    import tensorflow as tf

    random = np.random.default_rng(0)
    inputs, targets = random.random((2, 12, 28, 28, 1), np.float32), random.random((2, 12, 11), np.float32)
    taken: list[list[Any]] = []
    for pipeline in range(pipelines):
        context = tf.distribute.InputContext(pipelines, pipeline, replicas)
        strategy = SimpleNamespace(distribute_datasets_from_function=lambda made, context=context: made(context))
        parts = list(distributed(strategy, lambda: iter(zip(inputs, targets, strict=True)), 12).as_numpy_iterator())
        assert {len(part[1]) for part in parts} == {12 // replicas}
        taken.append(parts)
    each = replicas // pipelines
    for step in range(2):
        of_step = [part for parts in taken for part in parts[step * each : (step + 1) * each]]
        assert np.array_equal(np.concatenate([part[0] for part in of_step]), inputs[step])
        assert np.array_equal(np.concatenate([part[1] for part in of_step]), targets[step])


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    """The message names a size that can."""
    require_equal_parts(SimpleNamespace(num_replicas_in_sync=4), 128)
    with pytest.raises(DistributionError, match=r"3 replicas share evenly, got 128; choose --batch-size 126"):
        require_equal_parts(SimpleNamespace(num_replicas_in_sync=3), 128)
    with pytest.raises(DistributionError, match=r"got 2; choose --batch-size 3"):
        require_equal_parts(SimpleNamespace(num_replicas_in_sync=3), 2)


def tf_config(workers: object, index: object = 0, kind: object = "worker", **others: object) -> str:
    """A value of $TF_CONFIG."""
    return json.dumps({"cluster": {"worker": workers, **others}, "task": {"type": kind, "index": index}})


@pytest.mark.parametrize(
    ("config", "cause"),
    [
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ("{}", "KeyError: 'cluster'"),
        ('{"cluster": {}}', "KeyError: 'worker'"),
        ('{"cluster": {"worker": ["a:1"]}}', "KeyError: 'task'"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker"}}', "KeyError: 'index'"),
        (tf_config([]), "not a list of HOST:PORT"),
        (tf_config("a:1"), "not a list of HOST:PORT"),
        (tf_config(["a"]), "not a list of HOST:PORT"),
        (tf_config(["a:99999"]), "not a list of HOST:PORT"),
        (tf_config(["a:1", "a:1"]), "an address twice"),
        (tf_config(["a:1", "b:1"], 2), "task.index 2 with 2 workers"),
        (tf_config(["a:1", "b:1"], -1), "task.index -1"),
        (tf_config(["a:1", "b:1"], "0"), "task.index '0'"),
        (tf_config(["a:1"], kind="ps"), "a task of type 'ps'"),
        (tf_config(["a:1"], ps=["b:1"]), "a cluster of worker, ps"),
    ],
)
def test_a_malformed_tf_config_is_refused(config: str, cause: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before TensorFlow sees it: the cause, what it should be like, and what to do."""
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(DistributionError) as caught:
        choose_strategy()
    assert cause in str(caught.value)
    assert EXAMPLE in str(caught.value)
    assert str(caught.value).endswith("correct or unset it")


def test_a_malformed_tf_config_is_one_line_and_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints no traceback and waits for nobody."""
    monkeypatch.setenv("TF_CONFIG", "{")
    assert main([*TINY, "--output", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("train: error: expected $TF_CONFIG to be like ")
    assert error.count("\n") == 1
