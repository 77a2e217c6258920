"""What a batch is asked to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import OptionError
from ..forms.described import DescribedForm
from ..page.views import View
from ..store.choice import ModelChoice
from .parts import FORM_FORMATS, FORMATS


@dataclass(frozen=True)
class BatchSettings:
    """What to read, how, and where to.

    Attributes:
        sources: folders, files, globs or URLs.
        output: folder of the results.
        view: of each page.
        model: to read with; a worker has one thread whatever it says.
        formats: of the results, some of FORM_FORMATS, csv with a form alone.
        scheduler: address of a Dask scheduler; None for this machine alone.
        workers: processes on this machine; None for all cores.
        batch_pages: pages a task, at least 1.
        dpi: to draw PDFs at, at least 1.
        form: whose fields are read on each page; None for all digits.

    Raises:
        OptionError: a format that is none, a count below 1, or both a scheduler and workers.
    """

    sources: Sequence[str]
    output: Path
    view: View
    model: ModelChoice
    formats: tuple[str, ...] = FORMATS[:1]
    scheduler: str | None = None
    workers: int | None = None
    batch_pages: int = 32
    dpi: int = 200
    form: DescribedForm | None = None

    def __post_init__(self) -> None:
        known = FORMATS if self.form is None else FORM_FORMATS
        if not self.formats or not set(self.formats) <= set(known):
            raise OptionError(f"expected formats of {', '.join(known)}, got {self.formats}; csv takes a form")
        for name, count in {"workers": self.workers, "pages a task": self.batch_pages, "dpi": self.dpi}.items():
            if count is not None and count < 1:
                raise OptionError(f"expected 1 or more {name}, got {count}; the least is 1")
        if self.scheduler is not None and self.workers is not None:
            raise OptionError("expected a scheduler or a number of workers, got both; a scheduler has its own workers")
