"""What a training is asked for: one frozen class for each kind of training. Imports no TensorFlow."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from .detector.recipe import DetectorRecipe
from .recipe import FineTuningRecipe, Recipe
from .sequence.recipe import SequenceRecipe

NO_PENS: Final = "none"
# A path, nothing of the kind, or None for wherever UNIPEN is found.
PensFlag = Path | Literal["none"] | None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every training is given.

    Attributes:
        output: the folder that the models go to.
        seed: of everything random.
        data: MNIST's place; None for wherever it is found.
    """

    output: Path
    seed: int = 0
    data: Path | None = None


@dataclass(frozen=True, kw_only=True)
class DigitsTraining(Settings):
    """The digit network, trained from scratch.

    Attributes:
        recipe: the numbers.
        teacher: a digits_teacher.h5 to learn from; None trains one if the recipe has one.
        pens: UNIPEN's tree.
    """

    recipe: Recipe
    teacher: Path | None = None
    pens: PensFlag = None


@dataclass(frozen=True, kw_only=True)
class SeedsTraining(Settings):
    """The digit network with several seeds, the first of which is `seed`.

    Attributes:
        recipe: the numbers.
        count: of seeds.
        flags: of `python -m train` for each of them, without --seed, --seeds, --output and --pens.
        pens: UNIPEN's tree.
    """

    recipe: Recipe
    count: int
    flags: tuple[str, ...] = ()
    pens: PensFlag = None

    @property
    def seeds(self) -> range:
        """All of them."""
        return range(self.seed, self.seed + self.count)


@dataclass(frozen=True, kw_only=True)
class DetectorTraining(Settings):
    """The page's digit detector.

    Attributes:
        recipe: the numbers.
        start: a detector_float.h5 to go on from; None starts a new one.
        pens: UNIPEN's tree.
    """

    recipe: DetectorRecipe
    start: Path | None = None
    pens: PensFlag = None


@dataclass(frozen=True, kw_only=True)
class SequenceTraining(Settings):
    """The sequence reader, of whole numbers.

    Attributes:
        recipe: the numbers.
        start: a sequence_float.h5 to go on from; None starts a new one.
        pens: UNIPEN's tree.
    """

    recipe: SequenceRecipe
    start: Path | None = None
    pens: PensFlag = None


@dataclass(frozen=True, kw_only=True)
class FineTuning(Settings):
    """A trained digit network, fine-tuned on new digits.

    Attributes:
        recipe: the numbers.
        parent: the folder of the model to start from.
        added: the folder of WRITER/LABEL/*.png.
    """

    recipe: FineTuningRecipe
    parent: Path
    added: Path


AnyTraining = DigitsTraining | SeedsTraining | DetectorTraining | SequenceTraining | FineTuning
