"""The networks as LiteRT.js takes them: float32 at both ends, a fixed batch of 1."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_app.model.contract import IMAGE_HW, ModelContract
from edge_app.model.file import read_model
from edge_app.model.sequence_contract import STRIP_PX
from train.runs import SHIPPED

from ..detector import TILE_PX
from ..keras_to_tflite import to_tflite
from ..sequence import PROVEN_WIDTH_PX
from ..source import load_pair

CLASSIFIER_FLOAT, CLASSIFIER_INT8 = "digits_float32.tflite", "digits_int8.tflite"
DETECTOR, SEQUENCE = "detector_int8.tflite", "sequence_int8.tflite"


@dataclass(frozen=True)
class WebModels:
    """What the page reads with.

    Attributes:
        files: flatbuffers by name, without contracts.
        contract: the classifier's.
    """

    files: dict[str, bytes]
    contract: ModelContract

    @property
    def settings(self) -> dict[str, Any]:
        """What the page's scripts must know of the networks."""
        return {
            "temperature": self.contract.temperature,
            "refuse_below": self.contract.refuse_below,
            "tile_px": TILE_PX,
            "strip_wh_px": [PROVEN_WIDTH_PX, STRIP_PX],
            "classifier": {"int8": CLASSIFIER_INT8, "float32": CLASSIFIER_FLOAT},
            "detector": DETECTOR,
            "sequence": SEQUENCE,
        }


def make_web_models(folder: Path) -> WebModels:
    """Converts the networks of a folder; those for pages are the shipped ones where it has none.

    Args:
        folder: with digits_float.h5, digits_qat.h5 and the digits_int8.tflite that was proven.

    Raises:
        SourceError: a Keras model is missing or damaged.
        ModelError: the proven model is, whose calibration the page takes over.
    """
    contract = read_model(folder / CLASSIFIER_INT8).contract
    float_model, qat_model = load_pair(folder, "digits")
    files = {
        CLASSIFIER_FLOAT: to_tflite(float_model, "float32"),
        CLASSIFIER_INT8: to_tflite(qat_model, "int8", image_hw=IMAGE_HW, float_ends=True),
        DETECTOR: _page_network(folder, "detector", (TILE_PX, TILE_PX)),
        SEQUENCE: _page_network(folder, "sequence", (STRIP_PX, PROVEN_WIDTH_PX)),
    }
    return WebModels(files, contract)


def _page_network(folder: Path, name: str, image_hw: tuple[int, int]) -> bytes:
    found = folder if (folder / f"{name}_qat.h5").exists() else SHIPPED
    return to_tflite(load_pair(found, name)[1], "int8", image_hw=image_hw, float_ends=True)
