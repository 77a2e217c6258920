"""UNIPEN's trees are read in every container, whatever is wrong in them; writers are split, pens drawn."""

import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app import DigitClassifier
from train.data import unipen_tree
from train.data.pens import PenStyle, digit_image, written
from train.data.unipen import is_validation, load_unipen
from train.data.unipen_format import SegmentError, read_document, strokes_of
from train.data.unipen_tree import PensError

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("DIGITS_DATA", ROOT.parent / "shared" / "data")) / "unipen_train_r01_v07.tar.xz"
STROKES = """.VERSION 1.0
.COORD X Y T
.WRITER_ID ann
.PEN_UP
.PEN_DOWN
0 90 1
0 0 2
.PEN_UP
5 5 3
.PEN_DOWN
.PEN_DOWN
10 80 1
20 70 2
30 60 3
.DT 12
.PEN_DOWN
40 40 1
50 30 2
60 20 3
"""
DIGITS = """.VERSION 1.0
.INCLUDE abc/abc.doc
.INCLUDE abc/data/one.dat
.SEGMENT CHARACTER 0 OK "1"
.SEGMENT CHARACTER 2-3 ? "7"
.SEGMENT CHARACTER 0,3 OK "4"
.SEGMENT CHARACTER 2:1-3:1 OK "9"
"""
TREE = {
    "train_r01_v07/data/1a/abc/one.dat": DIGITS,
    "train_r01_v07/data/7/abc/one.dat": '.INCLUDE abc/data/one.dat\n.SEGMENT WORD 0-3 OK "456-9\\"78"\n',
    "train_r01_v07/include/abc/abc.doc": ".COMMENT who wrote\n.DATA_ID abc\n",
    "train_r01_v07/include/abc/data/one.dat": STROKES,
}
Files = dict[str, str]


def write_folder(path: Path, files: Files) -> Path:
    """The tree as it lies after unpacking."""
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, "latin-1")
    return path


def write_tar(path: Path, files: Files) -> Path:
    """The tree as a TAR; its suffix says how it is compressed."""
    path = path.with_name("pens.tar.xz")
    with tarfile.open(path, "w:xz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode("latin-1")))
    return path


def write_zip(path: Path, files: Files) -> Path:
    """The tree as a ZIP."""
    path = path.with_name("pens.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text.encode("latin-1"))
    return path


CONTAINERS = pytest.mark.parametrize("write", [write_folder, write_tar, write_zip])


@CONTAINERS
def test_every_container_gives_the_same(tmp_path: Path, write: Callable[[Path, Files], Path]) -> None:
    """Empty components are not counted, .PEN_UP with points is; parts, commas and points select; y turns over."""
    pens = load_unipen(write(tmp_path / "pens", TREE))
    assert [(pen.label, [stroke.tolist() for stroke in pen.strokes]) for pen in pens.trajectories] == [
        ("1", [[[0, -90], [0, 0]]]),
        ("7", [[[10, -80], [20, -70], [30, -60]], [[40, -40], [50, -30], [60, -20]]]),
        ("4", [[[0, -90], [0, 0]], [[40, -40], [50, -30], [60, -20]]]),
        ("9", [[[20, -70], [30, -60]], [[40, -40], [50, -30]]]),
    ]
    assert {pen.writer for pen in pens.trajectories} == {"abc/ann"}
    assert pens.summary.segments == 4
    assert pens.summary.lines() == []


@CONTAINERS
def test_words_are_read_by_the_same_function(tmp_path: Path, write: Callable[[Path, Files], Path]) -> None:
    """A word with a quotation mark in its label; only pen-down components are strokes."""
    (word,) = load_unipen(write(tmp_path / "pens", TREE), "7").trajectories
    assert word.label == '456-9"78'
    assert len(word.strokes) == 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('.SEGMENT CHARACTER 3-2 OK "3"', "broken delineation"),
        ('.SEGMENT CHARACTER 2:2-2:1 OK "3"', "broken delineation"),
        ('.SEGMENT CHARACTER x OK "3"', "broken delineation"),
        ('.SEGMENT CHARACTER 0-99 OK "3"', "components that are not there"),
        ('.SEGMENT CHARACTER 99999999999 OK "3"', "broken delineation"),
        ('.SEGMENT CHARACTER 0:7-0:9 OK "3"', "no stroke"),
        ('.SEGMENT CHARACTER 1 OK "3"', "no stroke"),
        ('.SEGMENT CHARACTER 4 OK "3"', "points that are no numbers"),
        ('.SEGMENT CHARACTER 5 OK "3"', "points that are no numbers"),
        ('.SEGMENT CHARACTER 6 OK "3"', "points that are no numbers"),
        ('.SEGMENT CHARACTER 3,7 OK "3"', "more than one writer"),
        ('.SEGMENT CHARACTER 0 BAD "3"', "marked as bad"),
        ('.SEGMENT CHARACTER 0 OK "x"', "label of another kind"),
        ('.SEGMENT CHARACTER 0 OK ""', "label of another kind"),
        (".SEGMENT CHARACTER 0", "broken segment"),
        ('.SEGMENT CHARACTER 0 OK "3', "broken segment"),
    ],
)
def test_a_bad_segment_is_counted_and_the_rest_used(tmp_path: Path, line: str, reason: str) -> None:
    """Each reason has its name and its place."""
    extra = ".PEN_DOWN\n1 2 x\n.PEN_DOWN\n1 2 3 4\n.PEN_DOWN\nnan 2 3\n.WRITER_ID bob\n.PEN_DOWN\n1 2 3\n"
    files = TREE | {
        "train_r01_v07/data/1a/abc/one.dat": f"{DIGITS}{line}\n",
        "train_r01_v07/include/abc/data/one.dat": STROKES + extra,
    }
    pens = load_unipen(write_folder(tmp_path, files))
    assert len(pens.trajectories) == 4
    assert pens.summary.left_out == {reason: 1}
    assert pens.summary.segments == 5
    assert pens.summary.lines()[0].startswith(f"{reason}, 1 left out: ")


