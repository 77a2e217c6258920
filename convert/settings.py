"""What a conversion is asked for: one frozen class for each kind. Imports no TensorFlow."""

from dataclasses import dataclass, field
from pathlib import Path

from train.settings import PensFlag

from .prove.gate import Limits


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """What a conversion of any network is given.

    Attributes:
        model: a folder of `python -m train` or one .h5; None for the last run.
        output: the folder to write to; None for the model's own.
        publish: to models/ instead, with the files of the training.
        data: MNIST's place; None for wherever it is found.
    """

    model: Path | None = None
    output: Path | None = None
    publish: bool = False
    data: Path | None = None


@dataclass(frozen=True, kw_only=True)
class DigitsConversion(Conversion):
    """A digit network's.

    Attributes:
        network: "digits", or "nano" for the one of microcontrollers.
        precisions: which to make, in the order of PRECISIONS.
        limits: the gate's.
        has_fine_tuning_limit: whether one was given: it needs a fine-tuned model.
    """

    network: str = "digits"
    precisions: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)
    has_fine_tuning_limit: bool = False


@dataclass(frozen=True, kw_only=True)
class DetectorConversion(Conversion):
    """The page detector's, to float32 and int8."""


@dataclass(frozen=True, kw_only=True)
class SequenceConversion(Conversion):
    """The sequence reader's, to float32 and int8.

    Attributes:
        pens: UNIPEN's tree.
    """

    pens: PensFlag = None


@dataclass(frozen=True, kw_only=True)
class MicroExport:
    """A microcontroller's C sources.

    Attributes:
        c_array: the folder to write to.
        model: an int8 .tflite; None for the shipped one.
    """

    c_array: Path
    model: Path | None = None


@dataclass(frozen=True, kw_only=True)
class VectorsExport:
    """Test vectors for whoever writes the road from ink to digit again.

    Attributes:
        vectors: the JSON file to write.
        model: an int8 .tflite, its float32 parent beside it; None for the shipped one.
        data: MNIST's place; None for wherever it is found.
    """

    vectors: Path
    model: Path | None = None
    data: Path | None = None


@dataclass(frozen=True, kw_only=True)
class WebExport:
    """The phone's page.

    Attributes:
        web: the folder to write to.
        model: the folder of a training; None for the shipped models.
    """

    web: Path
    model: Path | None = None


AnyConversion = DigitsConversion | DetectorConversion | SequenceConversion
