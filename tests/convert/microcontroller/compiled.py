"""The C sources of `convert --c-array`, compiled for this machine and called from Python."""

import ctypes
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Without -ffast-math's freedoms, and with C99's rounding.
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-O2")
FIELD_HW = (28, 28)


class Ink(ctypes.Structure):
    """digits_ink."""

    _fields_ = (
        ("pixels", ctypes.c_void_p),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("stride", ctypes.c_size_t),
    )


class ReadDigit(ctypes.Structure):
    """digits_reading."""

    _fields_ = (("label", ctypes.c_int), ("digit", ctypes.c_int), ("confidence", ctypes.c_uint32))


class Compiled:
    """The library's functions on numpy arrays."""

    def __init__(self, sources: Path, build: Path) -> None:
        library = build / "digits.so"
        files = sorted(str(path) for path in sources.glob("*.c"))
        subprocess.run(["gcc", *STRICT, "-shared", "-fPIC", "-o", str(library), *files], check=True)
        self._library = ctypes.CDLL(str(library))
        self._library.digits_normalise.restype = ctypes.c_bool
        self._library.digits_find_ink.restype = ctypes.c_bool
        self._library.digits_find_ink.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_size_t)
        self._library.digits_read.restype = ReadDigit

    def normalise(self, ink: NDArray[np.uint8]) -> tuple[bool, NDArray[np.uint8]]:
        """Of uint8 (H, W), maybe a view with a stride: whether there was ink, and uint8 (28, 28)."""
        image = np.full(FIELD_HW, 77, np.uint8)
        given = Ink(ink.ctypes.data, ink.shape[1], ink.shape[0], ink.strides[0])
        found = self._library.digits_normalise(ctypes.byref(given), ctypes.c_void_p(image.ctypes.data))
        return bool(found), image

    def find_ink(self, box: NDArray[np.uint8]) -> bool:
        """Turns grey values, uint8 (H, W), into ink in place; whether there was any."""
        height, width = box.shape
        return bool(self._library.digits_find_ink(box.ctypes.data, width, height, box.strides[0]))

    def network(self, image: NDArray[np.uint8], count: int = 11) -> NDArray[np.int8]:
        """The network's outputs, int8 (number of labels,), of uint8 (28, 28)."""
        outputs, image = np.empty(count, np.int8), np.ascontiguousarray(image)
        self._library.digits_network(ctypes.c_void_p(image.ctypes.data), ctypes.c_void_p(outputs.ctypes.data))
        return outputs

    def read(self, outputs: NDArray[np.int8]) -> tuple[int, int, float]:
        """Label (-1: refused), digit and confidence in [0, 1] of a network's outputs, int8 (number of labels,)."""
        outputs = np.ascontiguousarray(outputs)
        found = self._library.digits_read(ctypes.c_void_p(outputs.ctypes.data))
        return int(found.label), int(found.digit), int(found.confidence) / 65536
