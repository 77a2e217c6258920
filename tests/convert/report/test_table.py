"""What `python -m convert` prints."""

from rich.console import Console

from convert.prove.inspection import inspect_model
from convert.report.table import operator_table
from edge_app.model.file import read_model, shipped_model_path


def test_operators_fit_a_terminal_of_80_columns() -> None:
    """No number is cut short."""
    console = Console(width=80)
    with console.capture() as printed:
        console.print(operator_table(inspect_model(read_model(shipped_model_path()).content)))
    assert "-128 " in printed.get()
    assert "…" not in printed.get()
