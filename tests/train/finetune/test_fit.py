"""`python -m train --from DIR --add DIR` on a few digits, and what it refuses."""

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from convert.prove.comparison import mcnemar_p
from convert.prove.gate import FineTuningLimits
from convert.report.card import ROOT
from edge_app.collect.folder import LabelledCrop, write_crop
from train.cli import INTERRUPTED, main
from train.data.mnist import Split, load_mnist
from train.finetune.held_out import prospect
from train.recipe import FineTuningRecipe

MODELS = ROOT / "models"
TINY = ["--epochs", "1", "--batch-size", "32", "--train-limit", "96"]


def write_digits(folder: Path, writer: str, digits: Split) -> None:
    """Puts digits into the exchange format."""
    for image, label in zip(digits.images, digits.labels, strict=True):
        write_crop(folder, LabelledCrop(writer, int(label), image))


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty digits each of two writers."""
    folder = tmp_path_factory.mktemp("added")
    digits = load_mnist().validation
    write_digits(folder, "anna", Split(digits.images[:30], digits.labels[:30]))
    write_digits(folder, "bob", Split(digits.images[30:60], digits.labels[30:60]))
    return folder


@pytest.fixture(scope="module")
def fine_tuned(added: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command leaves."""
    output = tmp_path_factory.mktemp("fine_tuning")
    assert main([*TINY, "--from", str(MODELS), "--add", str(added), "--output", str(output)]) == 0
    return output


@pytest.mark.slow
def test_it_leaves_what_convert_takes(fine_tuned: Path) -> None:
    """The files of a normal training, the parent and the held-out digits; no backup."""
    assert sorted(path.name for path in fine_tuned.iterdir()) == [
        "digits_float.h5",
        "digits_qat.h5",
        "held_out.npz",
        "metrics.json",
        "parent_int8.tflite",
        "training_confusion.png",
        "training_curves.png",
    ]
    assert (fine_tuned / "parent_int8.tflite").read_bytes() == (MODELS / "digits_int8.tflite").read_bytes()


@pytest.mark.slow
def test_metrics_say_what_was_added(fine_tuned: Path) -> None:
    """Counts by writer and label, the set's hash, the parent's; and the held-out file has just those digits."""
    found = json.loads((fine_tuned / "metrics.json").read_text())["train"]["fine_tuning"]
    assert set(found) == {"set_sha256", "training", "held_out", "parent_float_sha256", "proof_sha256"}
    files = (fine_tuned / "parent_int8.tflite").read_bytes() + (fine_tuned / "held_out.npz").read_bytes()
    assert found["proof_sha256"] == hashlib.sha256(files).hexdigest()
    with np.load(fine_tuned / "held_out.npz") as archive:
        images, labels, writers = (archive[name] for name in ("images", "labels", "writers"))
    for writer in ("anna", "bob"):
        assert sum(found["training"][writer].values()) + sum(found["held_out"][writer].values()) == 30
        assert sum(found["held_out"][writer].values()) == (writers == writer).sum() > 0
    assert images.shape == (len(labels), 28, 28)


@pytest.mark.slow
def test_a_fine_tuned_model_is_no_parent(fine_tuned: Path, added: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may have learnt what is held out now."""
    assert main([*TINY, "--from", str(fine_tuned), "--add", str(added), "--output", str(fine_tuned / "next")]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"train: error: expected a model that was not fine-tuned, got one in {fine_tuned}")
    assert error.count("\n") == 1


def test_wrong_folders_are_one_line_and_1(added: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No parent, the parent's own folder as output, a damaged int8 model, nothing to add."""
    shutil.copy(MODELS / "digits_float.h5", tmp_path)
    (tmp_path / "digits_int8.tflite").write_bytes(b"damaged")
    output, nothing = str(tmp_path / "out"), tmp_path / "nothing"
    nothing.mkdir()
    for flags, message in (
        (["--from", str(nothing), "--add", str(added), "--output", output], "expected digits_float.h5 in"),
        (["--add", str(added), "--output", str(MODELS)], "expected --output beside"),
        (["--from", str(tmp_path), "--add", str(added), "--output", output], "expected a TFLite model"),
        (["--add", str(nothing), "--output", output], "expected at least 20 digits"),
        (["--add", str(tmp_path / "none"), "--output", output], "expected a folder of WRITER/LABEL"),
    ):
        assert main([*TINY, *flags]) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"train: error: {message}")
        assert error.count("\n") == 1


def test_an_int8_model_of_another_training_is_no_parent(
    added: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the fine-tuned model must beat is the int8 twin of what it starts from."""
    shutil.copy(MODELS / "digits_int8.tflite", tmp_path)
    float_model = (MODELS / "digits_float.h5").read_bytes()
    (tmp_path / "digits_float.h5").write_bytes(float_model + b"another")
    assert main([*TINY, "--from", str(tmp_path), "--add", str(added), "--output", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"train: error: expected digits_int8.tflite in {tmp_path} to be of digits_float.h5 there")
    assert error.count("\n") == 1


@pytest.mark.slow
def test_ctrl_c_while_models_are_written_says_how_to_continue(
    added: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All epochs are kept then; the same command ends at once."""
    flags = [*TINY, "--from", str(MODELS), "--add", str(added), "--output", str(tmp_path)]
    with monkeypatch.context() as patched:
        patched.setattr("train.finetune.fit.write", stop)
        assert main(flags) == INTERRUPTED
    out, err = capsys.readouterr()
    assert "train: 0 held-out digits are misread now, too few for convert's proof, which takes 6 fixed" in out
    assert "run the same command again to continue" in err
    assert main(flags) == 0
    assert "qat: continuing after epoch 1" in capsys.readouterr().out


def test_the_prospect_fits_the_proof() -> None:
    """From as many misread digits on as the gate may take as proof, if all of them are fixed."""
    limit = FineTuningLimits().max_improvement_p
    assert [mcnemar_p(0, misread) <= limit for misread in (5, 6)] == [False, True]
    assert ["too few" in prospect(misread) for misread in (5, 6)] == [True, False]


def stop(*_: object) -> None:
    """Ctrl-C."""
    raise KeyboardInterrupt


@pytest.mark.slow
def test_new_digits_are_learnt_and_kept_weights_hold_back(tmp_path: Path) -> None:
    """Mirrored digits are read better; the first share of former weights that keeps to the limit is taken."""
    from train.backup import Backup
    from train.distribution import default_strategy
    from train.finetune.fit import count_errors, draw_replay, fine_tune
    from train.fitting import set_seed
    from train.network import load_teacher

    mnist = load_mnist()
    mnist = dataclasses.replace(mnist, train=mnist.train.head(400), validation=mnist.validation.head(50))
    mirrored = Split(mnist.train.images[:60, :, ::-1].copy(), mnist.train.labels[:60])
    recipe = dataclasses.replace(FineTuningRecipe(), views=1, train_limit=320, batch_size=32, added_share=2.0)
    set_seed(0)
    parent = load_teacher(MODELS / "digits_float.h5")
    replay = draw_replay(mnist.train, parent, recipe, 0)

    def errors(kept: tuple[float, ...], max_rise_pp: float) -> int:
        chosen = dataclasses.replace(recipe, kept_weights=kept, max_rise_pp=max_rise_pp)
        backup = Backup(tmp_path / f"{kept} {max_rise_pp}", chosen, 0, "", default_strategy())
        return count_errors(fine_tune(parent, replay, mirrored, mnist, chosen, 0, backup).model, mirrored)

    before = count_errors(parent, mirrored)
    assert errors((0.0, 1.0), 100.0) < before - 5
    assert errors((0.0, 1.0), -100.0) == before
