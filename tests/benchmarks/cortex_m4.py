"""Instructions of ink, normalisation, network and reading on a Cortex-M4 that QEMU emulates."""

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.convert.microcontroller.compiled import Compiled
from train.data.mnist import load_mnist
from train.plots import new_figure, png_bytes

FLAGS = ("-mcpu=cortex-m4", "-mthumb", "-Os", "-Wall", "-Wextra", "-Werror")
HERE = Path(__file__).parent
# How often each pixel of a test digit is repeated: boxes of 28, 56 and 112 pixels.
FACTORS = (1, 2, 4)
# What the program prints for each box.
STEPS = ("ink", "normalisation", "network", "reading")


def instructions(sources: Path, build: Path, picture: Path | None = None) -> dict[int, dict[str, int]]:
    """Instructions by step, by the side of the box in pixels.

    Args:
        sources: of `convert --c-array`.
        build: a folder for what is compiled.
        picture: where the steps of the largest box are drawn, or None.

    Raises:
        ValueError: the emulated processor's image, outputs or digit are not this machine's.
    """
    compiled, frames = Compiled(sources, build), _frames()
    (build / "frames.h").write_text(_header(frames))
    program = build / "digits.elf"
    files = [HERE / "cortex_m4.c", *sorted(sources.glob("*.c"))]
    link = [
        "-nostartfiles",
        "-Wl,--no-warn-rwx-segments",
        "-T",
        str(HERE / "cortex_m4.ld"),
        f"-I{sources}",
        f"-I{build}",
    ]
    subprocess.run(["arm-none-eabi-gcc", *FLAGS, "-std=gnu99", *link, *map(str, files), "-o", str(program)], check=True)
    machine = ["-M", "mps2-an386", "-nographic", "-semihosting", "-icount", "shift=0", "-kernel", str(program)]
    done = subprocess.run(
        ["qemu-system-arm", *machine], check=True, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )
    rows = [[int(number) for number in line.split()] for line in done.stdout.splitlines() if line[:1].isdigit()]
    for frame, (side, *_, checksum, digit) in zip(frames, rows, strict=True):
        image = _normalised(compiled, frame)
        outputs = compiled.network(image)
        expected = _checksum(np.concatenate([image.ravel(), outputs.view(np.uint8)])), compiled.read(outputs)[1]
        if (checksum, digit) != expected:
            raise ValueError(f"expected {expected} of a box of {side} pixels, got {(checksum, digit)}")
    found = {row[0]: dict(zip(STEPS, row[1:5], strict=True)) for row in rows}
    if picture is not None:
        picture.write_bytes(_drawn(compiled, frames[-1], found[len(frames[-1])]))
    return found


def _drawn(compiled: Compiled, frame: NDArray[np.uint8], counts: dict[str, int]) -> bytes:
    """The grey box, its ink, the network's image and its outputs, each with what it takes: PNG."""
    ink = frame.copy()
    compiled.find_ink(ink)
    image = compiled.normalise(ink)[1]
    outputs = compiled.network(image)
    _, digit, confidence = compiled.read(outputs)
    figure = new_figure((9, 2.6))
    views = figure.subplots(1, 4)
    titles = (f"camera, {len(frame)}x{len(frame)}", f"ink: {counts['ink'] / 1e6:.2f} million",
              f"28x28: {counts['normalisation'] / 1e6:.2f} million")  # fmt: skip
    for view, shown, title in zip(views, (frame, 255 - ink, 255 - image), titles, strict=False):
        view.imshow(shown, cmap="gray", vmin=0, vmax=255)
        view.set_title(title, fontsize=9)
        view.set_axis_off()
    views[3].bar(range(len(outputs)), outputs.astype(int) + 128, color="black")
    views[3].set_xticks(range(len(outputs)), [*map(str, range(10)), "none"], fontsize=7)
    views[3].set_yticks([])
    views[3].set_title(f"network: {counts['network'] / 1e6:.1f} million", fontsize=9)
    views[3].set_xlabel(f"{digit}, {100 * confidence:.0f} %", fontsize=9)
    figure.suptitle("Instructions on an emulated Cortex-M4", fontsize=10)
    return png_bytes(figure)


def _frames() -> list[NDArray[np.uint8]]:
    digit = load_mnist().test.images[0]
    random = np.random.default_rng(4)
    boxes = (digit.repeat(factor, axis=0).repeat(factor, axis=1).astype(float) for factor in FACTORS)
    return [np.clip(190 - 0.6 * box + random.normal(0, 4, box.shape), 0, 255).astype(np.uint8) for box in boxes]


def _normalised(compiled: Compiled, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ink = frame.copy()
    compiled.find_ink(ink)
    return compiled.normalise(ink)[1]


def _checksum(values: NDArray[np.uint8]) -> int:
    found = 0
    for value in values.tolist():
        found = (found * 31 + value) % 2**32
    return found


def _header(frames: list[NDArray[np.uint8]]) -> str:
    lines = [
        "#include <stdint.h>",
        f"enum {{ FRAME_COUNT = {len(frames)}, FRAME_MAX_PX = {max(len(frame) for frame in frames)} }};",
        "typedef struct { int side; const uint8_t *pixels; } frame;",
    ]
    for index, frame in enumerate(frames):
        lines.append(f"static const uint8_t pixels_{index}[] = {{{', '.join(map(str, frame.ravel().tolist()))}}};")
    rows = (f"{{{len(frame)}, pixels_{index}}}" for index, frame in enumerate(frames))
    return "\n".join([*lines, f"static const frame frames[] = {{{', '.join(rows)}}};"]) + "\n"
