"""What a command says to flags before it looks at anything else."""

from collections.abc import Callable, Sequence

import pytest


def refusal(parse: Callable[[Sequence[str]], object], line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The complaint about a line that is refused, in one line behind the usage; "" if the line is taken."""
    code: object = 0
    try:
        parse(line.split())
    except SystemExit as stop:
        code = stop.code
    error = capsys.readouterr().err
    assert (code, error.count("\n")) in {(0, 0), (2, 2)}
    return error.splitlines()[1] if code else ""
