"""Crops that wait for somebody to label them: DIR/unlabelled/, and DIR/labelled/ for what can still be undone.

Each crop is three files: ID.png (28x28, as the classifier takes it), ID.raw.png (the place with what is around it) and
ID.known (JSON), which is written last. labelled/ID.json alone says that it is labelled; it is written first, and the
rest follows, at the latest at the next look: whatever is interrupted, nothing is lost and nothing is there twice.
"""

import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import LabelledFolderError
from ..files.atomic import write_atomically
from ..model.contract import IMAGE_HW
from .folder import DONE, FOLDERS, WAITING, LabelledCrop, check_writer, require_room, write_crop
from .label import Label, check_label, read_label
from .waiting import CORRECTED, WaitingCrop, read_waiting, urgency

CAPACITY, MAX_AGE_S = 2_000, 30 * 24 * 3600
# A clock that goes wrong by this many seconds was set.
JUMP_S = 60.0
# In the order in which they are written and moved.
SUFFIXES = (".png", ".raw.png", ".known")
_ID = re.compile(r"[0-9a-f]{16}")


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
        self._clock_s = time.time() - time.monotonic()
        # Looking through two thousand files takes a while: not with each crop.
        self._every, self._added = max(1, capacity // 40), 0
        self._counted, self._number = set[str](), 0

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
            known = [read_waiting(self._file(place, crop.id, ".known")) for place in (WAITING, DONE)]
            if any(known) and crop.reason != CORRECTED:
                return True
            self._follow_clock()
            contents = _png(image), _png(raw), crop.to_json()
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
        # Two thousand files take a while, for which crops that come must not wait.
        found = [read_waiting(path) for path in (self.folder / WAITING).glob("*.known")]
        return sorted((crop for crop in found if crop is not None), key=urgency)

    def labelled(self) -> int:
        """How many were labelled."""
        return len(self._ids(DONE, ".json"))

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
            OutputError: the folder is full, or cannot be written.
        """
        check_label(label)
        with self._lock:
            labelled, done = self._finish(), self._file(DONE, crop_id, ".json")
            if crop_id in labelled:
                # Where the crop lies says it too, if the record is damaged.
                lies = (path.parent.name for path in self._crops(crop_id))
                former = read_label(done).label or next(lies, "unreadably")
                if former == label:
                    return
                raise LabelledFolderError(f"expected a crop without a label, got one labelled {former}; undo first")
            if not _ID.fullmatch(crop_id) or not self._file(WAITING, crop_id, ".known").exists():
                raise LabelledFolderError("expected a crop that waits, got an unknown one; load the page again")
            require_room(self.folder, self.writer, 1)
            path = write_crop(self.folder, self._crop(crop_id, label))
            self._unlink_crops(crop_id, but=path)
            write_atomically(done, Label(self._last_number(labelled) + 1, time.time(), label).to_json())
            self._finish()

    def relabel(self, crop: WaitingCrop, image: NDArray[np.uint8], raw: NDArray[np.uint8], label: str) -> None:
        """Keeps a crop, see add, with its label, whatever it was labelled before; errors as of label."""
        check_label(label)
        with self._lock:
            done = self._file(DONE, crop.id, ".json")
            if read_label(done).label != label:
                done.unlink(missing_ok=True)
            self._finish()
        self.add(crop, image, raw)
        self.label(crop.id, label)

    def undo(self) -> str | None:
        """Takes the last label back; returns the crop's id, or None if there is none."""
        with self._lock:
            done = [(read_label(self._file(DONE, crop_id, ".json")), crop_id) for crop_id in self._finish()]
            if not done:
                return None
            _, last = max(done)
            self._take_back(last)
            return last

    def take_back(self, crop_id: str) -> None:
        """Takes a crop's label back: it waits again, if it is still there."""
        with self._lock:
            if _ID.fullmatch(crop_id):
                self._take_back(crop_id)

    def _take_back(self, crop_id: str) -> None:
        self._file(DONE, crop_id, ".json").unlink(missing_ok=True)
        self._finish()

    def _last_number(self, labelled: set[str]) -> int:
        """The greatest of the labels' numbers; each record is read once."""
        new = [read_label(self._file(DONE, crop_id, ".json")).number for crop_id in labelled - self._counted]
        self._counted, self._number = labelled, max(self._number, *new, 0)
        return self._number

    def _finish(self) -> set[str]:
        """Moves what is labelled behind its label, and what is not any more back; returns what is labelled."""
        labelled = self._ids(DONE, ".json")
        for crop_id in labelled & self._ids(WAITING, ".known"):
            self._move(crop_id, WAITING, DONE)
        for crop_id in self._ids(DONE, ".known") - labelled:
            self._unlink_crops(crop_id)
            self._move(crop_id, DONE, WAITING)
        return labelled

    def _ids(self, place: str, suffix: str) -> set[str]:
        return {path.stem for path in (self.folder / place).glob(f"*{suffix}") if _ID.fullmatch(path.stem)}

    def _move(self, crop_id: str, place: str, to: str) -> None:
        for suffix in SUFFIXES:
            if self._file(place, crop_id, suffix).exists():
                self._file(place, crop_id, suffix).replace(self._file(to, crop_id, suffix))

    def _unlink_crops(self, crop_id: str, but: Path | None = None) -> None:
        for path in self._crops(crop_id):
            if path != but:
                path.unlink(missing_ok=True)

    def _crops(self, crop_id: str) -> Iterator[Path]:
        """Where it lies labelled, whoever's: another run may have collected here for another writer."""
        return (path for path in self.folder.glob(f"*/*/{crop_id}.png") if path.parent.name in FOLDERS)

    def _follow_clock(self) -> None:
        """Moves the dates of what waits when the clock was set, as a Pi's is after its start: ages stay as they are."""
        jump_s = time.time() - time.monotonic() - self._clock_s
        if abs(jump_s) < JUMP_S:
            return
        self._clock_s += jump_s
        for path in (self.folder / WAITING).glob("*.known"):
            seen_s = path.stat().st_mtime + jump_s
            os.utime(path, (seen_s, seen_s))

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
        if image is None or image.shape != IMAGE_HW:
            raise LabelledFolderError(f"expected the picture of crop {crop_id}, got a damaged one; delete it")
        return LabelledCrop(self.writer, FOLDERS.index(label), np.asarray(image, np.uint8))

    def _file(self, place: str, crop_id: str, suffix: str) -> Path:
        return self.folder / place / f"{crop_id}{suffix}"


def _png(image: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()
