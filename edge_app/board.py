"""The board that this runs on: its name, how warm it is, and whether it is slowed down."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

_MODEL = Path("/proc/device-tree/model")
_TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")
_FREQUENCY = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq")
_PACKAGES = ("numpy", "opencv-python-headless", "ai-edge-litert", "tflite-runtime", "digits-edge")
# Bits of `vcgencmd get_throttled`, as Raspberry Pi documents them; 16 higher: since the start.
_THROTTLED = ("under-voltage", "frequency capped", "throttled", "soft temperature limit")


def board_facts() -> dict[str, Any]:
    """Name, number of CPUs, versions."""
    versions: dict[str, str | None] = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    model = (_read(_MODEL) or "").rstrip("\0") or platform.machine()
    return {"board": model, "cpus": os.cpu_count(), "python": platform.python_version(), "versions": versions}


def board_state() -> dict[str, Any]:
    """Temperature in degrees Celsius, clock in MHz, and what slows a Raspberry Pi down; None where that is not told."""
    temperature, frequency = _read(_TEMPERATURE), _read(_FREQUENCY)
    return {
        "temperature_c": int(temperature) / 1000 if temperature else None,
        "clock_mhz": int(frequency) / 1000 if frequency else None,
        "throttled": _throttled(),
    }


def decode_throttled(text: str) -> list[str]:
    """The states in the answer of `vcgencmd get_throttled`, such as "throttled=0x50005"; raises ValueError."""
    bits = int(text.strip().rpartition("=")[2], 16)
    now = [state for bit, state in enumerate(_THROTTLED) if bits >> bit & 1]
    return now + [f"{state} since the start" for bit, state in enumerate(_THROTTLED) if bits >> (bit + 16) & 1]


def _throttled() -> list[str] | None:
    command = shutil.which("vcgencmd")
    if command is None:
        return None
    try:
        answer = subprocess.run([command, "get_throttled"], capture_output=True, text=True, timeout=5, check=True)
        return decode_throttled(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None
