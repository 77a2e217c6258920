"""Scores page readings against a truth, by the matching rule of the development photos."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

BoxLike = Sequence[float]


@dataclass
class Score:
    """Counts over images; add them up with +."""

    truth: int = 0
    read: int = 0
    right: int = 0
    lines: int = 0
    exact_lines: int = 0
    images: int = 0
    latencies_ms: list[float] = field(default_factory=list)

    def __add__(self, other: "Score") -> "Score":
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})

    @property
    def f1(self) -> float:
        """2 · right / (truth + read)."""
        return 2 * self.right / max(1, self.truth + self.read)

    @property
    def recall(self) -> float:
        """Right / truth."""
        return self.right / max(1, self.truth)

    @property
    def precision(self) -> float:
        """Right / read."""
        return self.right / max(1, self.read)


@dataclass(frozen=True)
class Marks:
    """How well doubtful digits ("?") stand for those that a line lacks; add them up with +.

    Attributes:
        missed: true handwritten digits that were not read, of lines of which another one was.
        marked: of these, those with a mark in their place.
        marks: all marks but those on print.
        digits: of these, those in the place of any handwritten digit that was not read.
    """

    missed: int = 0
    marked: int = 0
    marks: int = 0
    digits: int = 0

    def __add__(self, other: "Marks") -> "Marks":
        return Marks(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})

    def __str__(self) -> str:
        marked = f"{100 * self.marked / max(1, self.missed):.1f} % of the missed digits are marked"
        digits = f"{100 * self.digits / max(1, self.marks):.1f} % of the marks are digits"
        return f"{marked} ({self.marked} of {self.missed}), {digits} ({self.digits} of {self.marks})"


@dataclass(frozen=True)
class Matching:
    """Which read digit stands for which true one.

    Attributes:
        pairs: (index of the read digit, index of the true one).
        missed: true handwritten digits without a read one.
        false: read digits without a true one, printed ones left out.
    """

    pairs: tuple[tuple[int, int], ...]
    missed: tuple[int, ...]
    false: tuple[int, ...]


def match(read_boxes: Sequence[BoxLike], true_boxes: Sequence[BoxLike], printed: Iterable[BoxLike] = ()) -> Matching:
    """Pairs boxes, the best overlap first: IoU >= 0.3, or >= 0.08 with the read box's centre inside the true box."""
    scored = []
    for i, box in enumerate(read_boxes):
        for j, true_box in enumerate(true_boxes):
            overlap = iou(box, true_box)
            if overlap >= 0.3 or (overlap >= 0.08 and centre_inside(box, true_box)):
                scored.append((overlap, i, j))
    used_read: dict[int, int] = {}
    used_true: set[int] = set()
    for _, i, j in sorted(scored, reverse=True):
        if i not in used_read and j not in used_true:
            used_read[i] = j
            used_true.add(j)
    print_boxes = list(printed)
    false = tuple(
        i
        for i, box in enumerate(read_boxes)
        if i not in used_read and not any(iou(box, p) >= 0.3 or centre_inside(box, p) for p in print_boxes)
    )
    missed = tuple(j for j in range(len(true_boxes)) if j not in used_true)
    return Matching(tuple(used_read.items()), missed, false)


def score_page(truth: Mapping[str, Any], reading: Mapping[str, Any]) -> Score:
    """Scores one image: an entry of pages.json against an object of `edge_app read --json`."""
    hand, printed = true_digits(truth)
    digits = read_digits(reading)
    found = match([d["box"] for d in digits], [d["box"] for d in hand], [d["box"] for d in printed])
    right = sum(str(digits[i]["label"]) == str(hand[j]["d"]) for i, j in found.pairs)
    lines, exact = (0, 0) if printed else exact_lines(truth, reading)
    latencies = [reading["latency_ms"]] if "latency_ms" in reading else []
    return Score(len(hand), len(found.pairs) + len(found.false), right, lines, exact, 1, latencies)


def score_marks(truth: Mapping[str, Any], reading: Mapping[str, Any]) -> Marks:
    """Scores the doubtful digits of one image; the arguments are as of score_page."""
    hand, printed = true_digits(truth)
    lines = [number for number, line in enumerate(truth["lines"]) for d in line["digits"] if d in hand]
    found = match([d["box"] for d in read_digits(reading)], [d["box"] for d in hand])
    read_lines = {lines[j] for _, j in found.pairs}
    unread = [hand[j]["box"] for j in found.missed]
    in_lines = {index for index, j in enumerate(found.missed) if lines[j] in read_lines}
    marks = match([d["box"] for d in doubtful_digits(reading)], unread, [d["box"] for d in printed])
    on_digits = {j for _, j in marks.pairs}
    return Marks(len(in_lines), len(in_lines & on_digits), len(on_digits) + len(marks.false), len(on_digits))


