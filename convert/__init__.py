"""From Keras models to a full-integer .tflite that is proven close to its float parent."""
