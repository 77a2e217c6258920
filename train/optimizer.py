"""The optimizer of every stage: AdamW with a warmed-up cosine schedule and averaged weights."""

from typing import Any, Protocol


class OptimizerSettings(Protocol):
    """What a recipe says about the optimizer."""

    @property
    def weight_decay(self) -> float:
        """AdamW's (Loshchilov & Hutter 2019, arXiv:1711.05101)."""

    @property
    def ema_momentum(self) -> float:
        """Of the weight averaging (Polyak & Juditsky 1992); 0 turns it off."""


def build_optimizer(model: Any, learning_rate: float, steps: int, settings: OptimizerSettings) -> Any:
    """Builds AdamW for a model, in the tf.distribute scope that is open.

    Args:
        model: whose variables it moves.
        learning_rate: at the top of the schedule.
        steps: of the whole stage.
        settings: the recipe's.
    """
    from tf_keras import optimizers

    optimizer = optimizers.AdamW(
        _warmed_cosine(learning_rate, steps),
        weight_decay=settings.weight_decay,
        use_ema=settings.ema_momentum > 0,
        ema_momentum=settings.ema_momentum or None,
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias", "quantize"])
    # Keras builds it at the first step, but a backup is restored before.
    optimizer.build(model.trainable_variables)
    return optimizer


def _warmed_cosine(learning_rate: float, steps: int) -> Any:
    from tf_keras.optimizers.schedules import CosineDecay

    warmup = min(300, steps // 10)
    return CosineDecay(learning_rate / 20, steps - warmup, warmup_target=learning_rate, warmup_steps=warmup)
