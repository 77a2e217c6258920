"""A pool of pens: who of UNIPEN writes which digits, letters and words, ready to be drawn on pages and in views."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge_app import DigitClassifier

from .line_heights import in_heights, is_letter, is_word, on_line
from .packed_strokes import PackedStrokes, pack
from .unipen import DIGITS, Trajectory, load_unipen
from .unipen_tree import PensError
from .usable_pens import usable_digits

LETTERS, WORDS = ("1b", "1c"), ("7", "8")
_MOST_WORDS, _MOST_OF_A_LETTER = 40, 4
# With fewer labels a hand can write no numbers.
MIN_LABELS = 7


@dataclass(frozen=True)
class Writer:
    """One writer's digits and letters, by their numbers in the pool.

    Attributes:
        digits: by label, 0 to 9.
        letters: by letter.
    """

    digits: tuple[tuple[int, ...], ...]
    letters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[int, ...]:
        """The digits of which there are some."""
        return tuple(label for label, numbers in enumerate(self.digits) if numbers)


@dataclass(frozen=True)
class PenPool:
    """What is drawn with, frozen. The empty one draws everything but UNIPEN.

    Attributes:
        digits: 1 high each, from (0, 0).
        letters: in ascenders' heights with the line at y = 1, from x = 0.
        words: the same.
        writers: those of digits; some have letters, too.
        scribes: numbers of words, by writer.
        word_letters: how many letters each word has.
        left_out: trajectories that are not usable, by reason.
    """

    digits: PackedStrokes = field(default_factory=pack)
    letters: PackedStrokes = field(default_factory=pack)
    words: PackedStrokes = field(default_factory=pack)
    writers: tuple[Writer, ...] = ()
    scribes: tuple[tuple[int, ...], ...] = ()
    word_letters: tuple[int, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def hands(self) -> tuple[Writer, ...]:
        """The writers who have nearly all digits."""
        return tuple(writer for writer in self.writers if len(writer.labels) >= MIN_LABELS)

    def __str__(self) -> str:
        """What is in it and what is not, for people."""
        left_out = "".join(f"; {count:,} left out: {reason}" for reason, count in self.left_out.items())
        return (
            f"{len(self.digits):,} digits of {len(self.writers)} writers, {len(self.letters):,} letters, "
            f"{len(self.words):,} words of {len(self.scribes)} writers{left_out}"
        )


def load_pens(path: Path, tell: Callable[[str], None] = print) -> tuple[PenPool, PenPool]:
    """Reads UNIPEN: the pool of the writers for training, and that of those for validation.

    Args:
        path: the official tree as a folder, a TAR or a ZIP; without letters or words in it there are none.
        tell: takes a line for each kind of fault in the tree, and one for each pool.

    Raises:
        PensError: no tree with digits, or a damaged one.
    """
    reader = DigitClassifier.load()
    parts = {name: _read(path, name, tell) for name in (DIGITS, *LETTERS, *WORDS)}
    training, validation = (
        make_pool(
            parts[DIGITS][part],
            (letter for name in LETTERS for letter in parts[name][part]),
            (word for name in WORDS for word in parts[name][part]),
            reader,
        )
        for part in (0, 1)
    )
    tell(f"UNIPEN for training: {training}")
    tell(f"UNIPEN for validation: {validation}")
    return training, validation


def _read(path: Path, category: str, tell: Callable[[str], None]) -> tuple[list[Trajectory], list[Trajectory]]:
    try:
        pens = load_unipen(path, category)
    except PensError as error:
        if category == DIGITS:
            raise
        tell(f"UNIPEN without category {category}: {error}")
        return [], []
    for line in pens.summary.lines():
        tell(f"UNIPEN, category {category}: {line}")
    return pens.split()


def make_pool(
    digits: Sequence[Trajectory], letters: Iterable[Trajectory], words: Iterable[Trajectory], reader: DigitClassifier
) -> PenPool:
    """The pool of some trajectories; what is not usable is left out and counted.

    Args:
        digits: labelled 0 to 9.
        letters: labelled with a letter each; others are left out.
        words: those with a digit in their label are left out.
        reader: see `usable_digits`.
    """
    kept, left_out = usable_digits(digits, reader)
    all_letters, all_words = list(letters), list(words)
    drawn_letters = _some(filter(is_letter, all_letters), _MOST_OF_A_LETTER, lambda pen: (pen.writer, pen.label))
    drawn_words = _some(filter(is_word, all_words), _MOST_WORDS, lambda pen: (pen.writer,))
    left_out["no letter"] = len(all_letters) - sum(map(is_letter, all_letters))
    left_out["no word, or with digits, or too long"] = len(all_words) - sum(map(is_word, all_words))
    return PenPool(
        digits=pack(in_heights(pen.strokes, 0.0, 1.0) for pen in kept),
        letters=pack(on_line(pen) for pen in drawn_letters),
        words=pack(on_line(pen) for pen in drawn_words),
        writers=_writers(kept, drawn_letters),
        scribes=tuple(_numbers_by(pen.writer for pen in drawn_words).values()),
        word_letters=tuple(len(pen.label) for pen in drawn_words),
        left_out={reason: count for reason, count in left_out.items() if count},
    )


def _some(pens: Iterable[Trajectory], most: int, key: Callable[[Trajectory], tuple[str, ...]]) -> list[Trajectory]:
    """At most that number for each key, spread evenly over all that there are."""
    groups: dict[tuple[str, ...], list[Trajectory]] = defaultdict(list)
    for pen in pens:
        groups[key(pen)].append(pen)
    return [pen for group in groups.values() for pen in group[:: -(-len(group) // most)]]


def _numbers_by(keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        found[key].append(number)
    return {key: tuple(numbers) for key, numbers in found.items()}


def _writers(digits: Sequence[Trajectory], letters: Sequence[Trajectory]) -> tuple[Writer, ...]:
    of_digit = _numbers_by(f"{pen.writer} {pen.label}" for pen in digits)
    of_letter: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, pen in enumerate(letters):
        of_letter[pen.writer][pen.label].append(number)
    return tuple(
        Writer(
            tuple(of_digit.get(f"{name} {label}", ()) for label in range(10)),
            {letter: tuple(numbers) for letter, numbers in of_letter.get(name, {}).items()},
        )
        for name in dict.fromkeys(pen.writer for pen in digits)
    )
