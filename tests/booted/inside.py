"""What a process under the unit can do; it runs as an ExecStartPre of the unit, and leaves JSON in the state folder.

Each attempt is told as "done", or by the error, or by the signal that ended it: forbidden system calls end a process.
"""

import ctypes
import json
import os
import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)


def written(path: str, text: str = "x") -> Callable[[], object]:
    """Writes a file."""
    return lambda: Path(path).write_text(text)


def called(name: str, *arguments: object) -> Callable[[], object]:
    """Calls a function of the C library that gives less than 0 where it fails."""

    def call() -> None:
        if getattr(LIBC, name)(*arguments) < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    return call


def set_uid_bit() -> None:
    """Makes a program that runs as its owner."""
    path = Path(os.environ["STATE_DIRECTORY"], "program")
    path.touch()
    path.chmod(stat.S_ISUID | 0o755)


def open_device(path: str) -> Callable[[], object]:
    """Opens a device."""
    return lambda: os.close(os.open(path, os.O_RDONLY))


ATTEMPTS: dict[str, Callable[[], object]] = {
    "write to the state folder": written(os.environ["STATE_DIRECTORY"] + "/x"),
    "write to /tmp": written("/tmp/x"),
    **{
        f"write to {path}": written(f"{path}/digits")
        for path in ("/etc", "/usr", "/src", "/var/tmp/..", "/home", "/root", "/")
    },
    "open /dev/vda": open_device("/dev/vda"),
    "open /dev/kmsg": open_device("/dev/kmsg"),
    "open /dev/mem": open_device("/dev/mem"),
    "set a kernel parameter": written("/proc/sys/kernel/panic", "1"),
    "write to the control groups": written("/sys/fs/cgroup/cgroup.procs", "0"),
    "see process 1": lambda: Path("/proc/1/cmdline").read_text(),
    "signal process 1": lambda: os.kill(1, signal.SIGHUP),
    "open a raw socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
    "open a network socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close(),
    "make a namespace": called("unshare", 0x10000000),
    "mount": called("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "set the clock": called("settimeofday", ctypes.create_string_buffer(16), None),
    "set the host's name": called("sethostname", b"x", 1),
    "set another personality": called("personality", 0x0008),
    "make a set-user-id program": set_uid_bit,
    "become root": lambda: os.setuid(0),
}


def tried(attempt: Callable[[], object]) -> str:
    """What became of an attempt, in a process of its own."""
    child = os.fork()
    if not child:
        try:
            attempt()
        except OSError as error:
            os._exit(error.errno or 255)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return signal.Signals(-code).name if code < 0 else os.strerror(code) if code else "done"


def main() -> None:
    """Tries everything."""
    found = {name: tried(attempt) for name, attempt in ATTEMPTS.items()}
    status = dict(line.split(":\t") for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    found |= {name: status[name].strip() for name in ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp", "Uid")}
    Path(os.environ["STATE_DIRECTORY"], "inside.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main()
