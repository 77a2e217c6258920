"""A page reader that follows the model store: another model is taken up between two frames."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DigitsError
from ..model.classifier import DigitClassifier
from ..model.detector import DigitDetector
from ..model.sequence import SequenceReader
from ..page.reader import PageReader
from ..page.result import Page
from ..page.stages import NO_WATCH, Watch
from ..store.choice import ModelChoice, chosen_classifier, store_folder
from ..store.store import ModelStore
from .steady import SteadyNetwork

LOG = logging.getLogger(__name__)
# Seconds between looks at the store.
LOOK_S = 0.5


class CurrentReader:
    """Reads like a PageReader with the model that is current; for one thread.

    Args:
        choice: of the model; one with a path stays, else the store is followed.
        steady: whether frames follow one another, so that what the detector saw may hold for the next, and one look
            of it is enough.
        switched: called with the model's hash and provenance, at the start and after each switch.

    Attributes:
        classifier: the one that reads now.

    Raises:
        ModelError: the model at choice.path is missing, corrupt or not of this project.
        RuntimeUnavailableError: no TFLite runtime works here.
    """

    def __init__(
        self,
        choice: ModelChoice,
        steady: bool,
        switched: Callable[[str, Mapping[str, Any]], None] = lambda *_: None,
    ) -> None:
        self._choice, self._steady, self._switched = choice, steady, switched
        self._store = None if choice.path is not None else ModelStore(store_folder(choice.store))
        self._token = None if self._store is None else self._store.token()
        self._looked_s = time.monotonic()
        classifier = chosen_classifier(choice)
        detector = DigitDetector.load(runtime=classifier.runtime, threads=choice.threads)
        self._detector = SteadyNetwork(detector) if steady else detector
        self._sequence = SequenceReader.load(runtime=classifier.runtime, threads=choice.threads)
        self._take(classifier)

    def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
        """Reads one image, see PageReader.read."""
        self._follow()
        return self._reader.read(image, watch)

    def _follow(self) -> None:
        now_s = time.monotonic()
        if self._store is None or now_s - self._looked_s < LOOK_S:
            return
        self._looked_s = now_s
        if not self._store.changed_since(self._token):
            return
        # Taken before the model, so that no switch slips through between the two.
        self._token = self._store.token()
        try:
            self._take(chosen_classifier(self._choice))
            LOG.info("model: now %s", self.classifier.model_sha256[:12])
        except DigitsError as error:
            LOG.warning("model: the former one stays, as the new one cannot be used: %s", error)

    def _take(self, classifier: DigitClassifier) -> None:
        self._reader = PageReader(classifier, self._detector, sequence=self._sequence, looks_twice=not self._steady)
        self.classifier = classifier
        self._switched(classifier.model_sha256, classifier.contract.provenance)
