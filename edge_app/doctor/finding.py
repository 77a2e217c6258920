"""What the doctor finds."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "absent", "warning", "failure"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: what it is, such as "camera".
        status: "failure" if reading will not work, "warning" if it works badly, "absent" if something optional,
            such as a broker, is not there.
        found: what is there.
        fix: what to do, "" if there is nothing to fix; for what is absent, if it is wanted.
    """

    name: str
    status: Status
    found: str
    fix: str = ""


def ok(name: str, found: str) -> Finding:
    """Nothing to fix."""
    return Finding(name, "ok", found)


def absent(name: str, found: str, fix: str = "") -> Finding:
    """Not there, and needed only for some uses."""
    return Finding(name, "absent", found, fix)


def warning(name: str, found: str, fix: str) -> Finding:
    """It works, but."""
    return Finding(name, "warning", found, fix)


def failure(name: str, found: str, fix: str) -> Finding:
    """Reading will not work."""
    return Finding(name, "failure", found, fix)
