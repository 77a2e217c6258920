"""From network to digit on a few images, along README's reading path: `python tests/tour.py`, a minute at most.

One epoch of the float network, one of its quantization-aware twin, conversion to int8, and a handful of test digits,
classified as on the Pi. Nothing is kept: `python -m train` and `python -m convert --int8` make a model worth keeping.
"""

import dataclasses
import sys
import tempfile
from pathlib import Path

import numpy as np

from convert.keras_to_tflite import to_tflite
from edge_app import DigitClassifier
from edge_app.model.contract import ModelContract
from edge_app.model.file import embed_contract, parse_model
from edge_app.model.runtime import open_interpreter
from train.backup import Backup
from train.data.examples import to_inputs
from train.data.mnist import load_mnist
from train.distribution import default_strategy
from train.fitting import predict, train
from train.network import build_network
from train.qat import quantization_aware
from train.recipe import RECIPES

IMAGES, HANDFUL, SEED = 6000, 10, 0
MIN_ACCURACY = 0.9


def main() -> int:
    """Takes the steps one by one, printing what each makes; returns 1 if the int8 model reads too few digits."""
    mnist, strategy = load_mnist(), default_strategy()
    network = build_network()
    print(f"train/network.py: {network.count_params():,} parameters take {network.input_shape[1:]} to 11 logits")
    twin = quantization_aware(network, to_inputs(mnist.train.images[:128]))
    print(f"train/qat.py: its twin simulates int8 in {len(twin.layers)} layers")
    recipe = dataclasses.replace(
        RECIPES["quick"], float_epochs=1, qat_epochs=1, views=1, batch_size=32, train_limit=IMAGES
    )
    print(f"train/recipe.py: one epoch of {IMAGES} images at learning rate {recipe.learning_rate:g}, ", end="")
    print(f"one of the twin at {recipe.qat_learning_rate:g}")
    with tempfile.TemporaryDirectory() as folder:
        trained = train(mnist, recipe, SEED, Backup(Path(folder), recipe, SEED, mnist.sha256, strategy))
    flatbuffer = to_tflite(trained.twin, "int8")
    print(f"convert/keras_to_tflite.py: the trained twin as an int8 model, {len(flatbuffer) / 1024:.1f} KiB")
    opened = open_interpreter(flatbuffer)
    dtype = np.dtype(opened.interpreter.get_input_details()[0]["dtype"])
    print(f"edge_app/model/runtime.py: {opened.runtime} runs it, its input is {dtype.name}")
    classifier = DigitClassifier(parse_model(embed_contract(flatbuffer, ModelContract())))
    print("edge_app/model/classifier.py: test digits, classified as on the Pi")
    for image, label in zip(mnist.test.images[:HANDFUL], mnist.test.labels[:HANDFUL], strict=True):
        found = classifier.classify(image)
        shown = "?" if found.label is None else found.label
        print(f"  a {label} is read as {shown}, confidence {found.confidence:.2f}")
    test = mnist.test.head(2000)
    child, parent = classifier.classify_batch(test.images).digits, predict(trained.model, test.images)[:, :10].argmax(1)
    accuracy = float(np.mean(child == test.labels))
    print(f"of {len(test)} test digits int8 reads {accuracy:.1%}, float {np.mean(parent == test.labels):.1%}; ", end="")
    print(f"both name the same digit on {np.mean(child == parent):.1%}")
    return 0 if accuracy >= MIN_ACCURACY else 1


if __name__ == "__main__":
    sys.exit(main())
