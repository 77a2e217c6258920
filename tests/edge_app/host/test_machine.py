"""What a computer tells about itself."""

import os
from pathlib import Path

import pytest

from edge_app.host.machine import (
    FREQUENCY_PATH,
    MODEL_PATH,
    TEMPERATURE_PATH,
    Condition,
    condition_now,
    decode_throttled,
    this_machine,
)


@pytest.mark.parametrize(
    ("bits", "said"),
    [
        (0x0, ()),
        (0x1, ("under-voltage now",)),
        (0x8, ("soft temperature limit now",)),
        (0x50005, ("under-voltage now", "throttled now", "under-voltage before", "throttled before")),
        (0x20000, ("frequency capped before",)),
        (0xE0, ()),
    ],
)
def test_throttling_bits(bits: int, said: tuple[str, ...]) -> None:
    """Bits 0 to 3 are now, 16 to 19 since the start; others mean nothing."""
    assert decode_throttled(bits) == said


def vcgencmd(folder: Path, script: str) -> None:
    """A vcgencmd as the first command of that name."""
    command = folder / "vcgencmd"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)


def put(root: Path, path: Path, text: str) -> None:
    """A file of a small system under root."""
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(text)


def test_a_raspberry_pi_tells_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The board's name without its final zero, degrees, MHz and throttling."""
    put(tmp_path, MODEL_PATH, "Raspberry Pi 4 Model B Rev 1.4\0")
    put(tmp_path, TEMPERATURE_PATH, "48312\n")
    put(tmp_path, FREQUENCY_PATH, "1500000\n")
    vcgencmd(tmp_path, "echo throttled=0x50000")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert this_machine(tmp_path).name == "Raspberry Pi 4 Model B Rev 1.4"
    assert condition_now(tmp_path) == Condition(48.312, 1500.0, ("under-voltage before", "throttled before"))


@pytest.mark.parametrize("script", ["exit 255", "echo error=1", "echo VCHI initialization failed"])
def test_what_a_machine_does_not_tell_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """No files, or a vcgencmd on something else than a Pi: no guess."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert condition_now(tmp_path) == Condition(None, None, None)
    put(tmp_path, TEMPERATURE_PATH, "no number")
    vcgencmd(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    assert condition_now(tmp_path) == Condition(None, None, None)


def test_this_machine_names_its_packages(tmp_path: Path) -> None:
    """Without a board's name the kind of processor; what was measured with, by version."""
    machine = this_machine(tmp_path)
    assert machine.name == os.uname().machine
    assert machine.cores >= 1
    assert {"numpy", "pillow"} <= set(machine.packages)
