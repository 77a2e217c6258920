"""The app's unit under a real systemd, as root in a booted Debian: `tests/booted/run . python3 tests/booted/unit.py`.

Prints one line for each step as it was found, as JSON: {"step": NAME, ...}. It judges nothing: the test does.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

UNIT = "digits"
PAGE = "/src/tests/pages/example.jpg"
PORT = 8080
DROP_IN = Path(f"/etc/systemd/system/{UNIT}.service.d/test.conf")
CGROUP = Path(f"/sys/fs/cgroup/system.slice/{UNIT}.service")
# What an emulated computer needs longer for than a Raspberry Pi.
SLOW = "TimeoutStartSec=300"
EATER = "import sys; sys.stdin.readline(); b = bytearray(1 << 30); b[::4096] = b'x' * len(b[::4096])"


def main() -> None:
    """Installs the unit and lives through it."""
    subprocess.run(["useradd", "--system", "--groups", "video", "--home-dir", "/nonexistent", UNIT], check=True)
    command = [sys.executable, "-m", "edge_app", "service", "--user", UNIT, "--"]
    text = subprocess.run([*command, "--camera", PAGE, "--preview-port", str(PORT)], stdout=-1, check=True).stdout
    Path(f"/etc/systemd/system/{UNIT}.service").write_bytes(text)
    for step in (start, inside, security, watchdog, killed, memory, stop):
        started_s = time.monotonic()
        found = {"step": step.__name__, **step()}
        print(json.dumps({**found, "took_s": round(time.monotonic() - started_s, 1)}), flush=True)


def start() -> dict[str, Any]:
    """`systemctl start` comes back once the app has said READY."""
    drop_in(SLOW, f"ExecStartPre={sys.executable} /src/tests/booted/inside.py")
    systemctl("start", UNIT)
    return {**shown("ActiveState", "StatusText", "MemoryMax"), "healthz": health(), "kernel_memory_max": limit()}


def inside() -> dict[str, Any]:
    """What a process under the unit could do."""
    found: dict[str, Any] = json.loads(Path(f"/var/lib/{UNIT}/inside.json").read_text())
    drop_in(SLOW)
    return found


def security() -> dict[str, Any]:
    """How systemd itself rates the running unit's exposure: 0 none, 10 all."""
    command = ["systemd-analyze", "security", "--no-pager", f"{UNIT}.service"]
    lines = subprocess.run(command, stdout=-1, text=True, check=True)
    return {"overall": lines.stdout.strip().splitlines()[-1]}


def watchdog() -> dict[str, Any]:
    """The app stands still: systemd ends it and starts it again."""
    return restarted(lambda pid: os.kill(pid, signal.SIGSTOP))


def killed() -> dict[str, Any]:
    """The app is killed."""
    return restarted(lambda pid: os.kill(pid, signal.SIGKILL))


def memory() -> dict[str, Any]:
    """A process of the unit that offers itself takes 1 GiB, as the trial of a hostile model might."""
    # An app that still starts takes memory, too: the kernel might end it as well while it frees the first one's.
    health()
    before = shown("MainPID", "NRestarts")
    with subprocess.Popen([sys.executable, "-c", EATER], stdin=subprocess.PIPE) as eater:
        (CGROUP / "cgroup.procs").write_text(str(eater.pid))
        Path(f"/proc/{eater.pid}/oom_score_adj").write_text("1000")
        eater.communicate(b"\n")
    # Where the whole unit is to stop for it, that is under way by then.
    time.sleep(10)
    same = shown("MainPID", "NRestarts") == before
    found = {"eater_ended_by": signal.Signals(-eater.returncode).name, "app_goes_on": same, **shown("ActiveState")}
    return found if same else {**found, "journal": journal().splitlines()[-10:]}


def stop() -> dict[str, Any]:
    """`systemctl stop`: nothing is left."""
    systemctl("stop", UNIT)
    left = (CGROUP / "cgroup.procs").read_text() if CGROUP.exists() else ""
    return {**shown("ActiveState", "Result"), "left": left}


def restarted(harm: Callable[[int], None]) -> dict[str, Any]:
    """Harms the app; what came of it, once another is active."""
    before = shown("MainPID", "NRestarts")
    harm(int(before["MainPID"]))
    end_s = time.monotonic() + 300
    while time.monotonic() < end_s:
        now = shown("MainPID", "ActiveState", "NRestarts")
        if now["ActiveState"] == "active" and now["MainPID"] != before["MainPID"]:
            break
        time.sleep(1)
    told = [line for line in journal().splitlines() if "Watchdog timeout" in line or "Failed with result" in line]
    return {**now, "restarts": int(now["NRestarts"]) - int(before["NRestarts"]), "journal": told[-2:]}


def journal() -> str:
    """The last lines that the unit and systemd wrote of it."""
    command = ["journalctl", "-u", UNIT, "-o", "cat", "--no-pager", "-n", "40"]
    return subprocess.run(command, stdout=-1, text=True, check=True).stdout


def drop_in(*lines: str) -> None:
    """What the unit has here beside its own."""
    DROP_IN.parent.mkdir(exist_ok=True)
    DROP_IN.write_text("\n".join(["[Service]", *lines, ""]))
    systemctl("daemon-reload")


def systemctl(*arguments: str) -> None:
    """Runs systemctl; what the unit said goes out where it fails."""
    done = subprocess.run(["systemctl", *arguments], check=False)
    if done.returncode:
        subprocess.run(["journalctl", "-u", UNIT, "--no-pager", "-n", "40"], check=False)
        raise SystemExit(f"systemctl {' '.join(arguments)}: exit code {done.returncode}")


def shown(*names: str) -> dict[str, str]:
    """Properties of the unit."""
    text = subprocess.run(["systemctl", "show", UNIT, "-p", ",".join(names)], stdout=-1, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in text.splitlines())


def health() -> int:
    """What /healthz answers; an emulated computer is behind at first."""
    status, end_s = 0, time.monotonic() + 600
    while status != 200 and time.monotonic() < end_s:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=60) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
            time.sleep(1)
    return status


def limit() -> str:
    """What the kernel was told."""
    return (CGROUP / "memory.max").read_text().strip()


if __name__ == "__main__":
    main()
