"""The settings of a training, named."""

import dataclasses
from dataclasses import dataclass
from typing import Self

# What pens are given for each digit image of MNIST.
PEN_SHARE, PEN_LETTER_SHARE = 0.25, 0.05


@dataclass(frozen=True)
class Recipe:
    """What `python -m train` does, in numbers.

    Attributes:
        network: which of train.network's NETWORKS is trained; its teacher is always of the first.
        teacher_epochs: epochs of the teacher; 0 trains the float network from labels alone.
        teacher_width: the teacher's filters, as a multiple of the network's.
        teacher_learning_rate: AdamW's at the start of the cosine schedule of the teacher.
        teacher_share: weight of the teacher's probabilities in the targets (Hinton et al. 2015, arXiv:1503.02531), the
            rest is the label's.
        float_epochs: epochs of the float network.
        learning_rate: the same as the teacher's, for the float network.
        qat_epochs: epochs of quantization-aware fine-tuning after them.
        qat_learning_rate: the same for the fine-tuning.
        qat_parent_share: weight of the float network's probabilities in the targets of the fine-tuning, the rest is the
            label's; at 0 it has the float network's own targets. A float network that has not converged goes on
            learning in its twin, which then reads other digits than its parent.
        batch_size: images a step.
        weight_decay: AdamW's (Loshchilov & Hutter 2019, arXiv:1711.05101).
        ema_momentum: of the weight averaging (Polyak & Juditsky 1992); 0 turns it off.
        label_smoothing: where the targets are labels: Szegedy et al. 2016, arXiv:1512.00567.
        views: how many variations of each image there are; later epochs start again with the first.
        camera_share: share of images that get camera damage on top of the pen's and hand's variation, in [0, 1].
        drawn_share: digits drawn from shapes that are rare in MNIST, for each digit image.
        non_digit_share: non-digits for each digit image.
        pen_share: digits of UNIPEN's writers for each digit image; 0 where there are no pens.
        pen_letter_share: letters of theirs for each digit image, as non-digits.
        train_limit: how many training images are used; None for all.
    """

    network: str = "digits"
    teacher_epochs: int = 12
    teacher_width: float = 2
    teacher_learning_rate: float = 2e-3
    teacher_share: float = 0.7
    float_epochs: int = 30
    learning_rate: float = 3e-3
    qat_epochs: int = 3
    qat_learning_rate: float = 2e-4
    qat_parent_share: float = 0.0
    batch_size: int = 128
    weight_decay: float = 1e-2
    ema_momentum: float = 0.998
    label_smoothing: float = 0.02
    views: int = 8
    camera_share: float = 0.3
    drawn_share: float = 0.12
    non_digit_share: float = 0.22
    pen_share: float = 0.0
    pen_letter_share: float = 0.0
    train_limit: int | None = None

    def with_pens(self) -> Self:
        """The same with UNIPEN's writers among MNIST's."""
        return dataclasses.replace(self, pen_share=PEN_SHARE, pen_letter_share=PEN_LETTER_SHARE)


@dataclass(frozen=True)
class FineTuningRecipe(Recipe):
    """What `python -m train --add` does: a short training with new digits among MNIST's.

    Attributes:
        teacher_share: weight of the model's former answers in the targets on MNIST; the new digits have their labels.
        train_limit: how many of MNIST's digits are replayed; the others measure how much is forgotten.
        added_share: new digits for each replayed image; each is varied as often as it takes.
        kept_weights: share of the former weights in the mean with the learnt ones (WiSE-FT, Wortsman et al. 2022,
            arXiv:2109.01903), in [0, 1]: the first that keeps to max_rise_pp is taken, else the last.
        max_rise_pp: how much the error on MNIST's other digits may rise, in percentage points.
    """

    teacher_epochs: int = 0
    teacher_share: float = 1.0
    float_epochs: int = 2
    learning_rate: float = 5e-4
    qat_epochs: int = 1
    qat_learning_rate: float = 1e-5
    ema_momentum: float = 0.99
    views: int = 2
    train_limit: int | None = 20_000
    added_share: float = 0.1
    kept_weights: tuple[float, ...] = (0.4, 0.5, 0.6, 0.7, 0.8)
    max_rise_pp: float = 0.005


RECIPES = {
    "default": Recipe(),
    "quick": Recipe(teacher_epochs=0, float_epochs=3, views=2, learning_rate=4e-3, qat_epochs=1,
                    qat_learning_rate=5e-5, qat_parent_share=1.0, ema_momentum=0.98, camera_share=0.1, drawn_share=0.05,
                    non_digit_share=0.05, train_limit=40_000),
    # A network this small does not learn by heart: it needs epochs, not views.
    "nano": Recipe(network="nano", float_epochs=60, views=2, learning_rate=8e-3, weight_decay=2e-3, qat_epochs=3,
                   qat_learning_rate=4e-4),
}  # fmt: skip
