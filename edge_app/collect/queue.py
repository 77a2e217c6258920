"""Crops that wait for somebody to label them: DIR/unlabelled/, and DIR/labelled/ for what can still be undone.

Each crop is three files: ID.png (28x28, as the classifier takes it), ID.raw.png (the place with what is around it) and
ID.known (JSON), which is written last. labelled/ID.json alone says that it is labelled; it is written first, and the
rest follows, at the latest at the next look: whatever is interrupted, nothing is lost and nothing is there twice.
"""

import json
import re
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import LabelledFolderError
from ..model_file import write_atomically
from .folder import DONE, FOLDERS, WAITING, LabelledCrop, check_writer, write_crop

# The reason of crops of a number that somebody says is wrong.
CORRECTED = "corrected"
CAPACITY, MAX_AGE_S = 2_000, 30 * 24 * 3600
# In the order in which they are written and moved.
SUFFIXES = (".png", ".raw.png", ".known")
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class WaitingCrop:
    """What is known of a crop that waits.

    Attributes:
        id: 16 hexadecimal digits, of its pixels.
        guess: 0 to 9, what the model takes it for.
        confidence: of the guess, in [0, 1].
        reason: "refused", "unsure" or CORRECTED.
        time_s: when it was seen, seconds since 1970.
        model_sha256: hash of the model.
        box: (x, y, width, height) in the frame.
        frame_wh: the frame's size.
        text: all that was read off the frame.
    """

    id: str
    guess: int
    confidence: float
    reason: str
    time_s: float
    model_sha256: str
    box: tuple[int, int, int, int]
    frame_wh: tuple[int, int]
    text: str


