"""Whether the computer is up to it: heat and power, memory, disk, ports, picamera2 beside numpy."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import socket
import sys
from pathlib import Path

from ..host.machine import condition_now
from .finding import Finding, absent, failure, ok, warning

LEAST_FREE_MB, LEAST_DISK_MB = 150, 200
HOT_C = 80.0
WEB_PORT, BROKER_PORT = 8080, 1883
APT_PACKAGES = Path("usr/lib/python3/dist-packages")


def check_heat_and_power(root: Path = Path("/")) -> Finding:
    """Temperature and throttling."""
    now = condition_now(root)
    reported = [f"{now.temperature_c:.0f} °C"] if now.temperature_c is not None else []
    reported += [f"{now.frequency_mhz:.0f} MHz"] if now.frequency_mhz is not None else []
    reported += [", ".join(now.throttled) or "not throttled"] if now.throttled is not None else []
    if not reported:
        return absent("power and heat", "this machine does not report it; a Raspberry Pi does")
    found = ", ".join(reported)
    if any("under-voltage" in each for each in now.throttled or ()):
        return warning("power and heat", found, "use the power supply made for this board, and a short cable")
    if (now.temperature_c or 0) >= HOT_C or any("now" in each for each in now.throttled or ()):
        return warning("power and heat", found, "add a heat sink or a fan, or lower --fps")
    return ok("power and heat", found)


def check_memory(root: Path = Path("/")) -> Finding:
    """Memory that is free or can be freed."""
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
        free_mb = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) // 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return absent("memory", "this machine does not report it")
    if free_mb < LEAST_FREE_MB:
        return warning("memory", f"{free_mb} MB free", f"{LEAST_FREE_MB} MB are needed: end other programs")
    return ok("memory", f"{free_mb:,} MB free")


def check_disk(folder: Path | None = None) -> Finding:
    """Disk that is free in the home folder."""
    folder = folder or Path.home()
    free_mb = shutil.disk_usage(folder if folder.exists() else "/").free // 2**20
    if free_mb < LEAST_DISK_MB:
        return warning("disk", f"{free_mb} MB free", "make room: undelivered readings are kept there")
    return ok("disk", f"{free_mb:,} MB free")


def check_web_port(host: str = "127.0.0.1", port: int = WEB_PORT) -> Finding:
    """Whether the web page's port is free."""
    name, use = f"port {port}", f"the web page (--preview-port {port})"
    if _answers(host, port):
        return warning(name, f"in use; wanted for {use}", "choose another --preview-port")
    return ok(name, f"free for {use}")


def check_broker(host: str = "127.0.0.1", port: int = BROKER_PORT) -> Finding:
    """Whether an MQTT broker is here; only as information."""
    if _answers(host, port):
        return ok("broker", f"something answers on port {port}, MQTT's")
    return absent("broker", f"none on this machine's port {port}; only --mqtt needs one, here or elsewhere")


def check_picamera2(root: Path = Path("/")) -> Finding:
    """On a Raspberry Pi: whether apt's picamera2 is seen from here, and still fits numpy."""
    name, apt = "picamera2", root / APT_PACKAGES
    there = (apt / "picamera2").exists()
    if importlib.util.find_spec("picamera2") is None:
        if there:
            fix = f"python3 -m venv --system-site-packages {sys.prefix}"
            return failure(name, "apt's is installed, but this venv does not see it", fix)
        if platform.machine() in {"aarch64", "armv7l"}:
            return warning(name, "not installed", "sudo apt install python3-picamera2, if it is a Pi's own camera")
        return absent(name, "not installed; only a Raspberry Pi's own camera needs it")
    ours, theirs = importlib.metadata.version("numpy"), _apt_version(apt, "numpy")
    if there and theirs is not None and theirs.split(".")[0] != ours.split(".")[0]:
        fix = f"pip uninstall numpy, then install with -c edge_app/constraints-pi.txt (apt's is {theirs})"
        return failure(name, f"built against numpy {theirs}, but numpy {ours} is in front of it", fix)
    return ok(name, f"importable, numpy {ours}")


def check_group(root: Path = Path("/")) -> Finding:
    """Whether this account may open a camera."""
    nodes = sorted((root / "dev").glob("video*"))
    if not nodes:
        return absent("permissions", "no /dev/video* here to open")
    if any(os.access(node, os.R_OK | os.W_OK) for node in nodes):
        return ok("permissions", "may open /dev/video*")
    return failure("permissions", "may not open /dev/video*", "sudo usermod -aG video $USER, then log in again")


def _answers(host: str, port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(0.5)
        return tried.connect_ex((host, port)) == 0


def _apt_version(apt: Path, package: str) -> str | None:
    found = next(iter(importlib.metadata.distributions(name=package, path=[str(apt)])), None)
    return None if found is None else found.version
