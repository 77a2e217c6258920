"""The pens of one training: which UNIPEN it takes, if any, and what of it goes into metrics.json."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .data.pen_pool import PenPool, load_pens
from .data.unipen_found import find_unipen
from .recipe import Recipe
from .settings import NO_PENS, PensFlag

DOI, LICENCE, AUTHOR = "10.5281/zenodo.1195803", "CC BY 4.0", "International Unipen Foundation 1999"


@dataclass(frozen=True)
class ChosenPens:
    """UNIPEN's tree, or none.

    Attributes:
        path: the folder or archive.
        sha256: of the archive; None of a folder.
    """

    path: Path | None = None
    sha256: str | None = None

    @property
    def identity(self) -> str:
        """Differs where the pens do; empty without any."""
        return json.dumps(self.metrics(), sort_keys=True) if self.path else ""

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags with which another training takes the same."""
        return "--pens", str(self.path.resolve()) if self.path else NO_PENS

    def recipe(self, recipe: Recipe) -> Recipe:
        """The recipe with the pens' shares, where there are pens."""
        return recipe.with_pens() if self.path else recipe

    def metrics(self) -> Mapping[str, str | None] | None:
        """What metrics.json says of them; None without any."""
        if self.path is None:
            return None
        return {"name": self.path.name, "sha256": self.sha256, "doi": DOI, "licence": LICENCE, "author": AUTHOR}

    def pools(self) -> tuple[PenPool, PenPool]:
        """The writers for training and those for validation; two empty pools without pens. Raises PensError."""
        return load_pens(self.path, _say) if self.path else (PenPool(), PenPool())


def choose_pens(flag: PensFlag) -> ChosenPens:
    """Finds what a training draws with.

    Args:
        flag: --pens; None looks where UNIPEN may be, and downloads it.

    Raises:
        PensError: --pens or $UNIPEN names nothing.
    """
    if flag == NO_PENS:
        return ChosenPens()
    path = find_unipen(flag, _say)
    if path is None or path.is_dir():
        return ChosenPens(path)
    with path.open("rb") as file:
        return ChosenPens(path, hashlib.file_digest(file, "sha256").hexdigest())


def _say(line: str) -> None:
    print(f"train: {line}", flush=True)
