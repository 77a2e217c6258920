"""The unit under a real systemd, in a Debian that is booted for it."""

import json
import os
import subprocess
from typing import Any

import pytest

from convert.report.card import ROOT
from tests.parts import require

# A root file system is made first; and an emulated computer takes its time.
pytestmark = pytest.mark.slow

RUN = ROOT / "tests" / "booted" / "run"
ALLOWED = {"write to the state folder", "write to /tmp", "open a network socket"}


@pytest.fixture(scope="module")
def steps() -> dict[str, dict[str, Any]]:
    """What tests/booted/unit.py found, by step."""
    require(["debootstrap", "qemu-system-x86_64", "mke2fs"], as_root=True)
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    command = [str(RUN), str(ROOT), "python3", "tests/booted/unit.py"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {record.pop("step"): record for record in found}


def test_it_starts_and_is_watched(steps: dict[str, dict[str, Any]]) -> None:
    """READY ends `systemctl start`; after standing still and being killed it starts again; stopping leaves nothing."""
    start, watchdog, killed, stop = (steps[name] for name in ("start", "watchdog", "killed", "stop"))
    assert (start["ActiveState"], start["healthz"]) == ("active", 200)
    assert start["StatusText"].startswith("reading /src/tests/pages/example.jpg")
    assert (watchdog["ActiveState"], watchdog["restarts"]) == ("active", 1)
    assert any("Watchdog timeout" in line for line in watchdog["journal"])
    assert (killed["ActiveState"], killed["restarts"]) == ("active", 1)
    assert (stop["ActiveState"], stop["Result"], stop["left"]) == ("inactive", "success", "")


def test_its_memory_is_bounded_and_a_child_that_outgrows_it_ends_alone(steps: dict[str, dict[str, Any]]) -> None:
    """Such as the trial of a hostile model: systemd by itself would stop the whole unit."""
    assert int(steps["start"]["kernel_memory_max"]) == 600 << 20
    assert steps["memory"] == {
        **steps["memory"],
        "eater_ended_by": "SIGKILL",
        "app_goes_on": True,
        "ActiveState": "active",
    }


def test_it_is_fenced_in(steps: dict[str, dict[str, Any]]) -> None:
    """What a process under the unit can do is what it is meant to, and no more."""
    inside = steps["inside"]
    assert {name for name, found in inside.items() if found == "done"} == ALLOWED
    assert len(inside) > 25
    assert {inside[name].strip("0") for name in ("CapEff", "CapBnd")} == {""}
    assert (inside["NoNewPrivs"], inside["Seccomp"]) == ("1", "2")
    assert float(steps["security"]["overall"].split(":")[1].split()[0]) <= 3.0
