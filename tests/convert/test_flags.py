"""Which flags of `python -m convert` go together: every flag with each network."""

from pathlib import Path

import pytest

from convert.cli import main
from convert.flags import parse
from convert.prove.gate import FineTuningLimits, Limits
from convert.settings import DetectorConversion, DigitsConversion, SequenceConversion
from tests.flags import refusal

MODES = {"digits": "--int8", "nano": "--nano --int8", "detector": "--detector --int8", "sequence": "--sequence --int8"}
# The networks on which each flag has an effect; on the others it is refused.
TAKEN = {
    "--model here": set(MODES),
    "--data mnist.npz": set(MODES),
    "--output here": set(MODES),
    "--publish": set(MODES),
    "--pens here": {"sequence"},
    "--float32": set(MODES),
    "--float16": {"digits", "nano"},
    "--dynamic": {"digits", "nano"},
    "--max-accuracy-drop 2": {"digits", "nano"},
    "--min-agreement 2": {"digits", "nano"},
    "--max-fine-tuning-p 1": {"digits"},
}
# The networks for pages are made as float32 in any case: asking for it is no mistake.
NO_CHANGE = {("--float32", "detector"), ("--float32", "sequence")}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("flag", TAKEN)
def test_a_flag_has_an_effect_or_is_refused(flag: str, mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is taken makes other settings; what would do nothing is refused in one line with a next step."""
    message = refusal(parse, f"{MODES[mode]} {flag}", capsys)
    if mode in TAKEN[flag]:
        assert message == ""
        changed = parse(f"{MODES[mode]} {flag}".split()) != parse(MODES[mode].split())
        assert changed != ((flag, mode) in NO_CHANGE)
    else:
        name = flag.split(maxsplit=1)[0]
        without = mode == "digits" or (mode == "nano" and name == "--pens")
        needed = "--sequence with" if without else f"--{mode} without"
        assert message.startswith(f"convert: error: expected {needed} {name}, got ")
        assert f"leave out {name}" in message


def test_the_table_above_knows_every_flag(capsys: pytest.CaptureFixture[str]) -> None:
    """A new flag must be decided on for each network."""
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  --")}
    # These stand alone; their own tests refuse the others beside them.
    others = {"--int8", "--nano", "--detector", "--sequence", "--c-array", "--vectors", "--web"}
    assert shown == {flag.split()[0] for flag in TAKEN} | others


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "expected at least one of --int8, --float32, --float16 and --dynamic, got none; add --int8"),
        ("--detector", "expected --int8 with --detector, got --detector without it; add --int8"),
        ("--detector --float32", "expected --int8 with --detector"),
        ("--sequence --float32", "expected --int8 with --sequence"),
        ("--sequence --detector --int8", "expected --detector without --sequence, got both; leave out --sequence"),
        ("--float32 --max-fine-tuning-p 1", "expected --int8 with --max-fine-tuning-p, got the limit without it"),
        ("--int8 --output here --publish", "argument --publish: not allowed with argument --output"),
    ],
)
def test_lines_that_make_no_sense(line: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each names what is missing or too much."""
    assert message in refusal(parse, line, capsys)


def test_each_network_has_its_settings() -> None:
    """Typed and frozen; formats in their own order."""
    digits = parse(
        ["--int8", "--float32", "--max-accuracy-drop", "0.3", "--max-fine-tuning-p", "1", "--model", "runs/x"]
    )
    assert digits == DigitsConversion(
        model=Path("runs/x"),
        precisions=("float32", "int8"),
        limits=Limits(0.3, Limits().min_agreement_percent, FineTuningLimits(1.0)),
        has_fine_tuning_limit=True,
    )
    assert parse(["--detector", "--int8", "--publish"]) == DetectorConversion(publish=True)
    assert parse(["--sequence", "--int8", "--pens", "unipen"]) == SequenceConversion(pens=Path("unipen"))


def test_the_former_name_of_a_limit_still_works(capsys: pytest.CaptureFixture[str]) -> None:
    """With one line on stderr that gives the new one."""
    assert parse(["--int8", "--max-teaching-p", "0.5"]) == parse(["--int8", "--max-fine-tuning-p", "0.5"])
    assert capsys.readouterr().err == (
        "convert: --max-teaching-p is now --max-fine-tuning-p; the former name will go in the next version\n"
    )


def test_a_limit_of_fine_tuning_needs_a_fine_tuned_model(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On another model it would do nothing: 1, and nothing written."""
    flags = ["--int8", "--max-fine-tuning-p", "1", "--model", str(trained), "--output", str(tmp_path)]
    assert main(flags) == 1
    assert capsys.readouterr().err.startswith("convert: error: expected a fine-tuned model with --max-fine-tuning-p")
    assert list(tmp_path.iterdir()) == []
