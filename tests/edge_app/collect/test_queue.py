"""Crops that wait for a label."""

import hashlib
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from edge_app.collect.folder import read_crops
from edge_app.collect.queue import CropQueue
from edge_app.collect.waiting import WaitingCrop
from edge_app.errors import LabelledFolderError, OutputError
from edge_app.files.atomic import write_atomically


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
    """By writer and label, as fine-tuning reads it; what was seen of it stays."""
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


@pytest.mark.parametrize("jump_s", [3600, -3600, 365 * 86400, -365 * 86400])
def test_a_clock_that_is_set_drops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump_s: float) -> None:
    """As a Pi's is when it finds the network: what waits stays as old as it is, and goes when it is too old by that."""
    right, clock = time.time, {"off_s": 0.0}

    def written(path: Path, content: bytes) -> None:
        write_atomically(path, content)
        os.utime(path, (time.time(), time.time()))

    monkeypatch.setattr("time.time", lambda: right() + clock["off_s"])
    monkeypatch.setattr("edge_app.collect.queue.write_atomically", written)
    queue = filled(tmp_path, 3, capacity=40)
    for number, off_s in ((4, jump_s), (5, 0.0), (6, jump_s)):
        clock["off_s"] = off_s
        queue.add(crop(number), image(number), image(number))
        assert len(ids(queue)) == number
    for path in (tmp_path / "unlabelled").glob(f"{crop(1).id}.*"):
        os.utime(path, (time.time() - 31 * 86400, time.time() - 31 * 86400))
    queue.add(crop(20), image(20), image(20))
    assert crop(1).id not in ids(queue)


def test_undo_goes_by_the_order_of_labels_not_by_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Pi without a battery jumps back when it starts, and forward when it finds the network."""
    queue = filled(tmp_path, 6)
    numbers = [2, 5, 1, 4, 3]
    for number, clock_s in zip(numbers, [4e9, 100.0, 1.7e9, 50.0, 1.7e9], strict=True):
        monkeypatch.setattr("time.time", lambda clock_s=clock_s: clock_s)
        # Each label by another run; the last one goes on with the second's.
        queue = CropQueue(tmp_path, "ann") if number != 3 else queue
        queue.label(crop(number).id, "4")
    assert [queue.undo() for _ in range(6)] == [*(crop(number).id for number in reversed(numbers)), None]


def test_two_runs_at_once_undo_in_the_order_of_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other one labelled meanwhile counts, too."""
    one, other = filled(tmp_path, 4), CropQueue(tmp_path, "bob")
    for clock_s, queue, number in ((9.0, one, 1), (7.0, other, 2), (5.0, other, 3), (3.0, one, 4)):
        monkeypatch.setattr("time.time", lambda clock_s=clock_s: clock_s)
        queue.label(crop(number).id, "4")
    assert [other.undo() for _ in range(4)] == [crop(number).id for number in (4, 3, 2, 1)]


def test_labels_from_before_there_were_numbers_come_back_by_their_time(tmp_path: Path) -> None:
    """After all that have a number."""
    queue = filled(tmp_path, 3)
    for number, labelled_s in ((1, 2e9), (2, 3e9), (3, None)):
        queue.label(crop(number).id, "4")
        if labelled_s:
            record = {"label": "4", "labelled_s": labelled_s}
            (tmp_path / "labelled" / f"{crop(number).id}.json").write_text(json.dumps(record))
    assert [CropQueue(tmp_path, "ann").undo() for _ in range(3)] == [crop(number).id for number in (3, 2, 1)]


DAMAGED_LABELS = [
    "",
    '{"label": "4", "labe',
    "[]",
    "null",
    "[" * 100_000,
    '{"labelled_s": 5}',
    '{"label": 4, "labelled_s": 5}',
    '{"label": ["4"], "labelled_s": 5}',
    '{"label": "4", "labelled_s": "today"}',
    '{"label": "4", "labelled_s": NaN}',
    '{"label": "4", "labelled_s": 5, "number": null}',
    '{"label": "4", "labelled_s": 5, "number": 1' + "0" * 4_000 + "}",
    "\udcff",
]


