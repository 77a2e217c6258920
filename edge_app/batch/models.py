"""The models of a run: read once where it is started, sent to the workers, the same everywhere."""

import hashlib
from dataclasses import dataclass

from ..model.classifier import DigitClassifier
from ..model.contract import ModelContract
from ..model.detector import SHIPPED_NAME as DETECTOR_NAME
from ..model.detector import DigitDetector
from ..model.detector_contract import DetectorContract
from ..model.file import ModelFile, parse_model, read_model, shipped_model_path
from ..model.sequence import SHIPPED_NAME as SEQUENCE_NAME
from ..model.sequence import SequenceReader
from ..model.sequence_contract import SequenceContract
from ..page.reader import PageReader


@dataclass(frozen=True)
class Models:
    """What reads a page.

    Attributes:
        classifier: a .tflite file.
        detector: a .tflite file.
        sequence: a .tflite file, of the sequence reader.
        runtime: "litert" or "tflite-runtime": they differ in the last digits, so one run has one.
    """

    classifier: bytes
    detector: bytes
    sequence: bytes
    runtime: str

    @classmethod
    def load(cls, classifier: ModelFile[ModelContract], runtime: str) -> "Models":
        """That classifier, the shipped detector and the shipped sequence reader, all tried.

        Raises:
            ModelError: a file is missing, corrupt or of another kind.
            RuntimeUnavailableError: no TFLite runtime works here.
        """
        detector = read_model(shipped_model_path(DETECTOR_NAME), DetectorContract.from_json)
        sequence = read_model(shipped_model_path(SEQUENCE_NAME), SequenceContract.from_json)
        found = DigitClassifier(classifier, runtime).runtime
        return cls(classifier.content, detector.content, sequence.content, found)

    @property
    def classifier_sha256(self) -> str:
        """Hash of the file, hexadecimal."""
        return hashlib.sha256(self.classifier).hexdigest()

    @property
    def detector_sha256(self) -> str:
        """Hash of the file, hexadecimal."""
        return hashlib.sha256(self.detector).hexdigest()

    @property
    def sequence_sha256(self) -> str:
        """Hash of the file, hexadecimal."""
        return hashlib.sha256(self.sequence).hexdigest()

    def open(self) -> PageReader:
        """A reader on one thread; raises RuntimeUnavailableError where the runtime is not installed."""
        classifier = DigitClassifier(parse_model(self.classifier, "the run's model"), self.runtime)
        detector = DigitDetector(self.detector, "the run's detector", self.runtime)
        sequence = SequenceReader(self.sequence, "the run's sequence reader", self.runtime)
        return PageReader(classifier, detector, sequence=sequence)
