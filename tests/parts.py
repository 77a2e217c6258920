"""Parts that tests need beside Python's packages: missing ones skip a test on a user's machine, and fail it in CI.

$CI_PARTS=1 promises that they are there; $CI_PARTS=0 hides them, as if none was installed.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

SBIN = ("/usr/sbin", "/sbin", "/usr/local/sbin")
# Programs, and the packages of Debian that have what their tests need.
PACKAGES = {
    "arm-none-eabi-g++": "gcc-arm-none-eabi libnewlib-arm-none-eabi",
    "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi",
    "chromium": "chromium",
    "debootstrap": "debootstrap",
    "gcc": "gcc libc6-dev",
    "java": "default-jre-headless",
    "kotlinc": "kotlin libandroid-json-java",
    "mke2fs": "e2fsprogs",
    "mosquitto": "mosquitto",
    "mosquitto_passwd": "mosquitto",
    "mount": "mount",
    "node": "nodejs",
    "npm": "npm",
    "openssl": "openssl",
    "qemu-aarch64-static": "qemu-user-static",
    "qemu-system-x86_64": "qemu-system-x86",
    "systemd-analyze": "systemd",
    "unzip": "unzip",
    "update-binfmts": "binfmt-support",
}
NEEDS, ROOT_ACCOUNT = "needs ", "root"


def require(programs: Iterable[str], as_root: bool = False) -> None:
    """Skips the test, saying why, unless the programs are there; where CI_PARTS=1 promises them, it fails instead."""
    missing = [program for program in programs if find_program(program) is None]
    if as_root and os.geteuid() != 0:
        missing.append(ROOT_ACCOUNT)
    if missing and os.environ.get("CI_PARTS") == "1":
        pytest.fail(f"expected {', '.join(missing)}, which .ci/run installs")
    if missing:
        pytest.skip(NEEDS + ", ".join(missing))


def find_program(name: str) -> Path | None:
    """A program of PACKAGES, on PATH or among those for root."""
    if os.environ.get("CI_PARTS") == "0":
        return None
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(SBIN))
    return None if found is None else Path(found)


def closing_line(reasons: Iterable[str]) -> str:
    """What was skipped, for the reasons of all skipped tests (one or more), and how to get it."""
    counts = Counter(reason.removeprefix("Skipped: ") for reason in reasons)
    told = ", ".join(_told(reason, count) for reason, count in counts.most_common())
    needed = {part for reason in counts if reason.startswith(NEEDS) for part in reason[len(NEEDS) :].split(", ")}
    packages = sorted({package for part in needed for package in PACKAGES.get(part, "").split()})
    steps = [f"apt install {' '.join(packages)}"] if packages else []
    steps += ["run them as root"] if ROOT_ACCOUNT in needed else []
    return f"skipped {counts.total()} tests: {told}" + (f"; to run them: {', '.join(steps)}" if steps else "")


def _told(reason: str, count: int) -> str:
    if not reason.startswith(NEEDS):
        return f"{count} ({reason})"
    return f"{count} need{'s' if count == 1 else ''} {reason[len(NEEDS) :]}"
