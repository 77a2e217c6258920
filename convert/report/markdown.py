"""Tables in Markdown, as the card has them."""

from collections.abc import Iterable, Sequence


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with its heading, one line a row."""
    return "".join(f"| {' | '.join(row)} |\n" for row in (titles, ["---"] * len(titles), *rows))


def percent(value: float | None, decimals: int = 2) -> str:
    """A number with its unit; "n/a" for None."""
    return "n/a" if value is None else f"{value:.{decimals}f} %"