@pytest.mark.parametrize(
    ("line", "kind", "used"),
    [
        (".INCLUDE abc/gone.doc", "missing include", 4),
        # Which components come from it is not known.
        (".INCLUDE abc/gone.dat", "missing include", 0),
        (".INCLUDE ../../secret.doc", "include outside the tree", 4),
        (".INCLUDE /etc/secret.doc", "include outside the tree", 4),
        (".INCLUDE", "include outside the tree", 0),
        (".NONSENSE 1 2", "unknown keyword", 4),
        (".INCLUDE abc/loop.doc", "include without end", 4),
    ],
)
def test_a_fault_of_the_tree_is_counted(tmp_path: Path, line: str, kind: str, used: int) -> None:
    """What is missing or unknown is named; strokes whose numbers it may shift are left out."""
    files = TREE | {
        "train_r01_v07/data/1a/abc/two.dat": f"{line}\n{DIGITS}",
        "train_r01_v07/include/abc/loop.doc": ".INCLUDE abc/loop.doc\n",
    }
    summary = load_unipen(write_folder(tmp_path, files)).summary
    assert summary.faults == {kind: 1}
    assert summary.left_out == ({} if used else {"strokes in a missing include": 4})
    assert summary.files == 2


def test_includes_that_multiply_end() -> None:
    """Ten files each of which includes the next one ten times would be ten thousand million."""
    text = {f"a/{number}.doc": f".INCLUDE a/{number + 1}.doc\n" * 10 for number in range(10)}
    document = read_document(".INCLUDE a/0.doc\n", text.get)
    assert sum(count for (kind, _), count in document.faults.items() if kind == "include without end") > 0


def test_writers_without_an_id_are_one(tmp_path: Path) -> None:
    """Nobody whose ID is unknown stands in both parts."""
    files = TREE | {"train_r01_v07/include/abc/data/one.dat": STROKES.replace(".WRITER_ID ann\n", "")}
    assert {pen.writer for pen in load_unipen(write_folder(tmp_path, files)).trajectories} == {"abc/?"}


