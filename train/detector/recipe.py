"""The settings of a detector's training, named."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DetectorRecipe:
    """What `python -m train --detector` does, in numbers.

    Attributes:
        pages: how many are drawn; each gives six patches.
        validation_pages: drawn from other digits, to watch.
        float_epochs: epochs of the float network over all patches.
        learning_rate: AdamW's at the top of its warmed-up cosine schedule.
        qat_epochs: epochs of quantization-aware fine-tuning after them.
        qat_learning_rate: the same for the fine-tuning.
        batch_size: patches a step.
        weight_decay: AdamW's.
        ema_momentum: of the weight averaging; 0 turns it off.
    """

    pages: int = 9000
    validation_pages: int = 400
    float_epochs: int = 10
    learning_rate: float = 2e-3
    qat_epochs: int = 1
    qat_learning_rate: float = 2e-4
    batch_size: int = 64
    weight_decay: float = 1e-2
    ema_momentum: float = 0.998


DETECTOR_RECIPES = {
    "default": DetectorRecipe(),
    # Starts from a trained detector, on pages that it has not seen.
    "continued": DetectorRecipe(pages=6000, float_epochs=3, learning_rate=1e-3, qat_learning_rate=1e-4),
    "quick": DetectorRecipe(pages=1000, validation_pages=20, float_epochs=2, ema_momentum=0.98),
}
