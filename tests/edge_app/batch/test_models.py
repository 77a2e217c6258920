"""The models of a run."""

import hashlib
from dataclasses import replace

import pytest

from edge_app.batch.models import Models
from edge_app.errors import ModelError
from edge_app.model.file import read_model, shipped_model_path
from edge_app.model.sequence import SequenceReader


@pytest.fixture(scope="module")
def models() -> Models:
    """The shipped ones."""
    return Models.load(read_model(shipped_model_path()), "auto")


def test_each_file_has_its_hash(models: Models) -> None:
    """That of the file that is shipped."""
    hashes = {
        "digits_int8.tflite": models.classifier_sha256,
        "detector_int8.tflite": models.detector_sha256,
        "sequence_int8.tflite": models.sequence_sha256,
    }
    for name, sha256 in hashes.items():
        assert sha256 == hashlib.sha256(shipped_model_path(name).read_bytes()).hexdigest()


def test_a_worker_reads_with_the_run_s_models(models: Models) -> None:
    """And not with those that are installed where it runs: what was sent is opened, whatever it is."""
    reader = models.open()
    assert isinstance(reader.sequence, SequenceReader)
    assert reader.sequence.runtime == models.runtime
    with pytest.raises(ModelError, match="the run's sequence reader"):
        replace(models, sequence=models.classifier).open()
    with pytest.raises(ModelError, match="the run's detector"):
        replace(models, detector=models.classifier).open()