@CONTAINERS
def test_paths_out_of_the_tree_are_refused(tmp_path: Path, write: Callable[[Path, Files], Path]) -> None:
    """A member that would lie elsewhere is counted, not read."""
    if write is write_folder:
        (write_folder(tmp_path / "pens", TREE) / "train_r01_v07/data/1a/evil.dat").symlink_to(ROOT / "README.md")
        path, kind = tmp_path / "pens", "no regular file"
    else:
        path, kind = write(tmp_path / "pens", TREE | {"../data/1a/evil.dat": DIGITS}), "path outside the tree"
    summary = load_unipen(path).summary
    assert summary.faults == {kind: 1}
    assert summary.files == 1


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A folder's pipe is counted like a link."""
    os.mkfifo(write_folder(tmp_path, TREE) / "train_r01_v07/include/abc/pipe.dat")
    assert load_unipen(tmp_path).summary.faults == {"no regular file": 1}


@CONTAINERS
def test_sizes_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, Files], Path]
) -> None:
    """A file that is too large is left out, an archive that unpacks to too much is refused."""
    path = write(tmp_path / "pens", TREE | {"train_r01_v07/include/abc/large.dat": " " * 5000})
    monkeypatch.setattr(unipen_tree, "MAX_FILE_BYTES", 4000)
    assert load_unipen(path).summary.faults == {"file too large": 1}
    if write is not write_folder:
        monkeypatch.setattr(unipen_tree, "MAX_TREE_BYTES", 300)
        with pytest.raises(PensError, match="expected at most 0 MB"):
            load_unipen(path)


@pytest.mark.parametrize("write", [write_tar, write_zip])
def test_a_cut_archive_is_refused(tmp_path: Path, write: Callable[[Path, Files], Path]) -> None:
    """Half a tree would train another model: no silence about it."""
    path = write(tmp_path / "pens", TREE)
    path.write_bytes(path.read_bytes()[:-150])
    with pytest.raises(PensError, match="expected a whole archive"):
        load_unipen(path)


def test_a_tar_that_ends_within_a_member_is_refused(tmp_path: Path) -> None:
    """Uncompressed, nothing but the member's own size tells."""
    with tarfile.open(write_tar(tmp_path / "pens", TREE)) as archive:
        end = archive.getmembers()[-1].offset_data + 20
    path = tmp_path / "cut.tar"
    path.write_bytes(lzma.decompress((tmp_path / "pens.tar.xz").read_bytes())[:end])
    with pytest.raises(PensError, match="the archive ends within train_r01_v07/include"):
        load_unipen(path)


def test_what_is_no_tree_is_refused(tmp_path: Path) -> None:
    """One line each: nothing there, another file, another category, an empty folder."""
    (tmp_path / "a.txt").write_text("a")
    for path, category in ((tmp_path / "x.zip", "1a"), (tmp_path / "a.txt", "1a"), (tmp_path, "9"), (tmp_path, "1a")):
        with pytest.raises(PensError, match=r"^expected .*, got .*; c") as caught:
            load_unipen(path, category)
        assert "\n" not in str(caught.value)


