"""Where trainings write, which of them ended last, and where the shipped models are.

Imports no TensorFlow.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "models"
RUNS = Path("runs")
FINE_TUNED = RUNS / "fine-tuned"


def default_output(what: Sequence[str], seed: int, seeds: int | None = None) -> Path:
    """Where `python -m train` writes without --output: the same folder for the same flags, so that a rerun goes on.

    Args:
        what: the network, and flags that make it another training.
        seed: of the training, or the first of several.
        seeds: how many; None for one training.
    """
    number = f"seed{seed}" if seeds is None else f"seeds{seed}to{seed + seeds - 1}"
    return RUNS / "-".join([*what, number])


def last_run(network: str) -> Path | None:
    """The folder in runs/ whose training ended last, None if there is none.

    Args:
        network: "digits", "nano", "detector" or "sequence".
    """
    # The quantization-aware twin is written after the float network; conversion touches neither.
    twins = [twin for twin in RUNS.glob(f"*/{network}_qat.h5") if twin.with_name(f"{network}_float.h5").is_file()]
    return max(twins, key=lambda twin: twin.stat().st_mtime_ns).parent if twins else None


def model_flag(folder: Path) -> str:
    """The flag with which `python -m convert` finds a training; none for one in runs/, where it looks by itself."""
    return "" if folder.resolve().parent == RUNS.resolve() else f" --model {shlex.quote(str(folder))}"
