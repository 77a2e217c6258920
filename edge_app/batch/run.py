"""`python -m edge_app batch`: lists, plans, reads, and writes part by part; the same command resumes it."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

from distributed import Client

from ..documents.kinds import is_single
from ..errors import SourceError
from ..host.download import without_password
from ..host.printable import printable
from ..store.choice import chosen_model
from .cluster import Work, connect, in_order
from .containers import Containers
from .form_result import keep_form
from .form_rows import form_schema
from .models import Models
from .parts import PartCounts, Parts, locked
from .plan import LEFT_OUT_NAME, Identity, Plan, hash_listing, planned_parts, read_plan, write_plan
from .progress import progress_bar
from .reader import PageResult, lost_page
from .settings import BatchSettings
from .sources import SourceFile, full_source, list_files, name_of
from .spans import LeftOut, Span, Task, single_pages
from .worker import ReaderPlugin, expand_files, read_task

FILES_A_TASK = 16
KILLED = "expected a page that can be read, got one that ended each worker that tried; look at it apart"

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Batch:
    """One run.

    Attributes:
        sources: from full_source.
        output: folder of the results.
        parts: in that folder.
        done: what is in those that an earlier run wrote, by number.
    """

    sources: Sequence[str]
    output: Path
    parts: Parts
    done: dict[int, PartCounts]


def batch(settings: BatchSettings) -> int:
    """Reads all sources; returns the exit code.

    Raises:
        SourceError: a source is not there, or pages could not be read (the others are).
        OutputError: nowhere to write, the disk is full, or the folder holds another run.
        ClusterError: no scheduler or no worker.
    """
    sources = tuple(full_source(source) for source in settings.sources)
    models = Models.load(chosen_model(settings.model), settings.model.runtime)
    listed = list(list_files(sources))
    # What is left out may come and go without making it another run.
    files = [file for file in listed if file.left_out is None]
    identity = Identity(
        tuple(without_password(source) for source in sources),
        hash_listing(files),
        models.classifier_sha256,
        models.detector_sha256,
        models.sequence_sha256,
        models.runtime,
        settings.formats,
        settings.batch_pages,
        settings.dpi,
        settings.view.rotate,
        tuple(str(region) for region in settings.view.regions),
        form_sha256="" if settings.form is None else settings.form.sha256,
    )
    schema = None if settings.form is None else form_schema(settings.form.form)
    parts = Parts(settings.output, settings.formats, models, schema)
    with ExitStack() as stack:
        stack.enter_context(locked(settings.output))
        plan = read_plan(settings.output, identity)
        counts = {} if plan is None else {number: parts.counts(number) for number in range(plan.parts)}
        done = {number: count for number, count in counts.items() if count is not None}
        run = Batch(sources, settings.output, parts, done)
        if plan is None or len(done) < plan.parts:
            plugin = ReaderPlugin(models, sources, settings.dpi, settings.view, settings.form)
            client = stack.enter_context(connect(settings.scheduler, settings.workers, plugin))
            if settings.scheduler is not None:
                print(f"edge_app: dashboard at {client.dashboard_link}", file=sys.stderr, flush=True)
            plan = plan or write_plan(
                settings.output,
                identity,
                chain(find_spans(client, plugin.name, files), find_left_out(run, listed)),
            )
            keep_form(settings.output, settings.form)
            read_parts(client, plugin.name, run, plan)
        # Of a run from before it was kept.
        keep_form(settings.output, settings.form)
    return _tell(run, plan, "digit strings" if settings.form is None else "forms")


def find_left_out(run: Batch, listed: Sequence[SourceFile]) -> Iterator[LeftOut]:
    """Of what was listed that which is not read; the run's own output is none of it."""
    own = f"{run.output.absolute()}{os.sep}"
    for file in listed:
        name = name_of(run.sources[file.root], file.path)
        if file.left_out is not None and not name.startswith(own):
            yield LeftOut(printable(name), file.left_out)


def find_spans(client: Client, reader: str, files: Sequence[SourceFile]) -> Iterator[Span | LeftOut]:
    """The documents of the files, in their order; workers look into what has to be opened."""
    closed = [file for file in files if not is_single(file.path)]
    batches = [tuple(closed[at : at + FILES_A_TASK]) for at in range(0, len(closed), FILES_A_TASK)]
    work = Work(partial(expand_files, reader), lambda some: [(file,) for file in some], lambda some: _unopened(some[0]))
    opened = chain.from_iterable(in_order(client, work, batches))
    with progress_bar("files") as progress:
        bar = progress.add_task("planning", total=len(files))
        for number, file in enumerate(files, 1):
            if is_single(file.path):
                yield Span(file.root, file.path)
            else:
                yield from next(opened)
                progress.update(bar, completed=number)
        progress.update(bar, completed=len(files))


def read_parts(client: Client, reader: str, run: Batch, plan: Plan) -> None:
    """Reads and writes the parts that are not done yet; adds them to run.done."""
    containers = Containers(run.sources)

    def lost(task: Task) -> PageResult:
        return lost_page(containers.name(task[0]), task[0].first, KILLED)

    def missing() -> Iterator[tuple[int, list[Task]]]:
        return (part for part in planned_parts(run.output) if part[0] not in earlier)

    earlier = frozenset(run.done)
    before = sum(counts.pages for counts in run.done.values())
    work = Work(partial(read_task, reader), single_pages, lost)
    results = in_order(client, work, chain.from_iterable(p for _, p in missing()))
    started_s = time.monotonic()
    with progress_bar("pages") as progress:
        bar = progress.add_task("reading", total=plan.pages, completed=before)
        for number, tasks in missing():
            pages: list[PageResult] = []
            for of_task in islice(results, len(tasks)):
                pages += of_task
                progress.advance(bar, len(of_task))
            run.done[number] = run.parts.write(number, pages)
    seconds = time.monotonic() - started_s
    read = plan.pages - before
    print(f"edge_app: {read} pages in {seconds:.1f} s, {read / seconds:.1f} pages/s", file=sys.stderr, flush=True)


def _unopened(file: SourceFile) -> list[Span | LeftOut]:
    return [Span(file.root, file.path, error=KILLED)]


def _tell(run: Batch, plan: Plan, strings: str) -> int:
    counts = sum(run.done.values(), PartCounts())
    print(
        f"{counts.pages} pages, {counts.strings} {strings}, {counts.errors} unreadable pages, "
        f"{plan.left_out} files left out in {run.output}"
    )
    if plan.left_out:
        print(f"edge_app: what was left out, and why: {run.output / LEFT_OUT_NAME}", file=sys.stderr, flush=True)
    if counts.errors:
        raise SourceError(
            f"expected {counts.pages} readable pages, got {counts.errors} that are not; see {run.output / 'errors'}"
        )
    return 0
