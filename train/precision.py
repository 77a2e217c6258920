"""Convolutions in bfloat16 while a float network trains, where the processor has instructions for it."""

from collections.abc import Iterator
from contextlib import contextmanager

# Kalamkar et al. 2019, "A study of BFLOAT16 for deep learning training", arXiv:1905.12322. oneDNN has slower stand-ins
# for processors without the instructions, and TensorFlow then leaves the graph as it is.
_OPTION = "auto_mixed_precision_onednn_bfloat16"


@contextmanager
def bfloat16_convolutions() -> Iterator[None]:
    """Training inside is about twice as fast on such a processor; weights, losses and sums stay float32."""
    import tensorflow as tf

    before = tf.config.optimizer.get_experimental_options().get(_OPTION, False)
    tf.config.optimizer.set_experimental_options({_OPTION: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({_OPTION: before})
