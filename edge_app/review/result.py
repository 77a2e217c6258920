"""What is looked through: the result of `batch --form` or `read --form`, part by part."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from ..forms.contrast import Grey
from ..forms.described import DescribedForm
from ..forms.fields import Field
from ..forms.number import number_of

# A field's state, and the likeliest text that the rules allow, or None.
Doubt = tuple[str, str | None]


@dataclass(frozen=True)
class PageRow:
    """What was read off one page.

    Attributes:
        source: its path or URL.
        page: its number in the source, from 1.
        part: of the result.
        cells: by fields' names, as the result's own table has them; "" where nothing is believed; none of a page
            that could not be read.
        doubt: of fields that somebody should look at, by their names.
    """

    source: str
    page: int
    part: int
    cells: Mapping[str, str]
    doubt: Mapping[str, Doubt]


class Result(Protocol):
    """A result. Thread-safe, but for photo, which one thread at a time may call."""

    described: DescribedForm
    corrections: Path
    parts: int

    def doubtful(self, part: int) -> int:
        """How many fields of a part somebody should look at; raises SourceError."""

    def rows(self, part: int) -> Sequence[PageRow]:
        """The pages of a part; raises SourceError."""

    def cell(self, field: Field, text: str) -> str:
        """A text as the result's table has it."""

    def photo(self, row: PageRow) -> Grey:
        """The page, uint8 (H, W), opened again; raises DigitsError if that can't be done."""

    def close(self) -> None:
        """Closes what is open; may be called twice."""


def text_of(field: Field, cell: str) -> str:
    """What a cell of a table stands for as it was written: without the scale, and with a code's zeros."""
    number = number_of(cell)
    if number is None or field.allows(cell):
        return cell
    bare = format((number / (field.scale or Decimal(1))).normalize(), "f")
    texts = [bare, bare.zfill(field.compiled.shortest), re.sub(r"\.", ",", bare)]
    return next((text for text in texts if field.allows(text)), cell)
