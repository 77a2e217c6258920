"""Crops that wait for a label."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_app.collect.folder import read_crops
from edge_app.collect.queue import CropQueue, WaitingCrop
from edge_app.errors import LabelledFolderError


def image(number: int) -> NDArray[np.uint8]:
    """A crop of its own."""
    return np.full((28, 28), number, np.uint8)


def crop(number: int, time_s: float = 0.0) -> WaitingCrop:
    """What is known of it."""
    crop_id = hashlib.sha256(image(number).tobytes()).hexdigest()[:16]
    return WaitingCrop(crop_id, number % 10, 0.5, "unsure", time_s or number, "ab", (1, 2, 3, 4), (640, 480), "12")


def filled(folder: Path, count: int, **bounds: Any) -> CropQueue:
    """A queue with crops 1 to count."""
    queue = CropQueue(folder, "ann", **bounds)
    for number in range(1, count + 1):
        queue.add(crop(number), image(number), image(number))
    return queue


def ids(queue: CropQueue) -> list[str]:
    """What waits."""
    return [each.id for each in queue.waiting()]


def test_a_label_puts_a_crop_into_the_exchange_folder(tmp_path: Path) -> None:
    """By writer and label, as teaching reads it; what was seen of it stays."""
    queue = filled(tmp_path, 3)
    assert queue.waiting()[0] == crop(1)
    assert queue.picture(crop(1).id) is not None
    queue.label(crop(1).id, "4")
    queue.label(crop(2).id, "x")
    found = {each.sha256[:16]: (each.writer, each.label) for each in read_crops(tmp_path)}
    assert found == {crop(1).id: ("ann", 4), crop(2).id: ("ann", 10)}
    assert ids(queue) == [crop(3).id]
    assert queue.labelled() == 2
    assert queue.picture(crop(1).id) is None


def test_undo_takes_labels_back_the_last_first(tmp_path: Path) -> None:
    """Until there is none."""
    queue = filled(tmp_path, 3)
    for number in (2, 1):
        queue.label(crop(number).id, "4")
    assert queue.undo() == crop(1).id
    assert queue.undo() == crop(2).id
    assert queue.undo() is None
    assert ids(queue) == [crop(1).id, crop(2).id, crop(3).id]
    assert read_crops(tmp_path) == []


def test_two_tabs(tmp_path: Path) -> None:
    """The same label twice is one; another one is refused, and says which was first."""
    one, other = filled(tmp_path, 1), CropQueue(tmp_path, "ann")
    one.label(crop(1).id, "4")
    other.label(crop(1).id, "4")
    with pytest.raises(LabelledFolderError, match="labelled 4"):
        other.label(crop(1).id, "7")
    assert len(read_crops(tmp_path)) == 1


def test_another_writer_takes_back_and_labels(tmp_path: Path) -> None:
    """A crop has one label, whoever gave it in whichever run."""
    filled(tmp_path, 1).label(crop(1).id, "4")
    other = CropQueue(tmp_path, "bob")
    assert other.undo() == crop(1).id
    assert read_crops(tmp_path) == []
    other.label(crop(1).id, "7")
    assert [(each.writer, each.label) for each in read_crops(tmp_path)] == [("bob", 7)]


@pytest.mark.parametrize("wrong", ["../../etc/passwd", "0" * 16, "", "A" * 16, "1" * 15, "1" * 16 + "\n"])
def test_ids_that_are_none(tmp_path: Path, wrong: str) -> None:
    """No file outside is touched, and none is made up."""
    queue = filled(tmp_path, 1)
    assert queue.picture(wrong) is None
    with pytest.raises(LabelledFolderError, match="unknown"):
        queue.label(wrong, "4")
    with pytest.raises(LabelledFolderError, match="0 to 9 or x"):
        queue.label(crop(1).id, "12")


def test_the_queue_is_bounded(tmp_path: Path) -> None:
    """The oldest go first; what is too old goes; the same crop is kept once."""
    queue = filled(tmp_path, 10, capacity=4)
    assert len(ids(queue)) == 4
    queue.add(crop(10), image(10), image(10))
    assert len(ids(queue)) == 4
    for path in (tmp_path / "unlabelled").glob("*.known"):
        os.utime(path, (0, 0))
    queue.add(crop(20), image(20), image(20))
    assert ids(queue) == [crop(20).id]
    assert len(list((tmp_path / "unlabelled").iterdir())) == 3


def test_a_large_queue_is_bounded_at_any_time(tmp_path: Path) -> None:
    """Though it is not looked through with each crop."""
    queue, counts = filled(tmp_path, 75, capacity=80), list[int]()
    for number in range(76, 100):
        queue.add(crop(number), image(number), image(number))
        counts.append(len(list((tmp_path / "unlabelled").glob("*.known"))))
    assert max(counts) == 80
    assert counts[-1] >= 79
    assert crop(99).id in ids(queue)


def test_damaged_records_are_passed_over(tmp_path: Path) -> None:
    """The others can be labelled."""
    queue = filled(tmp_path, 2)
    (tmp_path / "unlabelled" / f"{crop(1).id}.known").write_text("{")
    assert ids(queue) == [crop(2).id]


class PowerCutError(Exception):
    """What a test ends a step with."""


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(["label", "undo"]), st.integers(1, 4), st.integers(0, 12)), max_size=12))
def test_nothing_is_lost_whenever_it_is_interrupted(steps: list[tuple[str, int, int]]) -> None:
    """Each crop waits or has one label, after any steps that end before their n-th write, rename or deletion."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder)
        filled(path, 4)
        left = [0]
        for name in ("replace", "unlink"):
            real = getattr(Path, name)

            def cut(self: Path, *arguments: Any, real: Any = real, **more: Any) -> Any:
                left[0] -= 1
                if left[0] < 0:
                    raise PowerCutError
                return real(self, *arguments, **more)

            patch.setattr(Path, name, cut)
        for what, number, operations in steps:
            left[0] = operations
            queue = CropQueue(path, "ann")
            try:
                if what == "undo":
                    queue.undo()
                else:
                    queue.label(crop(number).id, str(number))
            except (PowerCutError, LabelledFolderError):
                pass
        left[0] = 10**9
        queue = CropQueue(path, "ann")
        waiting = ids(queue)
        labelled = [each.sha256[:16] for each in read_crops(path)]
        assert sorted({*waiting, *labelled}) == sorted(crop(number).id for number in range(1, 5))
        # A label whose record was not yet written is given again, and then is one.
        for crop_id in waiting:
            queue.label(crop_id, "7")
        assert len(read_crops(path)) == 4
