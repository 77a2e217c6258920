"""What is learnt from and what is held out."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from edge_app.collect.folder import LabelledCrop, write_crop
from edge_app.errors import LabelledFolderError
from train.finetune.crops import hold_out, load_fine_tuning_set, to_split


def crops(writer: str, labels: list[int], seed: int = 0) -> list[LabelledCrop]:
    """Crops of one writer with these labels, in the order of a folder."""
    random = np.random.default_rng([seed, len(writer)])
    drawn = [LabelledCrop(writer, label, random.integers(0, 256, (28, 28), np.uint8)) for label in labels]
    return sorted(drawn, key=lambda crop: (crop.label, crop.sha256))


def test_a_fifth_of_each_writers_labels_is_held_out() -> None:
    """Nothing is in both parts or lost; a hundred digits give two of each label, a few give at least one."""
    everything = [*crops("anna", [*range(10)] * 10), *crops("bob", [1, 2, 2])]
    parts = hold_out(everything, "here")
    held = Counter((crop.writer, crop.label) for crop in parts.held_out)
    assert [held["anna", label] for label in range(10)] == [2] * 10
    assert sum(held[writer, label] for writer, label in held if writer == "bob") == 1
    hashes = [crop.sha256 for crop in (*parts.training, *parts.held_out)]
    assert sorted(hashes) == sorted(crop.sha256 for crop in everything)
    assert hold_out(everything, "here") == parts


def test_another_photo_of_a_held_out_digit_is_not_learnt_from() -> None:
    """Else a sheet photographed twice would prove memory: shifted, a little noisy, or exactly the same."""
    once = crops("anna", [*range(10)] * 10)
    random = np.random.default_rng(1)
    noisy = [np.clip(np.roll(crop.image, 1, axis=1) + random.normal(0, 20, (28, 28)), 0, 255) for crop in once]
    again = [LabelledCrop("anna", crop.label, image.astype(np.uint8)) for crop, image in zip(once, noisy, strict=True)]
    both = sorted(once + again, key=lambda crop: (crop.label, crop.sha256))
    parts = hold_out(both, "here")
    origin = {crop.sha256: number % 100 for number, crop in enumerate(once + again)}
    held = [origin[crop.sha256] for crop in parts.held_out]
    assert len(held) == len(set(held)) == 20
    assert not set(held) & {origin[crop.sha256] for crop in parts.training}
    assert (len(parts.training), parts.left_out) == (160, 20)


def noisy(crop: LabelledCrop, writer: str, random: np.random.Generator) -> LabelledCrop:
    """Another photo of it, under some name."""
    image = np.clip(np.roll(crop.image, 1, axis=1) + random.normal(0, 9, crop.image.shape), 0, 255)
    return LabelledCrop(writer, crop.label, image.astype(np.uint8))


def test_one_sheet_under_two_names_proves_nothing_by_memory() -> None:
    """What is held out of one writer is neither learnt from as another's nor held out twice."""
    once, random = crops("anna", [*range(10)] * 10), np.random.default_rng(3)
    again = [noisy(crop, "me", random) for crop in once]
    parts = hold_out(sorted(once + again, key=lambda crop: (crop.writer, crop.label, crop.sha256)), "here")
    origin = {crop.sha256: number % 100 for number, crop in enumerate(once + again)}
    held = [origin[crop.sha256] for crop in parts.held_out]
    assert len(held) == len(set(held)) == 20
    assert not set(held) & {origin[crop.sha256] for crop in parts.training}


@pytest.mark.parametrize("photos", [2, 4])
def test_few_digits_photographed_again_and_again(photos: int) -> None:
    """One of ten digits is held out, and none of its photos is learnt from."""
    once, random = crops("anna", [*range(10)]), np.random.default_rng(4)
    every = [noisy(crop, "anna", random) for crop in once for _ in range(photos)]
    parts = hold_out(sorted(every, key=lambda crop: (crop.label, crop.sha256)), "here")
    assert [crop.label for crop in parts.held_out] == [0]
    assert {crop.label for crop in parts.training} == set(range(1, 10))
    assert parts.left_out == photos - 1


def test_one_digit_each_of_many_writers_is_no_proof() -> None:
    """Nothing can be held out."""
    singles = [crop for number in range(20) for crop in crops(f"writer{number:02}", [number % 10], number)]
    with pytest.raises(LabelledFolderError, match="that can be held out for the proof, got one of each writer"):
        hold_out(singles, "here")


def test_a_hand_whose_digits_all_look_alike_is_learnt_from() -> None:
    """Of such a label none is held out, of the others as always."""
    random = np.random.default_rng(2)
    once = crops("anna", [*range(10)] * 10)
    one = next(crop.image for crop in once if crop.label == 1)
    images = [np.clip(one + random.normal(0, 9, one.shape), 0, 255).astype(np.uint8) for _ in range(10)]
    ones = [LabelledCrop("anna", 1, image) for image in images]
    every = sorted([crop for crop in once if crop.label != 1] + ones, key=lambda crop: (crop.label, crop.sha256))
    parts = hold_out(every, "here")
    assert Counter(crop.label for crop in parts.held_out) == {label: 2 for label in range(10) if label != 1}
    assert (len(parts.training), parts.left_out) == (82, 0)


def test_non_digits_are_learnt_from_and_never_held_out() -> None:
    """They are no proof that digits are read better."""
    parts = hold_out([*crops("anna", [*range(10)] * 5 + [10] * 20)], "here")
    assert sum(crop.label == 10 for crop in parts.training) == 20


def test_metrics_count_and_hash(tmp_path: Path) -> None:
    """Counts by writer and label; the hash is that of the content, not of the place."""
    for crop in crops("anna", [*range(10)] * 5 + [10]):
        write_crop(tmp_path, crop)
    parts = load_fine_tuning_set(tmp_path)
    metrics = parts.to_metrics()
    assert metrics["training"]["anna"] == {**{str(digit): 4 for digit in range(10)}, "x": 1}
    assert metrics["held_out"]["anna"] == {str(digit): 1 for digit in range(10)}
    (tmp_path / "anna").rename(tmp_path / "anne")
    assert load_fine_tuning_set(tmp_path).sha256 != parts.sha256
    (tmp_path / "anne").rename(tmp_path / "anna")
    assert load_fine_tuning_set(tmp_path).sha256 == parts.sha256


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "expected at least 20 digits as WRITER/LABEL/.*got 0; fill in the sheet"),
        ([3, 4] * 9, "got 18; fill in the sheet"),
        ([7] * 40, "expected digits of several labels in here, got only 7"),
        ([10] * 40, "got 0; fill in the sheet"),
    ],
)
def test_too_little_is_refused_with_advice(labels: list[int], message: str) -> None:
    """Few digits, one label, non-digits alone."""
    with pytest.raises(LabelledFolderError, match=message):
        hold_out(crops("anna", labels), "here")


def test_a_split_keeps_the_order() -> None:
    """Images and labels side by side, also of nothing."""
    some = crops("anna", [3, 1, 2])
    split = to_split(some)
    assert split.labels.tolist() == [1, 2, 3]
    assert np.array_equal(split.images[2], some[2].image)
    assert to_split([]).images.shape == (0, 28, 28)
