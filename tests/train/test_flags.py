"""Which flags of `python -m train` go together: every flag with every kind of training."""

from pathlib import Path

import pytest

from tests.flags import refusal
from train.cli import main
from train.flags import parse
from train.recipe import RECIPES
from train.runs import SHIPPED
from train.settings import NO_PENS, DetectorTraining, DigitsTraining, FineTuning, SeedsTraining, SequenceTraining

MODES = {
    "digits": "",
    "quick": "--quick",
    "nano": "--nano",
    "quick nano": "--nano --quick",
    "seeds": "--seeds 2",
    "detector": "--detector",
    "quick detector": "--detector --quick",
    "sequence": "--sequence",
    "quick sequence": "--sequence --quick",
    "fine-tuning": "--add own",
}
DIGITS = {"digits", "quick", "nano", "quick nano", "seeds"}
DETECTOR = {"detector", "quick detector"}
SEQUENCE = {"sequence", "quick sequence"}
# The kinds of training in which each flag has an effect; in the others it is refused.
EFFECTIVE = {
    "--epochs 7": set(MODES),
    "--batch-size 32": set(MODES),
    "--seed 5": set(MODES),
    "--data mnist.npz": set(MODES),
    "--output here": set(MODES),
    "--train-limit 64": DIGITS | {"fine-tuning"},
    "--teacher t.h5": DIGITS,
    "--pens pens.zip": DIGITS | DETECTOR | SEQUENCE,
    "--start s.h5": DETECTOR | SEQUENCE,
    "--pages 9": DETECTOR,
    "--strips 640": SEQUENCE,
    "--from models": {"fine-tuning"},
}
# Flags that choose the kind of training, and which of them go together.
CHOICES = ["--quick", "--nano", "--seeds 2", "--detector", "--sequence", "--add own"]
TOGETHER = {("--quick", "--nano"), ("--quick", "--seeds 2"), ("--quick", "--detector"), ("--quick", "--sequence")}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("flag", EFFECTIVE)
def test_a_flag_has_an_effect_or_is_refused(flag: str, mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is taken makes other settings; what would do nothing is refused in one line with a next step."""
    message = refusal(parse, f"{MODES[mode]} {flag}", capsys)
    if mode in EFFECTIVE[flag]:
        assert message == ""
        assert parse(f"{MODES[mode]} {flag}".split()) != parse(MODES[mode].split())
    else:
        assert message.startswith("train: error: expected --")
        assert f"leave out {flag.split(maxsplit=1)[0]}" in message
        assert ", got " in message


@pytest.mark.parametrize("first", CHOICES)
@pytest.mark.parametrize("second", CHOICES)
def test_two_kinds_of_training_at_once_are_refused(first: str, second: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In either order, except where one only makes the other quick."""
    if first == second or {(first, second), (second, first)} & TOGETHER:
        assert refusal(parse, f"{first} {second}", capsys) == ""
    else:
        assert "got both; leave out --" in refusal(parse, f"{first} {second}", capsys)


def test_the_tables_above_know_every_flag(capsys: pytest.CaptureFixture[str]) -> None:
    """A new flag must be decided on for each kind of training."""
    with pytest.raises(SystemExit):
        main(["--help"])
    usage = capsys.readouterr().out
    known = {flag.split()[0] for flag in (*EFFECTIVE, *CHOICES)}
    shown = {line.split()[0] for line in usage.splitlines() if line.startswith("  --")}
    assert shown == known


@pytest.mark.parametrize("line", ["--start s.h5 --pages 5", "--detector --teacher t.h5", "--from models"])
def test_the_command_itself_refuses(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, nothing written, nothing trained."""
    with pytest.raises(SystemExit) as caught:
        main([*line.split(), "--output", str(tmp_path)])
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith(
        "usage: python -m train --help shows all flags\ntrain: error: expected --"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_batch_has_no_more_strips_than_are_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    """Or no step would be taken."""
    wanted = "expected a batch of at most 63 strips, all that are drawn, got 64; choose more --strips"
    assert wanted in refusal(parse, "--sequence --strips 63", capsys)
    assert refusal(parse, "--sequence --strips 63 --batch-size 63", capsys) == ""


def test_each_kind_of_training_has_its_settings() -> None:
    """Typed and frozen, with the numbers of the flags in its recipe."""
    quick = parse(["--quick", "--epochs", "9", "--seed", "3", "--teacher", "t.h5"])
    assert isinstance(quick, DigitsTraining)
    assert (quick.recipe.float_epochs, quick.recipe.views) == (9, RECIPES["quick"].views)
    assert (quick.seed, quick.teacher, quick.data) == (3, Path("t.h5"), None)
    for line, views in (("--nano", RECIPES["nano"].views), ("--nano --quick", RECIPES["quick"].views)):
        nano = parse(line.split())
        assert isinstance(nano, DigitsTraining)
        assert (nano.recipe.network, nano.recipe.views) == ("nano", views)
        assert nano.output.name.startswith("nano-")
    seeds = parse(["--seeds", "3", "--seed", "2", "--batch-size", "64"])
    assert isinstance(seeds, SeedsTraining)
    assert (list(seeds.seeds), seeds.flags) == ([2, 3, 4], ("--batch-size", "64"))
    detector = parse(["--detector", "--start", "s.h5", "--pages", "70"])
    assert isinstance(detector, DetectorTraining)
    assert (detector.recipe.pages, detector.recipe.float_epochs, detector.start) == (70, 3, Path("s.h5"))
    sequence = parse(["--sequence", "--strips", "700", "--pens", "unipen"])
    assert isinstance(sequence, SequenceTraining)
    assert (sequence.recipe.strips, sequence.recipe.float_epochs, sequence.pens) == (700, 6, Path("unipen"))
    continued = parse(["--sequence", "--start", "s.h5"])
    assert isinstance(continued, SequenceTraining)
    assert (continued.recipe.float_epochs, continued.start) == (1, Path("s.h5"))
    for line, pens in (("", None), ("--pens none", NO_PENS), ("--quick", NO_PENS), ("--quick --pens u", Path("u"))):
        parsed = parse(["--sequence", *line.split()])
        assert isinstance(parsed, SequenceTraining)
        assert parsed.pens == pens
    fine_tuning = parse(["--add", "own", "--train-limit", "64"])
    assert isinstance(fine_tuning, FineTuning)
    assert (fine_tuning.parent, fine_tuning.added, fine_tuning.recipe.train_limit) == (SHIPPED, Path("own"), 64)
