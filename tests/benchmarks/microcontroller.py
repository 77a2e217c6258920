"""What the digit network takes on a microcontroller, and whether it reads there what it reads here.

`python tests/benchmarks/microcontroller.py [MODEL] [--picture PNG]` prints, as far as the parts are there: agreement
of tflite-micro with the other runtimes over MNIST's 10,000 test images, its arena and operators (`pip install
.[micro]`); how the C normalisation differs from Python's over 10,000 crops (gcc); flash and RAM on a Cortex-M4
(arm-none-eabi-gcc); and instructions a digit of ink, normalisation, network and reading on an emulated one
(qemu-system-arm), which --picture draws.
"""

import argparse
import functools
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from convert.microcontroller.c_array import take_apart
from convert.microcontroller.export import write_sources
from convert.prove.micro import is_installed, run_micro
from convert.prove.runtimes import installed_runtimes, logits_on_runtime
from edge_app.model.classifier import read_logits
from edge_app.model.file import read_model, shipped_model_path
from edge_app.page.normalise import normalise
from tests.benchmarks.cortex_m4 import FLAGS, instructions
from tests.convert.microcontroller.compiled import Compiled
from tests.convert.microcontroller.crops import crops
from tests.parts import find_program
from train.data.mnist import load_mnist

CROPS = 10_000
NETWORK_IMAGES = 2000


def print_agreement(path: Path) -> None:
    """tflite-micro beside each runtime that is installed."""
    file, test = read_model(path), load_mnist().test
    model = take_apart(file, path.name)
    run = run_micro(model.flatbuffer, test.images)
    own = read_logits(run.logits, file.contract)
    accuracy = 100 * (own.digits == test.labels).mean()
    print(f"tflite-micro: {accuracy:.2f} % of {len(test.images):,} test images, arena {run.arena_bytes:,} bytes")
    print(f"operators: {', '.join(model.operators)}")
    for runtime in installed_runtimes():
        logits = logits_on_runtime(runtime, file.content, {"test": test.images})["test"]
        other = read_logits(logits, file.contract)
        agreement = 100 * (own.digits == other.digits).mean()
        labels = int((own.labels != other.labels).sum())
        steps = np.abs(run.logits - logits) / model.output[0]
        print(
            f"with {runtime}: same digit {agreement:.2f} %, other label or refusal {labels}, "
            f"outputs apart by at most {steps.max():.0f} of 255 steps, equal {100 * (steps < 0.5).mean():.2f} %"
        )


def print_network(sources: Path, build: Path, path: Path) -> None:
    """How far the network in C is from tflite-micro's."""
    compiled, file, images = Compiled(sources, build), read_model(path), load_mnist().test.head(NETWORK_IMAGES).images
    scale, zero_point = take_apart(file, path.name).output
    outputs = np.stack([compiled.network(image) for image in images]).astype(np.float32)
    apart = np.abs((outputs - zero_point) * np.float32(scale) - run_micro(file.flatbuffer, images).logits) / scale
    equal = int((apart.max(axis=1) < 0.5).sum())
    told = f"{equal:,} of {len(images):,} images bit for bit as tflite-micro, at most {apart.max():.0f} steps apart"
    print(f"network in C: {told}")


def print_normalisation(sources: Path, build: Path) -> None:
    """How far C is from Python."""
    compiled = Compiled(sources, build)
    apart = [int(np.abs(compiled.normalise(crop)[1].astype(int) - normalise(crop)).max()) for crop in crops(CROPS)]
    print(f"normalisation: {apart.count(0):,} of {CROPS:,} crops bit for bit, at most {max(apart)} greys apart")


def print_sizes(sources: Path, build: Path) -> None:
    """Flash (text) and RAM (data and bss) of each source on a Cortex-M4; the arena comes on top."""
    objects = []
    for path in sorted([*sources.glob("*.c"), *sources.glob("*.cc")]):
        compiler, standard = ("gcc", "c99") if path.suffix == ".c" else ("g++", "c++11")
        target = build / f"{path.stem}.o"
        subprocess.run(
            [f"arm-none-eabi-{compiler}", *FLAGS, f"-std={standard}", "-c", str(path), "-o", str(target)], check=True
        )
        objects.append(target.name)
    subprocess.run(["arm-none-eabi-size", "--totals", *objects], cwd=build, check=True)


def print_instructions(sources: Path, build: Path, picture: Path | None) -> None:
    """Instructions a digit, by the size of the box."""
    for side, counts in instructions(sources, build, picture).items():
        told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        print(f"instructions on an emulated Cortex-M4, box of {side}x{side}: {told}")


def main() -> int:
    """Prints it all, and what was left out."""
    parser = argparse.ArgumentParser(description="Measures the digit network on a microcontroller.")
    parser.add_argument("model", type=Path, nargs="?", default=shipped_model_path())
    parser.add_argument("--picture", type=Path, metavar="PNG", help="draws the chain on the emulated Cortex-M4")
    options = parser.parse_args()
    path = options.model
    with tempfile.TemporaryDirectory() as folder:
        sources, build = Path(folder, "sources"), Path(folder, "build")
        build.mkdir()
        write_sources(path, sources)
        if is_installed():
            print_agreement(path)
            if find_program("gcc"):
                print_network(sources, build, path)
        else:
            print("tflite-micro: not installed")
        for step, needed in (
            (print_normalisation, "gcc"),
            (print_sizes, "arm-none-eabi-g++"),
            (functools.partial(print_instructions, picture=options.picture), "qemu-system-arm"),
        ):
            if find_program(needed):
                step(sources, build)
            else:
                print(f"{needed}: not installed")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
