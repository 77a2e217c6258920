"""What the doctor finds."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "absent", "warning", "failure"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: what it is, such as "camera".
        status: "failure" if reading cannot work so, "warning" if it works badly, "absent" if something is merely not
            there that not everybody needs, such as a broker.
        found: what is there.
        mend: what to do, "" if there is nothing to mend; for what is absent, if it is wanted.
    """

    name: str
    status: Status
    found: str
    mend: str = ""


def ok(name: str, found: str) -> Finding:
    """Nothing to mend."""
    return Finding(name, "ok", found)


def absent(name: str, found: str, mend: str = "") -> Finding:
    """Not there, and only for some uses needed."""
    return Finding(name, "absent", found, mend)


def warning(name: str, found: str, mend: str) -> Finding:
    """It works, but."""
    return Finding(name, "warning", found, mend)


def failure(name: str, found: str, mend: str) -> Finding:
    """Reading cannot work so."""
    return Finding(name, "failure", found, mend)
