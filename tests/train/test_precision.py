"""bfloat16 is on while a float network trains, and only then."""

from typing import Any

import pytest

from train import precision
from train.distribution import default_strategy
from train.precision import bfloat16_convolutions


@pytest.fixture
def options() -> Any:
    """TensorFlow's, as a function that reads them."""
    default_strategy()
    import tensorflow as tf

    return tf.config.optimizer


@pytest.mark.parametrize("before", [False, True])
def test_the_option_is_as_it_was(options: Any, before: bool) -> None:
    """On inside; after it, also after an exception, as before."""
    options.set_experimental_options({precision._OPTION: before})
    try:
        with bfloat16_convolutions():
            assert options.get_experimental_options()[precision._OPTION]
        assert options.get_experimental_options()[precision._OPTION] == before
        with pytest.raises(KeyboardInterrupt), bfloat16_convolutions():
            raise KeyboardInterrupt
        assert options.get_experimental_options()[precision._OPTION] == before
    finally:
        options.set_experimental_options({precision._OPTION: False})
