"""Uploads that are forms: read by one that this app was given, asked for by its name alone."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException

from ..documents.decoder import Decoded
from ..errors import ImageError
from ..forms.described import DescribedForm
from ..forms.form_record import to_record
from ..forms.reading import FormReader, FormReading
from ..host.printable import printable
from ..model.detector import DigitDetector
from ..model.sequence import SequenceReader
from ..page.boxes import on_image
from ..page.recognition import Classifier

MAX_SHOWN = 60
Use = Callable[[Decoded], dict[str, Any]]


class FormUploads:
    """Reads uploads as forms, in the thread of the uploads.

    Args:
        forms: by name; each gets its reader when it is first asked for.
        classifier: the one that reads pages now; called in that thread.
    """

    def __init__(self, forms: Mapping[str, DescribedForm], classifier: Callable[[], Classifier]) -> None:
        self._forms, self._classifier = forms, classifier
        self._readers: dict[str, tuple[Classifier, FormReader]] = {}
        self._networks: tuple[DigitDetector, SequenceReader] | None = None

    def use(self, name: str) -> Use:
        """What reads a picture as that form; raises HTTPException if there is no such form."""
        if name not in self._forms:
            known = ", ".join(self._forms) or "none: start the app with --forms DIR"
            raise HTTPException(422, f"expected a form out of {known}, got {printable(name[:MAX_SHOWN])!r}")

        def read(decoded: Decoded) -> dict[str, Any]:
            return self._read(name, decoded)

        return read

    def _read(self, name: str, decoded: Decoded) -> dict[str, Any]:
        reader = self._reader(name)
        started_s = time.perf_counter()
        try:
            reading = reader.read(decoded.pixels)
        except MemoryError as error:
            raise ImageError("expected a picture that fits into memory, got a larger one; scale it down") from error
        latency_ms = (time.perf_counter() - started_s) * 1000
        return to_record(_at_size(reading, decoded.size_wh), reader.form, "upload", latency_ms)

    def _reader(self, name: str) -> FormReader:
        classifier = self._classifier()
        known = self._readers.get(name)
        if known is not None and known[0] is classifier:
            return known[1]
        if self._networks is None:
            runtime = getattr(classifier, "runtime", "auto")
            self._networks = DigitDetector.load(runtime=runtime), SequenceReader.load(runtime=runtime)
        described = self._forms[name]
        reader = FormReader(described.form, classifier, described.picture, *self._networks)
        self._readers[name] = classifier, reader
        return reader


def _at_size(reading: FormReading, size_wh: tuple[int, int]) -> FormReading:
    """A picture that was read at half its size or less, in pixels of the one that was sent."""
    if size_wh == (reading.width, reading.height):
        return reading
    scale = size_wh[0] / reading.width
    fields = tuple(
        each if each.box is None else replace(each, box=on_image(each.box, scale, size_wh)) for each in reading.fields
    )
    return replace(reading, fields=fields, width=size_wh[0], height=size_wh[1])