def judged_digits(truth: Mapping[str, Any], reading: Mapping[str, Any]) -> list[tuple[float, bool]]:
    """The confidence of each digit that was read, and whether it is one with that label; those on print left out."""
    hand, printed = true_digits(truth)
    digits = read_digits(reading)
    found = match([d["box"] for d in digits], [d["box"] for d in hand], [d["box"] for d in printed])
    judged = [(digits[i]["confidence"], str(digits[i]["label"]) == str(hand[j]["d"])) for i, j in found.pairs]
    return judged + [(digits[i]["confidence"], False) for i in found.false]


def calibration_error(judged: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015), in [0, 1]: confidence against the share that is right."""
    if not judged:
        return 0.0
    confidences, right = (np.array(column, np.float64) for column in zip(*judged, strict=True))
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    return float(sum(abs((confidences - right)[places == place].sum()) for place in range(bins)) / len(judged))


def doubtful_digits(reading: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The digits of a reading that have no label."""
    return [digit for line in reading.get("lines", []) for digit in line["digits"] if digit["label"] is None]


def read_digits(reading: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The digits of a reading that have a label; doubtful ones count neither as right nor as wrong."""
    return [digit for line in reading.get("lines", []) for digit in line["digits"] if digit["label"] is not None]


def true_digits(truth: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Handwritten and printed digits of a truth entry."""
    digits = [digit for line in truth["lines"] for digit in line["digits"] if digit.get("box")]
    return [d for d in digits if not d.get("printed")], [d for d in digits if d.get("printed")]


def exact_lines(truth: Mapping[str, Any], reading: Mapping[str, Any]) -> tuple[int, int]:
    """Number of true lines, and of those read exactly where lines are paired at the least total edit distance."""
    true_texts = [text for line in truth["lines"] if (text := line.get("handwritten_text", line["text"]))]
    texts = [line["text"] for line in reading.get("lines", []) if line["text"]]
    size = len(true_texts) + len(texts)
    cost = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            a = true_texts[i] if i < len(true_texts) else ""
            b = texts[j] if j < len(texts) else ""
            cost[i, j] = edit_distance(a, b)
    rows, columns = linear_sum_assignment(cost)
    pairs = [(i, j) for i, j in zip(rows, columns, strict=True) if i < len(true_texts) and j < len(texts)]
    return len(true_texts), sum(true_texts[i] == texts[j] for i, j in pairs)


def edit_distance(a: str, b: str) -> int:
    """Insertions, deletions and substitutions between two strings."""
    return align(a, b).edits


@dataclass(frozen=True)
class Alignment:
    """Characters of a true text against those of a read one; add them up with +."""

    matches: int = 0
    substitutions: int = 0
    missed: int = 0
    inserted: int = 0

    def __add__(self, other: "Alignment") -> "Alignment":
        return Alignment(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def edits(self) -> int:
        """Levenshtein's distance."""
        return self.substitutions + self.missed + self.inserted

    @property
    def accuracy_percent(self) -> float:
        """Of the characters that were found, those that were read right: matches / (matches + substitutions)."""
        return 100 * self.matches / max(1, self.matches + self.substitutions)


def align(true: str, read: str) -> Alignment:
    """The alignment with the fewest edits (Levenshtein), and of these the one with the most matches."""
    row = [Alignment(inserted=count) for count in range(len(read) + 1)]
    for true_character in true:
        former, row = row, [row[0] + Alignment(missed=1)]
        for j, character in enumerate(read):
            pair = Alignment(matches=1) if character == true_character else Alignment(substitutions=1)
            choices = (former[j] + pair, former[j + 1] + Alignment(missed=1), row[j] + Alignment(inserted=1))
            row.append(min(choices, key=lambda choice: (choice.edits, -choice.matches)))
    return row[-1]


def iou(a: BoxLike, b: BoxLike) -> float:
    """Intersection over union of two boxes (x, y, width, height)."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


def centre_inside(box: BoxLike, other: BoxLike) -> bool:
    """Whether the centre of `box` lies in `other`."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return other[0] <= x <= other[0] + other[2] and other[1] <= y <= other[1] + other[3]