@pytest.mark.parametrize("content", DAMAGED_LABELS, ids=range(len(DAMAGED_LABELS)))
def test_a_damaged_label_stops_nothing(tmp_path: Path, content: str) -> None:
    """Labelling and undoing go on, the label stays that its crop lies under, and it comes back as the first of all."""
    queue = filled(tmp_path, 3)
    queue.label(crop(1).id, "4")
    damaged = tmp_path / "labelled" / f"{crop(1).id}.json"
    damaged.write_text(content, errors="surrogateescape")
    queue = CropQueue(tmp_path, "ann")
    queue.label(crop(2).id, "7")
    queue.label(crop(1).id, "4")
    with pytest.raises(LabelledFolderError, match="labelled 4; undo first"):
        queue.label(crop(1).id, "5")
    assert sorted(each.label for each in read_crops(tmp_path)) == [4, 7]
    assert [queue.undo() for _ in range(3)] == [crop(2).id, crop(1).id, None]
    assert sorted(ids(queue)) == sorted(crop(number).id for number in (1, 2, 3))


def test_other_files_are_no_labels(tmp_path: Path) -> None:
    """They are not counted, and not taken back."""
    queue = filled(tmp_path, 1)
    queue.label(crop(1).id, "4")
    notes = tmp_path / "labelled" / "notes.json"
    notes.write_text('{"label": "4", "labelled_s": 9e9}')
    assert queue.labelled() == 1
    assert [queue.undo(), queue.undo()] == [crop(1).id, None]
    assert notes.exists()


def test_what_is_kept_of_a_writer_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crops that are no digits count, too; the message says what to do, and an undo makes room."""
    monkeypatch.setattr("edge_app.collect.folder.MAX_OF_WRITER", 2)
    queue = filled(tmp_path, 3)
    queue.label(crop(1).id, "x")
    queue.label(crop(2).id, "4")
    with pytest.raises(OutputError, match="at most 2 labelled crops of ann, got 2 and 1 new ones; fine-tune"):
        queue.label(crop(3).id, "4")
    queue.label(crop(2).id, "4")
    queue.undo()
    queue.label(crop(3).id, "4")


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


@pytest.mark.parametrize(
    "damage",
    [
        {"time_s": "today"},
        {"time_s": float("nan")},
        {"time_s": 10**400},
        {"box": None},
        {"box": []},
        {"box": ["a", 1, 2, 3]},
        {"frame_wh": [640]},
        {"guess": "4"},
        {"guess": 12},
        {"confidence": None},
        {"reason": 4},
        {"text": None},
        {"text": "\ud800"},
        {"id": "0" * 16},
        {"more": 1},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_records_that_are_not_of_their_kind_are_passed_over(tmp_path: Path, damage: dict[str, Any]) -> None:
    """The others can be listed and labelled; seen again, the crop waits again."""
    queue = filled(tmp_path, 2)
    path = tmp_path / "unlabelled" / f"{crop(1).id}.known"
    path.write_text(json.dumps({**json.loads(path.read_text()), **damage}))
    assert ids(queue) == [crop(2).id]
    queue.add(crop(1), image(1), image(1))
    assert queue.waiting() == [crop(1), crop(2)]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff"])
def test_damaged_records_are_passed_over(tmp_path: Path, content: bytes) -> None:
    """As are those."""
    queue = filled(tmp_path, 2)
    (tmp_path / "unlabelled" / f"{crop(1).id}.known").write_bytes(content)
    assert ids(queue) == [crop(2).id]
    queue.label(crop(2).id, "4")


def test_a_picture_that_is_no_crop_is_not_labelled(tmp_path: Path) -> None:
    """Teaching would stop at it."""
    queue = filled(tmp_path, 1)
    Image.new("L", (20, 30)).save(tmp_path / "unlabelled" / f"{crop(1).id}.png")
    with pytest.raises(LabelledFolderError, match="got a damaged one; delete it"):
        queue.label(crop(1).id, "4")


class PowerCutError(Exception):
    """What a test ends a step with."""


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
