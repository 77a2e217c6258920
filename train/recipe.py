"""The settings of a training, named."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """What `python -m train` does, in numbers.

    Attributes:
        float_epochs: epochs of the float network.
        qat_epochs: epochs of quantization-aware fine-tuning after them.
        batch_size: images a step.
        learning_rate: AdamW's at the start of the cosine schedule of the float network.
        qat_learning_rate: the same for the fine-tuning.
        weight_decay: AdamW's (Loshchilov & Hutter 2019, arXiv:1711.05101).
        ema_momentum: of the weight averaging (Polyak & Juditsky 1992); 0 turns it off.
        label_smoothing: Szegedy et al. 2016, arXiv:1512.00567.
        camera_share: share of images that get camera damage on top of the pen's and hand's variation, in [0, 1].
        qat_camera_share: the same during fine-tuning.
        regional_share: share of the 1s and 7s that are written with a flag or a bar, in [0, 1].
        non_digit_share: non-digits for each digit image.
        train_limit: how many training images are used; None for all.
    """

    float_epochs: int = 30
    qat_epochs: int = 5
    batch_size: int = 128
    learning_rate: float = 3e-3
    qat_learning_rate: float = 2e-4
    weight_decay: float = 1e-2
    ema_momentum: float = 0.998
    label_smoothing: float = 0.02
    camera_share: float = 0.4
    qat_camera_share: float = 0.3
    regional_share: float = 0.3
    non_digit_share: float = 0.22
    train_limit: int | None = None


RECIPES = {
    "default": Recipe(),
    "quick": Recipe(float_epochs=2, qat_epochs=1, learning_rate=4e-3, ema_momentum=0.98, camera_share=0.1,
                    qat_camera_share=0.1, non_digit_share=0.05),
}  # fmt: skip
