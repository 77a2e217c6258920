"""The exchange format of labelled digits."""

import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_app.collect.folder import LabelledCrop, check_writer, read_crops, write_crop
from edge_app.errors import LabelledFolderError


def crop(writer: str, label: int, seed: int) -> LabelledCrop:
    """Some crop."""
    return LabelledCrop(writer, label, np.random.default_rng(seed).integers(0, 256, (28, 28), np.uint8))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Writers, labels with "not a digit", and pixels come back in a fixed order; raw crops are not read."""
    crops = [crop("anna", 3, 0), crop("anna", 10, 1), crop("bo", 0, 2)]
    for one in reversed(crops):
        write_crop(tmp_path, one, raw=np.zeros((90, 60), np.uint8))
    read = read_crops(tmp_path)
    assert [(one.writer, one.label) for one in read] == [("anna", 3), ("anna", 10), ("bo", 0)]
    assert all(np.array_equal(one.image, other.image) for one, other in zip(read, crops, strict=True))
    assert (tmp_path / "anna" / "x").is_dir()


def test_the_same_crop_is_there_once(tmp_path: Path) -> None:
    """Cutting a photo again adds nothing."""
    assert write_crop(tmp_path, crop("anna", 3, 0)) == write_crop(tmp_path, crop("anna", 3, 0))
    assert len(read_crops(tmp_path)) == 1


def test_label_folders_alone_are_one_writers(tmp_path: Path) -> None:
    """A folder of 0 to 9 and x is called after itself."""
    write_crop(tmp_path, crop("anna", 7, 0))
    assert [one.writer for one in read_crops(tmp_path / "anna")] == ["anna"]


def test_what_does_not_belong_is_named(tmp_path: Path) -> None:
    """Other folders, other sizes, files that are no pictures, and contradictions."""
    path = write_crop(tmp_path, crop("anna", 7, 0))
    write_crop(tmp_path, crop("anna", 1, 0))
    with pytest.raises(LabelledFolderError, match=f"got .*{path.name} as 7 and also as 1; delete the wrong one"):
        read_crops(tmp_path)
    path.write_bytes(b"no picture")
    with pytest.raises(LabelledFolderError, match=r"expected a PNG, got .*; delete it"):
        read_crops(tmp_path)
    Image.new("L", (20, 30)).save(path)
    with pytest.raises(LabelledFolderError, match="expected crops of 28x28 pixels, got 20x30"):
        read_crops(tmp_path)
    path.unlink()
    (tmp_path / "anna" / "seven").mkdir()
    with pytest.raises(LabelledFolderError, match="got seven; rename it"):
        read_crops(tmp_path)
    with pytest.raises(LabelledFolderError, match="which is none"):
        read_crops(tmp_path / "nothing")


def test_files_that_are_no_pictures_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """In one line, with where most of them are; hidden ones are the system's, and a name in capitals is a picture."""
    path = write_crop(tmp_path, crop("anna", 7, 0), raw=np.zeros((90, 60), np.uint8))
    path.rename(path.with_suffix(".PNG"))
    for name in (".DS_Store", "._7.png"):
        (path.parent / name).touch()
    with caplog.at_level(logging.WARNING):
        assert len(read_crops(tmp_path)) == 1
    assert caplog.messages == []
    for name in ("a.jpg", "b.jpg"):
        (path.parent / name).touch()
    read_crops(tmp_path)
    (tmp_path / "anna" / "x").mkdir()
    (tmp_path / "anna" / "x" / "notes.txt").touch()
    read_crops(tmp_path)
    told = [message.split(";")[0] for message in caplog.messages]
    assert told[0] == f"left out 2 files that are no .png in {path.parent}"
    assert told[1] == f"left out 3 files that are no .png in 2 folders, 2 of them in {path.parent}"
    assert len(told) == 2


@pytest.mark.parametrize("name", ["", "7", "x", "a/b", "..", ".hidden", "-flag", "a" * 41, "labelled", "unlabelled"])
def test_names_that_are_no_folders_are_refused(name: str) -> None:
    """Nothing leaves the folder, passes for a label, or for what waits for one."""
    with pytest.raises(ValueError, match="expected a name of up to 40 letters"):
        check_writer(name)
    assert check_writer("Zoë_2") == "Zoë_2"