def mutated(draw: Callable[..., Any], text: str) -> str:
    """Up to four places of up to twelve characters replaced."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + draw(st.sampled_from(PIECES) | st.text(max_size=6)) + text[end:]
    return text


@given(st.data())
def test_mutated_text_never_raises(data: st.DataObject) -> None:
    """Pieces cut out, doubled or replaced in the data and in its includes: a SegmentError for a segment at most."""
    texts = [mutated(data.draw, text) for text in (DIGITS, STROKES)]
    files = {"abc/data/one.dat": texts[1], "abc/abc.doc": texts[0]}
    document = read_document(texts[0], files.get)
    for segment in document.segments:
        try:
            _, strokes = strokes_of(document, segment)
        except SegmentError:
            continue
        assert all(np.isfinite(stroke).all() and len(stroke) and stroke.shape[1] == 2 for stroke in strokes)
        assert digit_image(strokes, np.random.default_rng(0), PenStyle(jitter=0.02)).shape == (28, 28)


PIECES = (
    "", "\n", "\n.", "-", ":", ",", '"', "\\", "\n.PEN_DOWN\n", "\n.PEN_UP\n", "\n.COORD X\n", "\n.COORD Y X P\n",
    "\n.SEGMENT a 0 OK \"1\"\n", "\n.INCLUDE abc/abc.doc\n", "1e9", "-1e9", "1e308", "nan", "inf", "0x1", "9" * 20,
    "٣", "\x00",
)  # fmt: skip


def test_writers_are_split_once_and_for_all() -> None:
    """About 15 % validate, whatever else is in the tree; known writers stay where they are."""
    chosen = [is_validation(f"abc/{number}") for number in range(4000)]
    assert 0.13 < np.mean(chosen) < 0.17
    assert np.flatnonzero(chosen)[:4].tolist() == [0, 15, 26, 28]


SEVEN = (np.array([[0.0, 0], [30, 0], [60, 2], [40, 50], [22, 100]]),)


def test_a_trajectory_is_drawn_as_mnist_has_it() -> None:
    """Centred in the field, read as what it is, in any unit."""
    random = np.random.default_rng(0)
    plain = digit_image(SEVEN, random)
    assert plain.shape == (28, 28)
    assert plain.dtype == np.uint8
    assert plain.max() == 255
    assert np.array_equal(digit_image([SEVEN[0] * 1000.0 + 5.0], random), plain)
    assert DigitClassifier.load().classify(plain).label == 7


def test_styles_differ_and_seeds_repeat() -> None:
    """The same generator gives the same image, another one another; most stay what they were."""
    images = [digit_image(SEVEN, random, PenStyle.any(random)) for random in map(np.random.default_rng, range(40))]
    random = np.random.default_rng(3)
    assert np.array_equal(digit_image(SEVEN, random, PenStyle.any(random)), images[3])
    assert len({image.tobytes() for image in images}) == 40
    assert (DigitClassifier.load().classify_batch(np.stack(images)).digits == 7).mean() > 0.9


def test_slant_leans_to_the_right_and_wide_pens_draw_more() -> None:
    """The top of an upright stroke goes right; ink grows with the pen."""
    upright, random = [np.array([[0.0, 0.0], [0.0, 10.0]])], np.random.default_rng(0)
    (leaning,) = written(upright, random, PenStyle(slant=0.3))
    assert leaning[0, 0] - leaning[1, 0] == pytest.approx(0.3)
    thin, thick = (int(digit_image(SEVEN, random, PenStyle(width=width)).sum()) for width in (0.05, 0.2))
    assert thick > 1.5 * thin


@pytest.mark.parametrize("points", [[[3, 3]], [[3, 3], [3, 3]], [[0, 5], [9, 5]]])
def test_a_dot_and_a_dash_are_drawn(points: list[list[float]]) -> None:
    """A point, a pen that rests, and a line without height leave ink."""
    random = np.random.default_rng(0)
    assert digit_image([np.array(points, float)], random, PenStyle(jitter=0.01)).max() == 255


@pytest.mark.skipif(not SHARED.exists(), reason="needs UNIPEN's archive")
def test_the_real_archive_is_read_whole() -> None:
    """8,540 digits of 137 writers, none left out; the shipped classifier agrees with nearly all labels."""
    pens = load_unipen(SHARED)
    assert len(pens.trajectories) == pens.summary.segments == 8540
    assert len({pen.writer for pen in pens.trajectories}) == 137
    assert pens.summary.lines() == []
    train, validation = pens.split()
    assert not {pen.writer for pen in train} & {pen.writer for pen in validation}
    some = pens.trajectories[::10]
    images = np.stack([digit_image(pen.strokes, np.random.default_rng(0)) for pen in some])
    labels = [int(pen.label) for pen in some]
    assert (DigitClassifier.load().classify_batch(images).digits == labels).mean() > 0.94
