"""The pool takes the pens of one part of UNIPEN's writers, and knows which pens they were."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from train.data.mnist import Split
from train.data.unipen import is_validation
from train.data.unipen_tree import PensError
from train.sequence import pool as pools
from train.sequence.pool import Pool, load_pool

from ..data.test_unipen import SHARED, TREE, write_folder, write_tar, write_zip

Write = Callable[[Path, dict[str, str]], Path]
STROKES = TREE["train_r01_v07/include/abc/data/one.dat"]
SEGMENTS = '.INCLUDE abc/data/one.dat\n.SEGMENT CHARACTER 0 OK "{}"\n.SEGMENT CHARACTER 2-3 OK "{}"\n'
FULL = TREE | {
    "train_r01_v07/data/1b/abc/one.dat": SEGMENTS.format("A", "O"),
    "train_r01_v07/data/1c/abc/one.dat": SEGMENTS.format("h", "l"),
    "train_r01_v07/data/1d/abc/one.dat": SEGMENTS.format("-", "="),
    "train_r01_v07/data/7/abc/one.dat": '.INCLUDE abc/data/one.dat\n.SEGMENT WORD 0-3 OK "456-98"\n'
    '.SEGMENT WORD 0-3 OK "abc"\n.SEGMENT WORD 0-3 OK "a4"\n',
}


def loaded(path: Path, rings: Split) -> Pool:
    """The part of the pool that the tree's one writer belongs to."""
    return load_pool(path, rings, is_validation("abc/ann"))


def test_pens_are_taken_by_what_they_wrote(rings: Split, tmp_path: Path) -> None:
    """Digits by writer, letters that are no digits, signs, whole numbers, words without a digit."""
    pool = loaded(write_folder(tmp_path / "pens", FULL), rings)
    assert {writer: set(labels) for writer, labels in pool.digits.items()} == {"abc/ann": {1, 4, 7, 9}}
    assert {writer: len(group) for writer, group in pool.letters.items()} == {"abc/ann": 2}
    assert set(pool.signs) == {"-", "="}
    assert [text for text, _ in pool.numbers] == ["456-98"]
    assert len(pool.words) == 1
    assert pool.mnist is rings


def test_other_writers_are_the_other_part(rings: Split, tmp_path: Path) -> None:
    """No writer is in both."""
    other = load_pool(write_folder(tmp_path / "pens", FULL), rings, not is_validation("abc/ann"))
    assert other == Pool(rings)


def test_pens_have_a_hash_whatever_holds_them(rings: Split, tmp_path: Path) -> None:
    """The same from a folder and an archive; another with one point moved, and with one stroke under another label."""
    hashes = {loaded(write(tmp_path / name, FULL), rings).pens_sha256 for write, name in
              ((write_folder, "pens"), (write_tar, "pens.tar.gz"), (write_zip, "pens.zip"))}  # fmt: skip
    assert len(hashes) == 1
    moved = FULL | {"train_r01_v07/include/abc/data/one.dat": STROKES.replace("60 20 3", "60 21 3")}
    hashes.add(loaded(write_folder(tmp_path / "moved", moved), rings).pens_sha256)
    relabelled = {name: text.replace('"7"', '"2"') for name, text in FULL.items()}
    hashes.add(loaded(write_folder(tmp_path / "relabelled", relabelled), rings).pens_sha256)
    assert len(hashes) == 3
    assert all(len(digest) == 64 for digest in hashes)


def test_without_pens_there_is_mnist_alone(rings: Split) -> None:
    """No path, no pens, no hash."""
    pool = load_pool(None, rings)
    assert pool == Pool(rings)
    assert pool.pens_sha256 == ""


def test_what_is_no_tree_is_refused(rings: Split, tmp_path: Path) -> None:
    """Half the pens would train another network."""
    with pytest.raises(PensError):
        load_pool(write_folder(tmp_path / "pens", {"README": "nothing"}), rings)


def test_strokes_of_a_pool_can_be_told_apart(pool: Pool) -> None:
    """One stroke of four points is not two of two."""
    points = np.arange(8.0).reshape(4, 2)
    one, two = (replace(pool, words=[strokes]) for strokes in ([points], [points[:2], points[2:]]))
    assert one.pens_sha256 != two.pens_sha256


@pytest.mark.skipif(not SHARED.exists(), reason="UNIPEN's archive is not here")
@pytest.mark.slow
def test_the_real_pens(rings: Split) -> None:
    """Other writers than those to learn from; many of each kind."""
    pool, others = (load_pool(SHARED, rings, validation) for validation in (False, True))
    assert not pool.digits.keys() & others.digits.keys()
    assert len(pool.digits) > 100
    assert len(pool.numbers) > 1000
    assert len(pool.words) == pools.MAX_WORDS
