"""The models of a run: read once where it is started, sent to the workers, the same everywhere."""

import hashlib
from dataclasses import dataclass

from ..model.classifier import DigitClassifier
from ..model.contract import ModelContract
from ..model.detector import SHIPPED_NAME, DigitDetector
from ..model.detector_contract import DetectorContract
from ..model.file import ModelFile, parse_model, read_model, shipped_model_path
from ..page.reader import PageReader


@dataclass(frozen=True)
class Models:
    """What reads a page.

    Attributes:
        classifier: a .tflite file.
        detector: a .tflite file.
        runtime: "litert" or "tflite-runtime": they differ in the last digits, so one run has one.
    """

    classifier: bytes
    detector: bytes
    runtime: str

    @classmethod
    def load(cls, classifier: ModelFile[ModelContract], runtime: str) -> "Models":
        """That classifier and the shipped detector, both tried.

        Raises:
            ModelError: a file is missing, corrupt or of another kind.
            RuntimeUnavailableError: no TFLite runtime works here.
        """
        detector = read_model(shipped_model_path(SHIPPED_NAME), DetectorContract.from_json)
        found = DigitClassifier(classifier, runtime).runtime
        return cls(classifier.content, detector.content, found)

    @property
    def classifier_sha256(self) -> str:
        """Hash of the file, hexadecimal."""
        return hashlib.sha256(self.classifier).hexdigest()

    @property
    def detector_sha256(self) -> str:
        """Hash of the file, hexadecimal."""
        return hashlib.sha256(self.detector).hexdigest()

    def open(self) -> PageReader:
        """A reader on one thread; raises RuntimeUnavailableError where the runtime is not installed."""
        classifier = DigitClassifier(parse_model(self.classifier, "the run's model"), self.runtime)
        return PageReader(classifier, DigitDetector(self.detector, "the run's detector", self.runtime))
