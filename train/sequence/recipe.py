"""The settings of a sequence reader's training, named."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SequenceRecipe:
    """What `python -m train --sequence` does, in numbers.

    Attributes:
        strips: how many numbers are drawn.
        validation_strips: written by other writers, to watch.
        float_epochs: epochs of the float network over all strips.
        learning_rate: AdamW's at the top of its warmed-up cosine schedule.
        qat_epochs: epochs of quantization-aware fine-tuning after them.
        qat_learning_rate: the same for the fine-tuning.
        qat_strips: how many of the numbers it sees.
        batch_size: strips a step.
        weight_decay: AdamW's.
        ema_momentum: of the weight averaging; 0 turns it off.
    """

    strips: int = 150_000
    validation_strips: int = 4000
    float_epochs: int = 6
    learning_rate: float = 3e-3
    qat_epochs: int = 1
    qat_learning_rate: float = 3e-5
    qat_strips: int = 150_000
    batch_size: int = 64
    weight_decay: float = 1e-2
    ema_momentum: float = 0.998


SEQUENCE_RECIPES = {
    "default": SequenceRecipe(),
    # Numbers cost less to draw than to learn from, and new ones teach more than those seen before.
    "continued": SequenceRecipe(strips=300_000, float_epochs=1, learning_rate=1e-3, qat_strips=60_000),
    "quick": SequenceRecipe(strips=6000, validation_strips=500, float_epochs=2, ema_momentum=0.98),
}
