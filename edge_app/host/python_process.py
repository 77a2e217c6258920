"""Another Python that imports this very package, wherever it lies."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def python_command(*arguments: str) -> list[str]:
    """This interpreter with arguments; the folder that it is started in is not searched for modules."""
    return [sys.executable, "-P", *arguments]


def python_environment() -> dict[str, str]:
    """This process's environment, with this package's folder ahead on PYTHONPATH."""
    paths = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def run_python(*arguments: str, limit_s: float, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Runs another Python, if need be with bytes on standard input; raises subprocess.TimeoutExpired."""
    command, environment = python_command(*arguments), python_environment()
    return subprocess.run(command, input=given, capture_output=True, timeout=limit_s, check=False, env=environment)


def answer_of(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """The JSON that it printed last; raises CalledProcessError, whose stderr is the last line of its complaints."""
    try:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        complaint = "".join(done.stderr.decode(errors="replace").strip().splitlines()[-1:])
        raise subprocess.CalledProcessError(done.returncode, done.args, stderr=complaint) from error
    return answer
