"""What a computer is, and how hot and throttled it is: a Raspberry Pi reports all of it, others a part."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

MODEL_PATH = Path("proc/device-tree/model")
TEMPERATURE_PATH = Path("sys/class/thermal/thermal_zone0/temp")
FREQUENCY_PATH = Path("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq")

# Bits of `vcgencmd get_throttled`; the same ones 16 higher say that it has happened since the start.
THROTTLED_BITS = ("under-voltage", "frequency capped", "throttled", "soft temperature limit")
SINCE_START = 16
# What decides how fast pages are read, by the names they are installed under.
PACKAGES = ("ai-edge-litert", "tflite-runtime", "numpy", "opencv-python-headless", "pillow")


@dataclass(frozen=True)
class Machine:
    """What was measured on.

    Attributes:
        name: a board's own name for itself, else the kind of processor.
        cores: as the operating system counts them.
        python: version.
        packages: version by package.
    """

    name: str
    cores: int
    python: str
    packages: dict[str, str]


@dataclass(frozen=True)
class Condition:
    """State of the processor at one moment; None where the machine does not report it.

    Attributes:
        temperature_c: degrees Celsius.
        frequency_mhz: of the first core.
        throttled: what holds it back ("under-voltage now") or has since it was started ("throttled before").
    """

    temperature_c: float | None
    frequency_mhz: float | None
    throttled: tuple[str, ...] | None


def this_machine(root: Path = Path("/")) -> Machine:
    """Describes this machine; its files are looked up under root."""
    board = (_read(root / MODEL_PATH) or "").strip("\0\n ")
    packages = {}
    for package in PACKAGES:
        try:
            packages[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return Machine(board or platform.machine(), os.cpu_count() or 1, platform.python_version(), packages)


def condition_now(root: Path = Path("/")) -> Condition:
    """Looks at temperature, frequency and throttling; the files are looked up under root."""
    return Condition(_number(root / TEMPERATURE_PATH), _number(root / FREQUENCY_PATH), _throttled())


def decode_throttled(bits: int) -> tuple[str, ...]:
    """What a Raspberry Pi's throttling bits say, e.g. 0x10001: ("under-voltage now", "under-voltage before")."""
    return tuple(
        f"{name} {when}"
        for shift, when in ((0, "now"), (SINCE_START, "before"))
        for bit, name in enumerate(THROTTLED_BITS, shift)
        if bits >> bit & 1
    )


def _throttled() -> tuple[str, ...] | None:
    command = shutil.which("vcgencmd")
    if command is None:
        return None
    try:
        done = subprocess.run([command, "get_throttled"], capture_output=True, text=True, timeout=5, check=True)
        name, _, bits = done.stdout.partition("=")
        return decode_throttled(int(bits, 16)) if name == "throttled" else None
    except (OSError, subprocess.SubprocessError, ValueError):  # there, but not on a Raspberry Pi
        return None


def _number(path: Path) -> float | None:
    """A file in thousandths (of a degree, or of a MHz)."""
    try:
        return int(_read(path) or "") / 1000
    except ValueError:
        return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None
