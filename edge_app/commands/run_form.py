"""A form that `run` reads beside the numbers, and what asks a person about it on the web page."""

import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path

from ..collect.collector import Collector
from ..errors import OutputError
from ..forms.described import DescribedForm
from ..forms.form import Form
from ..forms.reading import FormReader
from ..live.form_watch import FormWatch
from ..live.state import LiveState
from ..page.recognition import Classifier
from ..review.corrections import Corrections
from ..review.digits import DigitCollection
from ..review.live import MOST_ANSWERS, LiveReview

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class WatchedForm:
    """A form before the camera.

    Attributes:
        watch: reads it.
        review: asks about it; None where there is no web page to ask on.
    """

    watch: FormWatch
    review: LiveReview | None


def watch_form(
    described: DescribedForm,
    classifier: Classifier,
    state: LiveState,
    folder: Path,
    asked: bool,
    collector: Collector | None,
    stack: contextlib.ExitStack,
) -> WatchedForm:
    """Begins to read a form.

    Args:
        described: the form.
        classifier: reads single digits.
        state: is told the fields.
        folder: of what must outlive a run.
        asked: whether a person is asked about what is doubtful.
        collector: has the queue that digits go to, if they are collected.
        stack: ends it.
    """
    form = described.form
    looks_back = any(field.looks_back for field in form.fields)
    review = _review(form, classifier, folder, collector) if asked else None
    if review is not None:
        stack.callback(review.close)
    reader = FormReader(form, classifier, described.picture)
    kept = folder / "form.json" if looks_back else None
    watch = FormWatch(reader, state.form_read, kept, None if review is None else review.see)
    if review is not None:
        review.tell(watch.confirm)
    stack.callback(watch.close)
    return WatchedForm(watch, review)


def _review(form: Form, classifier: Classifier, folder: Path, collector: Collector | None) -> LiveReview | None:
    """None where nothing can be kept: reading goes on without it."""
    try:
        corrections = Corrections(folder / "corrections.jsonl", MOST_ANSWERS, oldest_go=True)
    except OutputError as error:
        LOG.warning("form: no review page: %s", error)
        return None
    return LiveReview(
        form, corrections, None if collector is None else DigitCollection(collector.queue, lambda: classifier)
    )
