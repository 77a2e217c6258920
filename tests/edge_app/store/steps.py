"""Ends a piece of work by SIGKILL before any one of its steps."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

# What changes files; between two of these a kill leaves what it would before the second.
CHANGING = {"open", "mkdir", "write", "flush", "close", "fsync", "chmod", "rename", "replace", "unlink", "flock"}


def killed_before(step: int, work: Callable[[], object], every_call: bool = False) -> bool:
    """Runs the work in a forked process that is killed before a step.

    Args:
        step: 0 is the first call that can change files.
        work: what is done.
        every_call: counts every call of a function written in C.

    Returns:
        True if it was killed, False if it had fewer steps and has ended well.

    Raises:
        RuntimeError: it failed.
    """
    done = 0

    def count(_frame: Any, event: str, function: Any) -> None:
        nonlocal done
        if event == "c_call" and (every_call or function.__name__ in CHANGING):
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)
            done += 1

    def watched() -> None:
        sys.setprofile(count)
        try:
            work()
        finally:
            sys.setprofile(None)

    return was_killed(os.waitpid(start(watched), 0)[1])


def start(work: Callable[[], object]) -> int:
    """Forks a process that does the work; returns its id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def was_killed(status: int) -> bool:
    """What os.waitpid tells: True for SIGKILL, False for a good end; raises RuntimeError for a bad one."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if status != 0:
        raise RuntimeError(f"expected a good end or SIGKILL, got status {status}")
    return False
