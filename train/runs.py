"""Where trainings go, which of them was the last, and the shipped models, which none of them touches unasked.

Imports no TensorFlow.
"""

import argparse
import shlex
from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "models"
RUNS = Path("runs")
TAUGHT = RUNS / "taught"


def default_output(options: argparse.Namespace) -> Path:
    """Where `python -m train` writes without --output: the same folder for the same flags, so that a rerun goes on.

    Args:
        options: its flags.
    """
    if options.add is not None:
        return TAUGHT
    what = ["detector" if options.detector else "digits"]
    what += [flag for flag in ("quick", "start") if getattr(options, flag)]
    seeds = f"seed{options.seed}" if options.seeds is None else f"seeds{options.seed}to{_last_seed(options)}"
    return RUNS / "-".join([*what, seeds])


def last_run(network: str) -> Path | None:
    """The folder in runs/ whose training ended last, None if there is none.

    Args:
        network: "digits" or "detector".
    """
    # The quantization-aware twin is written after the float network; conversion touches neither.
    twins = [twin for twin in RUNS.glob(f"*/{network}_qat.h5") if twin.with_name(f"{network}_float.h5").is_file()]
    return max(twins, key=lambda twin: twin.stat().st_mtime_ns).parent if twins else None


def model_flag(folder: Path) -> str:
    """What `python -m convert` needs to find a training that has just ended: nothing, if it looks there anyway."""
    return "" if folder.resolve().parent == RUNS.resolve() else f" --model {shlex.quote(str(folder))}"


def _last_seed(options: argparse.Namespace) -> int:
    last: int = options.seed + options.seeds - 1
    return last
