"""From MNIST to a quantization-aware Keras model."""
