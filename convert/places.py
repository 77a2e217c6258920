"""Where a conversion reads and writes: by default in the folder of the last run, never in models/ unasked."""

from dataclasses import dataclass
from pathlib import Path

from train.runs import RUNS, SHIPPED, last_run

from .errors import SourceError

TRAINING_FILES = {
    "digits": (
        "digits_float.h5",
        "digits_qat.h5",
        "digits_teacher.h5",
        "training_curves.png",
        "training_confusion.png",
        "seeds.json",
    ),
    "nano": ("nano_float.h5", "nano_qat.h5"),
    "detector": ("detector_float.h5", "detector_qat.h5"),
    "sequence": ("sequence_float.h5", "sequence_qat.h5"),
}


@dataclass(frozen=True)
class Places:
    """Where one conversion reads and writes.

    Attributes:
        model: a folder of python -m train, or one .h5 file.
        output: the folder that is written to.
        is_last_run: whether the model was found, not named.
        training_files: what else is published with the models: names in the model's folder.
    """

    model: Path
    output: Path
    is_last_run: bool = False
    training_files: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The model's."""
        return _folder(self.model)

    def __str__(self) -> str:
        """What is taken, and where it goes."""
        found = " (the last run)" if self.is_last_run else ""
        return f"takes {self.model}{found}, writes to {self.output}"

    def read_training_files(self) -> dict[str, bytes]:
        """Contents of the training's files that exist, by name."""
        paths = [self.folder / name for name in self.training_files]
        return {path.name: path.read_bytes() for path in paths if path.is_file()}


def find_places(model: Path | None, output: Path | None, publish: bool, network: str) -> Places:
    """Chooses both places from the flags.

    Args:
        model: --model; the last run if None.
        output: --output; the model's folder if None, but never the checkout's models/.
        publish: to models/, together with the training's files.
        network: "digits", "nano", "detector" or "sequence".

    Raises:
        SourceError: there is no run yet, or one file is to be published without its training.
    """
    found = model or last_run(network)
    if found is None:
        flag = "" if network == "digits" else f" --{network}"
        raise SourceError(
            f"expected a training in {RUNS}/, got none; make one with python -m train{flag}, or name one with --model"
        )
    if publish and not found.is_dir():
        raise SourceError(f"expected the folder of a training to publish, got {found}; name its folder with --model")
    shipped = _is_shipped(_folder(found))
    beside = RUNS / SHIPPED.name if shipped else _folder(found)
    return Places(
        model=found,
        output=SHIPPED if publish else output or beside,
        is_last_run=model is None,
        training_files=TRAINING_FILES[network] if publish and not shipped else (),
    )


def _folder(model: Path) -> Path:
    return model if model.is_dir() else model.parent


def _is_shipped(folder: Path) -> bool:
    return folder.resolve() == SHIPPED.resolve()
