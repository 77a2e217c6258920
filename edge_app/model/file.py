"""A .tflite file: the flatbuffer, and behind it a ZIP tail with the contract, as TFLite metadata carries its files."""

import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, overload

from ..errors import ModelError
from ..files.regular import read_regular
from .contract import ModelContract
from .tail import UNREADABLE, Tail

CONTRACT_NAME = "contract.json"
LABELS_NAME = "labels.txt"
DIGEST_NAME = "flatbuffer.sha256"
GOLDEN_NAME = "golden.png"
MAX_BYTES = 64 * 1024 * 1024


class EmbeddedContract(Protocol):
    """What is embedded in a model file."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The meaning of the outputs."""

    def to_json(self) -> str:
        """The text that is embedded."""


Contract = TypeVar("Contract", bound=EmbeddedContract)


@dataclass(frozen=True)
class ModelFile(Generic[Contract]):
    """A model as it lies on disk.

    Attributes:
        content: the whole file, flatbuffer and ZIP tail; every TFLite interpreter takes it as it is.
        contract: what was embedded.
        source: where it came from, for messages.
    """

    content: bytes
    contract: Contract
    source: str = "memory"

    @property
    def sha256(self) -> str:
        """Hash of the whole file, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def flatbuffer(self) -> bytes:
        """The network alone, without the ZIP tail."""
        return self.content[: Tail(self.content, self.source).begins]


def shipped_model_path(name: str = "digits_int8.tflite") -> Path:
    """Path of an int8 model that comes with the project, from a wheel or from a checkout."""
    package = Path(__file__).parents[1]
    packaged = package / name
    return packaged if packaged.exists() else package.parent / "models" / name


def embed_contract(flatbuffer: bytes, contract: EmbeddedContract, golden: bytes | None = None) -> bytes:
    """Appends the contract and the labels to a model as a ZIP tail (`unzip -l` lists them).

    Args:
        flatbuffer: the model.
        contract: what it promises.
        golden: digits that it must read wherever it is installed, as edge_app.model.golden writes them.
    """
    buffer = io.BytesIO(flatbuffer)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        members: dict[str, str | bytes] = {
            CONTRACT_NAME: contract.to_json(),
            LABELS_NAME: "\n".join(contract.labels) + "\n",
            # Interpreters can crash on a damaged flatbuffer, so it is checked before one sees it.
            DIGEST_NAME: hashlib.sha256(flatbuffer).hexdigest() + "\n",
            **({} if golden is None else {GOLDEN_NAME: golden}),
        }
        for name, member in members.items():
            # A fixed date keeps the same model the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), member, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@overload
def parse_model(content: bytes, source: str = "memory") -> ModelFile[ModelContract]: ...
@overload
def parse_model(content: bytes, source: str, read_contract: Callable[[str], Contract]) -> ModelFile[Contract]: ...
def parse_model(
    content: bytes, source: str = "memory", read_contract: Callable[[str], Any] = ModelContract.from_json
) -> ModelFile[Any]:
    """Reads the contract out of a model's bytes; raises ModelError if they are no model of this project.

    Args:
        content: of the file.
        source: where it came from, for messages.
        read_contract: makes a contract out of the embedded JSON, or raises ModelError if it is another kind's.
    """
    if content[4:8] != b"TFL3":
        raise ModelError(f"expected a TFLite model, got {source} without the mark TFL3 at byte 4; check the path")
    try:
        tail = Tail(content, source)
        text = tail.read(CONTRACT_NAME).decode()
        digest = tail.read(DIGEST_NAME).decode().strip()
    except ModelError:
        raise
    except UNREADABLE as error:
        raise ModelError(
            f"expected a model with an embedded {CONTRACT_NAME}, got {source} without a readable one; "
            "make the model with: python -m convert --int8"
        ) from error
    if hashlib.sha256(memoryview(content)[: tail.begins]).hexdigest() != digest:
        raise ModelError(f"expected {source} to match its embedded SHA-256, got a damaged file; copy it again")
    return ModelFile(content, read_contract(text), source)


@overload
def read_model(path: str | os.PathLike[str]) -> ModelFile[ModelContract]: ...
@overload
def read_model(path: str | os.PathLike[str], read_contract: Callable[[str], Contract]) -> ModelFile[Contract]: ...
def read_model(
    path: str | os.PathLike[str], read_contract: Callable[[str], Any] = ModelContract.from_json
) -> ModelFile[Any]:
    """Reads a model file as parse_model does; raises ModelError with the path and the next step."""
    path = Path(path)
    try:
        content = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise ModelError(
            f"expected a model file, got {path} ({error.strerror}); make one with: python -m convert --int8"
        ) from error
    if len(content) > MAX_BYTES:
        raise ModelError(f"expected a model of at most {MAX_BYTES >> 20} MB, got {path}; check the path")
    return parse_model(content, str(path), read_contract)
