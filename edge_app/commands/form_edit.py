"""`python -m edge_app form edit`: the page on which a form is made, until Ctrl-C."""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..files.atomic import require_writable
from ..files.image import load_image, to_luma
from ..forms.form import Form
from ..forms.form_files import FormFiles
from ..forms.reading import FormReader, FormReading
from ..host.extras import needs
from ..model.detector import DigitDetector
from ..model.sequence import SequenceReader
from ..page.recognition import Classifier
from ..store.choice import ModelChoice, chosen_classifier
from ..web.open import PARTS


@dataclass(frozen=True)
class EditSettings:
    """What is edited, and where the page is.

    Attributes:
        path: form.toml, or a folder for it.
        photo: to begin with, or None.
        host: address to listen on.
        port: 0 for any that is free.
        token_file: see web.access.
        model: for trying out.
    """

    path: Path
    photo: Path | None
    host: str
    port: int
    token_file: Path | None
    model: ModelChoice


def edit_form(settings: EditSettings, wait: Callable[[], object] | None = None) -> int:
    """Serves the page; returns the exit code.

    Args:
        settings: of the page.
        wait: returns when the page is to end; by default it waits for Ctrl-C.

    Raises:
        OptionError: no such file or address.
        FormError: what is there is no form.
        ImageError: a picture that cannot be used.
        OutputError: the folder cannot be written.
        MissingPartError: a package of the extra `live` is not installed.
    """
    with needs(PARTS, "form edit", "live"):
        from ..web.access import choose_access
        from ..web.form_editor import create_form_editor
        from ..web.server import WebServer

    files = FormFiles.at(settings.path)
    require_writable(files.toml.parent, "FILE")
    photo = None if settings.photo is None else to_luma(load_image(settings.photo))
    access = choose_access(settings.host, settings.token_file)
    app = create_form_editor(files, _Trial(settings.model).read, access, photo)
    server = WebServer(app, settings.host, settings.port)
    server.start()
    query = f"?token={access.token}" if access.made else ""
    print(f"edge_app: make {files.toml} at {server.url}{query}; Ctrl-C ends", file=sys.stderr, flush=True)
    with suppress(KeyboardInterrupt):
        (wait or threading.Event().wait)()
    server.close()
    return 0


class _Trial:
    """Reads a photo as `read --form` would; the networks are loaded when they are first needed."""

    def __init__(self, model: ModelChoice) -> None:
        self._model = model
        self._networks: tuple[Classifier, DigitDetector, SequenceReader] | None = None

    def read(self, form: Form, picture: NDArray[np.uint8], photo: NDArray[np.uint8]) -> FormReading:
        """Reads it."""
        if self._networks is None:
            runtime = self._model.runtime
            self._networks = (
                chosen_classifier(self._model),
                DigitDetector.load(runtime=runtime),
                SequenceReader.load(runtime=runtime),
            )
        classifier, detector, sequence = self._networks
        return FormReader(form, classifier, picture, detector, sequence).read(photo)
