"""Golden digits: how they travel, and what is none."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from edge_app.errors import ModelError
from edge_app.model.classifier import DigitClassifier
from edge_app.model.contract import ModelContract
from edge_app.model.file import embed_contract, parse_model, shipped_model_path
from edge_app.model.golden import MAX_ROWS, embedded_golden, golden_png, parse_golden, shipped_golden

FLATBUFFER = b"\x1c\0\0\0TFL3" + bytes(64)
ROWS = np.random.default_rng(0).integers(0, 256, (3, 10, 28, 28)).astype(np.uint8)


def picture(mode: str, width: int, height: int, kind: str = "PNG") -> bytes:
    """A picture of another kind."""
    buffer = io.BytesIO()
    Image.new(mode, (width, height)).save(buffer, kind)
    return buffer.getvalue()


def test_they_come_back_as_they_were() -> None:
    """Row by row, each under its digit."""
    found = parse_golden(golden_png(ROWS), "here")
    assert np.array_equal(found.images, ROWS.reshape(-1, 28, 28))
    assert found.labels.tolist() == list(range(10)) * 3
    assert len(found) == 30


def test_they_travel_in_a_model() -> None:
    """Beside the contract, which reads as before; the same bytes each time."""
    content = embed_contract(FLATBUFFER, ModelContract(), golden_png(ROWS))
    assert content == embed_contract(FLATBUFFER, ModelContract(), golden_png(ROWS))
    found = embedded_golden(content, "here")
    assert found is not None
    assert np.array_equal(found.images, ROWS.reshape(-1, 28, 28))
    assert parse_model(content).contract == ModelContract()


def test_models_without_them_are_as_before() -> None:
    """The shipped ones are."""
    assert embedded_golden(embed_contract(FLATBUFFER, ModelContract()), "here") is None
    content = shipped_model_path().read_bytes()
    assert parse_model(content).content == content


@pytest.mark.parametrize(
    "png",
    [
        b"",
        b"no picture",
        golden_png(ROWS)[:200],
        picture("RGB", 280, 28),
        picture("L", 279, 28),
        picture("L", 280, 27),
        picture("L", 280, 28 * (MAX_ROWS + 1)),
        picture("L", 280, 28, "GIF"),
    ],
)
def test_what_is_none_is_refused(png: bytes) -> None:
    """Another kind, another size, broken off."""
    with pytest.raises(ModelError, match="expected golden digits in here"):
        parse_golden(png, "here")


@pytest.mark.parametrize("damage", [lambda text: text.replace(b"IDAT", b"IDOT"), lambda text: text[:50] + text[51:]])
def test_damage_in_the_picture_is_refused(damage: Callable[[bytes], bytes]) -> None:
    """In its parts and between them."""
    with pytest.raises(ModelError, match="expected golden digits in here"):
        parse_golden(damage(golden_png(ROWS)), "here")


def test_damage_in_the_tail_is_refused() -> None:
    """The archive's own checksum holds for them."""
    content = bytearray(embed_contract(FLATBUFFER, ModelContract(), golden_png(ROWS)))
    place = content.index(b"golden.png") + 500
    content[place] ^= 1
    with pytest.raises(ModelError, match=r"expected golden\.png whole in here"):
        embedded_golden(bytes(content), "here")


def test_the_apps_own_are_read_by_the_shipped_model() -> None:
    """Each digit as often as the others, all of them right."""
    golden = shipped_golden()
    assert np.bincount(golden.labels).tolist() == [3] * 10
    assert np.array_equal(DigitClassifier.load(runtime="litert").classify_batch(golden.images).labels, golden.labels)