class CropQueue:
    """The crops of one folder, bounded by number and age. Thread-safe.

    Args:
        folder: the DIR of the exchange format, see folder.py.
        writer: whose digits they are: labelled ones go to DIR/WRITER/LABEL.
        capacity: beyond it the oldest waiting go.
        max_age_s: what is older goes.

    Attributes:
        folder: the same.
        writer: the same.

    Raises:
        ValueError: a writer that cannot be a folder's name.
    """

    def __init__(self, folder: Path, writer: str, capacity: int = CAPACITY, max_age_s: float = MAX_AGE_S) -> None:
        self.folder, self.writer = folder, check_writer(writer)
        self._capacity, self._max_age_s, self._lock = capacity, max_age_s, threading.Lock()
        # Looking through two thousand files takes a while, and the live loop waits for it: not with each crop.
        self._every, self._added = max(1, capacity // 40), 0

    def add(self, crop: WaitingCrop, image: NDArray[np.uint8], raw: NDArray[np.uint8]) -> bool:
        """Keeps a crop, unless the same one was labelled before.

        Args:
            crop: what is known of it.
            image: uint8 (28, 28), 255 = ink.
            raw: uint8 (h, w), the place with what is around it.

        Returns:
            Whether it waits for a label now.

        Raises:
            OutputError: the folder cannot be written.
        """
        with self._lock:
            if self._file(DONE, crop.id, ".json").exists():
                return False
            known = any(self._file(place, crop.id, ".known").exists() for place in (WAITING, DONE))
            if known and crop.reason != CORRECTED:
                return True
            contents = _png(image), _png(raw), json.dumps(asdict(crop)).encode()
            for suffix, content in zip(SUFFIXES, contents, strict=True):
                write_atomically(self._file(WAITING, crop.id, suffix), content)
            if self._added % self._every == 0:
                self._prune()
            self._added += 1
            return True

    def waiting(self) -> list[WaitingCrop]:
        """What waits: corrected numbers first, digit by digit, then the oldest."""
        with self._lock:
            self._finish()
        # Two thousand files take a while, and the live loop must not wait for them.
        found = [_read(path) for path in (self.folder / WAITING).glob("*.known")]
        return sorted((crop for crop in found if crop is not None), key=_urgency)

    def labelled(self) -> int:
        """How many were labelled."""
        return sum(1 for _ in (self.folder / DONE).glob("*.json"))

    def picture(self, crop_id: str) -> bytes | None:
        """A waiting crop's place as PNG, or None if it does not wait."""
        if not _ID.fullmatch(crop_id):
            return None
        try:
            return self._file(WAITING, crop_id, ".raw.png").read_bytes()
        except OSError:
            return None

    def label(self, crop_id: str, label: str) -> None:
        """Labels a crop; the same label once more is no mistake.

        Args:
            crop_id: of a waiting crop.
            label: "0" to "9", or "x" for "not a digit".

        Raises:
            LabelledFolderError: no such crop, another label, or labelled otherwise meanwhile.
        """
        if label not in FOLDERS:
            raise LabelledFolderError(f"expected a label 0 to 9 or x, got {label!r}")
        with self._lock:
            self._finish()
            known = _ID.fullmatch(crop_id) is not None
            if known and self._file(DONE, crop_id, ".json").exists():
                former = json.loads(self._file(DONE, crop_id, ".json").read_text())["label"]
                if former == label:
                    return
                raise LabelledFolderError(f"expected a crop without a label, got one labelled {former}; undo first")
            if not known or not self._file(WAITING, crop_id, ".known").exists():
                raise LabelledFolderError("expected a crop that waits, got an unknown one; load the page again")
            path = write_crop(self.folder, self._crop(crop_id, label))
            self._unlink_crops(crop_id, but=path)
            record = {"label": label, "labelled_s": time.time()}
            write_atomically(self._file(DONE, crop_id, ".json"), json.dumps(record).encode())
            self._finish()

    def undo(self) -> str | None:
        """Takes the last label back; returns the crop's id, or None if there is none."""
        with self._lock:
            self._finish()
            done = [(json.loads(path.read_text()), path) for path in (self.folder / DONE).glob("*.json")]
            if not done:
                return None
            last = max(done, key=lambda each: float(each[0]["labelled_s"]))[1]
            last.unlink()
            self._finish()
            return last.stem

    def _finish(self) -> None:
        """Moves what is labelled behind its label, and what is not any more back."""
        labelled = {path.stem for path in (self.folder / DONE).glob("*.json")}
        waiting = {path.stem for path in (self.folder / WAITING).glob("*.known")}
        for crop_id in labelled & waiting:
            self._move(crop_id, WAITING, DONE)
        for crop_id in {path.stem for path in (self.folder / DONE).glob("*.known")} - labelled:
            self._unlink_crops(crop_id)
            self._move(crop_id, DONE, WAITING)

    def _move(self, crop_id: str, place: str, to: str) -> None:
        for suffix in SUFFIXES:
            if self._file(place, crop_id, suffix).exists():
                self._file(place, crop_id, suffix).replace(self._file(to, crop_id, suffix))

    def _unlink_crops(self, crop_id: str, but: Path | None = None) -> None:
        # Whoever's: another run may have collected here for another writer.
        for path in self.folder.glob(f"*/*/{crop_id}.png"):
            if path.parent.name in FOLDERS and path != but:
                path.unlink(missing_ok=True)

    def _prune(self) -> None:
        """Drops what is too old or too much, or would be before the next look."""
        room = self._capacity - self._every + 1
        there = sorted((path.stat().st_mtime, path) for path in (self.folder / WAITING).glob("*.known"))
        oldest_s = time.time() - self._max_age_s
        for index, (seen_s, path) in enumerate(there):
            if len(there) - index > room or seen_s < oldest_s:
                for suffix in reversed(SUFFIXES):
                    self._file(WAITING, path.stem, suffix).unlink(missing_ok=True)

    def _crop(self, crop_id: str, label: str) -> LabelledCrop:
        image = cv2.imread(str(self._file(WAITING, crop_id, ".png")), cv2.IMREAD_GRAYSCALE)
        if image is None:
            raise LabelledFolderError(f"expected the picture of crop {crop_id}, got a damaged one; delete it")
        return LabelledCrop(self.writer, FOLDERS.index(label), np.asarray(image, np.uint8))

    def _file(self, place: str, crop_id: str, suffix: str) -> Path:
        return self.folder / place / f"{crop_id}{suffix}"


def _read(path: Path) -> WaitingCrop | None:
    """A damaged record is left alone."""
    try:
        fields: dict[str, Any] = json.loads(path.read_text())
        return WaitingCrop(**{**fields, "box": tuple(fields["box"]), "frame_wh": tuple(fields["frame_wh"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _urgency(crop: WaitingCrop) -> tuple[bool, float, int]:
    return crop.reason != CORRECTED, crop.time_s, crop.box[0]


def _png(image: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()
