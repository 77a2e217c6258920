"""Numbers: digits that were read one by one, and the same line read as a whole, made one.

Where both name the same digits they stand. Where they differ, each way to spell the number is weighed: by how likely it
is to the sequence reader, and by what the single readings say for its digits and for what it leaves out.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..model.sequence_contract import BLANK, COLUMN_PX, STRIP_PX
from .baselines import baseline
from .boxes import Box
from .candidates import Candidate, ConnectedInk, candidate_in
from .ink import InkMap
from .likelihood import log_likelihoods
from .lines import lines_of
from .recognition import Classifier, Reading, look_at
from .spelling import ColumnNetwork, Named, read_columns, spell
from .strip import Baseline, Strip, cut_strip

# A digit of the whole is a single reading's if its middle lies this near to that one's, in halves of its width.
MAX_OFF = 1.3
APART = 0.7
# How far a single reading is believed to be a digit, by its confidence: between these, and if it is doubtful.
LEAST_BELIEF, MOST_BELIEF, DOUBTFUL_BELIEF = 0.1, 0.998, 0.35
# What no single reading saw is this likely a digit all the same.
MISSED = 0.1
# The sequence reader's log likelihood counts this much.
WHOLE_WEIGHT = 0.7
LEAST = 0.02
# A way to spell a number that is less likely than this is marked as doubtful where it differs from others.
CERTAIN = 0.6
# A digit that stood, or was doubtful, goes without a mark if all ways together are this certain that it is none.
DROPPED = 0.9
MAX_WAYS = 96
# Heights of digits are known roughly: the strip is read as if they were so many times as high.
SCALES = (0.86, 1.0, 1.16)


@dataclass(frozen=True)
class _Part:
    """A piece of a number: single readings, and the digits that the whole has in their place."""

    readings: tuple[int, ...]
    named: tuple[Named, ...]


@dataclass(frozen=True)
class _Way:
    """One way to spell a part.

    Attributes:
        text: its digits.
        evidence: log probability of it by the single readings.
        whole: whether its digits and places are the sequence reader's.
        taken: single readings that stand.
    """

    text: tuple[int, ...]
    evidence: float
    whole: bool
    taken: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Line:
    """A number's line at the scale that reads most surely, and what the sequence reader sees at each scale."""

    strip: Strip
    columns: NDArray[np.float32]
    looks: tuple[NDArray[np.float32], ...]


def read_numbers(
    readings: Sequence[Reading],
    page_ink: InkMap,
    connected: ConnectedInk,
    network: ColumnNetwork,
    classifier: Classifier,
    slant_deg: float,
) -> list[Reading]:
    """Reads each number of a page as a whole, too.

    Args:
        readings: of the page, boxes in pixels of the ink map; refused and doubtful ones too.
        page_ink: the page.
        connected: its ink by what hangs together.
        network: the sequence reader.
        classifier: looks at what only the whole names.
        slant_deg: of the page's lines.

    Returns:
        The readings, with other labels, without some, and with new ones.
    """
    digits = [index for index, reading in enumerate(readings) if reading.label is not None or reading.guess is not None]
    others = [reading.box for index, reading in enumerate(readings) if index not in set(digits)]
    result = dict(enumerate(readings))
    new: list[tuple[Reading, Candidate]] = []
    for group in lines_of([readings[index].box for index in digits], slant_deg):
        members = [digits[index] for index in group]
        if all(readings[index].label is None for index in members):
            continue
        foreign = [readings[index].box for index in digits if index not in set(members)]
        line = _line(
            [readings[index].box for index in members], others, foreign, page_ink, network, math.radians(slant_deg)
        )
        replaced, added = _spelled(members, readings, line, page_ink, connected)
        result.update(replaced)
        new += added
    looks = look_at([candidate.ink for _, candidate in new], classifier)
    added_readings = [replace(reading, crop=look.crop) for (reading, _), look in zip(new, looks, strict=True)]
    kept = [reading for index, reading in result.items() if reading is not _GONE]
    free = [
        reading
        for reading in kept
        if reading.label is not None or reading.guess is not None or not _covered(reading.box, new)
    ]
    return free + added_readings


_GONE = Reading((0, 0, 0, 0), None, 0.0)


def _covered(box: Box, new: Sequence[tuple[Reading, Candidate]]) -> bool:
    """Whether refused ink was read as a whole's digit after all."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return any(
        left <= x <= left + width and top <= y <= top + height
        for left, top, width, height in (reading.box for reading, _ in new)
    )


def _line(
    boxes: Sequence[Box],
    others: Sequence[Box],
    foreign: Sequence[Box],
    page_ink: InkMap,
    network: ColumnNetwork,
    slant: float,
) -> _Line:
    lines = [_lengthened(baseline(boxes, angle), others) for angle in ((slant, 0.0) if slant else (0.0,))]
    strips = [cut_strip(page_ink.ink, replace(line, height=line.height * scale)) for line in lines for scale in SCALES]
    looks = tuple(_without(foreign, strip, read_columns(strip.ink, network)) for strip in strips)
    best = max(range(len(looks)), key=lambda index: float(np.log(looks[index].max(axis=1) + 1e-9).sum()))
    # Few digits show no slant: what reads most surely is the line.
    first = best // len(SCALES) * len(SCALES)
    return _Line(strips[best], looks[best], looks[first : first + len(SCALES)])


def _without(foreign: Sequence[Box], strip: Strip, columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """The columns with nothing where digits of other numbers stand."""
    to_strip = np.linalg.inv(np.vstack([strip.to_page, [0, 0, 1]]))
    scale = float(np.hypot(*to_strip[:2, 0]))
    for x, y, width, height in foreign:
        at, across, _ = to_strip @ np.array([x + width / 2, y + height / 2, 1.0])
        if 0 <= across < STRIP_PX:
            first, last = (int((at + side * width * scale / 2) / COLUMN_PX) for side in (-1, 1))
            columns[max(0, first) : max(0, last + 1)] = np.eye(BLANK + 1, dtype=np.float32)[BLANK]
    return columns


def _lengthened(line: Baseline, others: Sequence[Box]) -> Baseline:
    """The line with the ink that continues it at both ends."""
    direction = np.array([math.cos(line.angle_rad), math.sin(line.angle_rad)])
    across = np.array([-direction[1], direction[0]])
    height, begin, end = line.height, 0.0, line.length
    places = []
    for x, y, width, tall in others:
        middle = np.array([x + width / 2, y + tall / 2]) - np.array(line.start)
        if abs(middle @ across) <= 0.5 * height and 0.35 * height <= tall <= 1.8 * height and width <= 6 * height:
            places.append((float(middle @ direction) - width / 2, float(middle @ direction) + width / 2))
    for low, high in sorted(places):
        if begin < high and low - end <= 0.6 * height:
            end = max(end, high + 0.4 * height)
    for low, high in sorted(places, key=lambda place: -place[1]):
        if low < end and begin - high <= 0.6 * height:
            begin = min(begin, low - 0.4 * height)
    begin, end = max(begin, -6 * height), min(end, line.length + 6 * height)
    start = np.array(line.start) + begin * direction
    return Baseline((float(start[0]), float(start[1])), line.angle_rad, end - begin, height)


def _spelled(
    members: Sequence[int], readings: Sequence[Reading], line: _Line, page_ink: InkMap, connected: ConnectedInk
) -> tuple[dict[int, Reading], list[tuple[Reading, Candidate]]]:
    """What becomes of a number's readings by index, and the digits that only the whole names."""
    named = spell(line.columns)
    parts = _parts(members, readings, named, line.strip)
    ways = [_ways(part, readings) for part in parts]
    chosen, shares = _best(ways, line.looks)
    replaced: dict[int, Reading] = {}
    added: list[tuple[Reading, Candidate]] = []
    for part, way, share in zip(parts, chosen, shares, strict=True):
        certain = share >= CERTAIN
        if way.whole and len(part.readings) == len(way.text):
            for index, each in zip(part.readings, part.named, strict=True):
                replaced[index] = _renamed(readings[index], each, share, certain)
        elif way.whole:
            found = [(each, _candidate(each, part, named, readings, line, page_ink, connected)) for each in part.named]
            if all(candidate is not None for _, candidate in found):
                replaced.update(dict.fromkeys(part.readings, _GONE))
                added += [
                    (_new(each, candidate.box, share, certain), candidate)
                    for each, candidate in found
                    if candidate is not None
                ]
        else:
            for index in part.readings:
                replaced[index] = _kept(readings[index], index in way.taken, share, certain)
    return replaced, added


def _renamed(reading: Reading, each: Named, share: float, certain: bool) -> Reading:
    agrees = each.label == (reading.guess if reading.label is None else reading.label)
    confidence = _both(reading.confidence, each.confidence) if agrees else share * each.confidence
    if certain:
        return replace(reading, label=each.label, guess=None, confidence=confidence)
    return replace(reading, label=None, guess=each.label, confidence=confidence)


def _kept(reading: Reading, taken: bool, share: float, certain: bool) -> Reading:
    if not taken:
        # A mark is left of it unless the whole speaks clearly against it.
        guess = None if share >= DROPPED else reading.guess if reading.label is None else reading.label
        return replace(reading, label=None, guess=guess)
    if reading.label is None or certain:
        return reading
    return replace(reading, label=None, guess=reading.label, confidence=reading.confidence * share)


def _new(each: Named, box: Box, share: float, certain: bool) -> Reading:
    confidence = share * each.confidence
    return Reading(box, each.label if certain else None, confidence, None if certain else each.label)


def _both(one: float, other: float) -> float:
    """Probability of a digit that two independent witnesses name with these."""
    right, wrong = one * other, (1 - one) * (1 - other) / 9
    return right / max(right + wrong, 1e-9)


def _parts(members: Sequence[int], readings: Sequence[Reading], named: Sequence[Named], strip: Strip) -> list[_Part]:
    """Readings and digits of the whole in the order of the line, those in the same place together."""
    to_strip = np.linalg.inv(np.vstack([strip.to_page, [0, 0, 1]]))
    scale = float(np.hypot(*to_strip[:2, 0]))
    places = []
    for index in members:
        x, y, width, height = readings[index].box
        middle = to_strip @ np.array([x + width / 2, y + height / 2, 1.0])
        places.append((float(middle[0]), max(width * scale / 2, 3.0), index))
    places.sort()
    pairs = _matched([(x, half) for x, half, _ in places], [each.x for each in named])
    parts: list[_Part] = []
    waiting: tuple[list[int], list[Named]] = ([], [])

    def close() -> None:
        if waiting[0] or waiting[1]:
            parts.append(_Part(tuple(waiting[0]), tuple(waiting[1])))
            waiting[0].clear()
            waiting[1].clear()

    for one, other in pairs:
        single = None if one is None else places[one][2]
        if single is not None and other is not None:
            close()
            parts.append(_Part((single,), (named[other],)))
        elif single is not None:
            waiting[0].append(single)
        elif other is not None:
            waiting[1].append(named[other])
    close()
    return _joined(parts, readings, [place[2] for place in places], places, scale)


def _joined(
    parts: list[_Part], readings: Sequence[Reading], _order: list[int], places: list[tuple[float, float, int]],
    _scale: float,
) -> list[_Part]:  # fmt: skip
    """A reading in which several digits of the whole stand, or the other way round, is one part with its neighbours."""
    half = {index: (x, width) for x, width, index in places}
    joined: list[_Part] = []
    for part in parts:
        before = joined[-1] if joined else None
        if before is not None and _same_ink(before, part, half):
            joined[-1] = _Part(before.readings + part.readings, before.named + part.named)
        else:
            joined.append(part)
    return joined


def _same_ink(one: _Part, other: _Part, half: dict[int, tuple[float, float]]) -> bool:
    if len(one.readings) == len(one.named) and len(other.readings) == len(other.named):
        return False
    for first, second in ((one, other), (other, one)):
        for index in first.readings:
            x, width = half[index]
            if any(abs(each.x - x) <= width for each in second.named):
                return True
    return False


def _matched(places: Sequence[tuple[float, float]], named: Sequence[float]) -> list[tuple[int | None, int | None]]:
    """Pairs in the order of the line, None where one has no partner: the cheapest alignment."""
    rows, columns = len(places), len(named)
    cost = np.zeros((rows + 1, columns + 1))
    cost[:, 0], cost[0, :] = np.arange(rows + 1) * APART, np.arange(columns + 1) * APART
    step = np.zeros((rows + 1, columns + 1), int)
    step[1:, 0], step[0, 1:] = 1, 2
    for row in range(1, rows + 1):
        x, half = places[row - 1]
        for column in range(1, columns + 1):
            off = abs(named[column - 1] - x) / half
            together = cost[row - 1, column - 1] + (off if off <= MAX_OFF else 9.0)
            options = (together, cost[row - 1, column] + APART, cost[row, column - 1] + APART)
            step[row, column] = int(np.argmin(options))
            cost[row, column] = min(options)
    pairs: list[tuple[int | None, int | None]] = []
    row, column = rows, columns
    while row or column:
        kind = step[row, column]
        row, column = row - (kind != 2), column - (kind != 1)
        pairs.append((row if kind != 2 else None, column if kind != 1 else None))
    return pairs[::-1]


def _ways(part: _Part, readings: Sequence[Reading]) -> list[_Way]:
    """How a part can be spelled: as it was read, without its doubtful digits, without any, or as the whole has it."""
    singles = [(index, readings[index]) for index in part.readings]
    options: dict[tuple[tuple[int, ...], bool], _Way] = {}
    believed = tuple(index for index, reading in singles if reading.label is not None)
    for taken in {believed, tuple(part.readings), ()}:
        text = tuple(_label(readings[index]) for index in taken)
        evidence = sum(
            _log_label(reading, _label(reading)) if index in taken else math.log(1 - _belief(reading))
            for index, reading in singles
        )
        options[text, False] = _Way(text, evidence, False, taken)
    text = tuple(each.label for each in part.named)
    if len(part.named) == len(part.readings):
        evidence = sum(_log_label(reading, each.label) for (_, reading), each in zip(singles, part.named, strict=True))
    else:
        evidence = _unlike(singles, part.named)
    same = options.get((text, False))
    if same is None or len(part.named) == len(part.readings):
        options.pop((text, False), None)
        options[text, True] = _Way(text, evidence, True)
    return list(options.values())


def _unlike(singles: Sequence[tuple[int, Reading]], named: Sequence[Named]) -> float:
    """Evidence of digits that are more or fewer than the single readings."""
    lost = sum(math.log(1 - _belief(reading)) for _, reading in singles)
    return lost + len(named) * math.log(MISSED) if not singles else max(
        lost + len(named) * math.log(MISSED * 3), math.log(MISSED) * abs(len(named) - len(singles))
    )  # fmt: skip


def _label(reading: Reading) -> int:
    label = reading.guess if reading.label is None else reading.label
    return 0 if label is None else label


def _belief(reading: Reading) -> float:
    """How likely a reading is a digit at all."""
    if reading.belief is not None:
        return min(max(reading.belief, LEAST_BELIEF), MOST_BELIEF)
    if reading.label is None:
        return DOUBTFUL_BELIEF
    return MOST_BELIEF * reading.confidence


def _log_label(reading: Reading, label: int) -> float:
    """Log probability that a reading is a digit, and this one."""
    share = reading.confidence if label == _label(reading) else (1 - reading.confidence) / 9
    if reading.probabilities is not None:
        share = float(reading.probabilities[label])
    return math.log(_belief(reading)) + math.log(max(share, LEAST))


def _best(ways: Sequence[Sequence[_Way]], looks: Sequence[NDArray[np.float32]]) -> tuple[list[_Way], list[float]]:
    """The most likely way for each part, and what share of all ways agrees with it there."""
    open_parts = [index for index, options in enumerate(ways) if len(options) > 1]
    chosen = [max(options, key=lambda way: (way.whole, way.evidence)) for options in ways]
    shares = [1.0] * len(ways)
    while open_parts:
        # All ways of as many parts as can be weighed together; the others as they are for now.
        now, count = [], 1
        while open_parts and count * len(ways[open_parts[0]]) <= MAX_WAYS:
            count *= len(ways[open_parts[0]])
            now.append(open_parts.pop(0))
        spellings = []
        for options in itertools.product(*(ways[index] for index in now)):
            spelling = list(chosen)
            for index, way in zip(now, options, strict=True):
                spelling[index] = way
            spellings.append(spelling)
        texts = [[digit for way in spelling for digit in way.text] for spelling in spellings]
        scores = WHOLE_WEIGHT * np.mean([log_likelihoods(columns, texts) for columns in looks], axis=0)
        scores += np.array([sum(way.evidence for way in spelling) for spelling in spellings])
        weights = np.exp(scores - scores.max())
        weights /= weights.sum()
        best = spellings[int(weights.argmax())]
        for index in now:
            chosen[index] = best[index]
            shares[index] = float(sum(w for w, s in zip(weights, spellings, strict=True) if s[index] is best[index]))
    return chosen, shares


def _candidate(
    each: Named, part: _Part, named: Sequence[Named], readings: Sequence[Reading], line: _Line, page_ink: InkMap,
    connected: ConnectedInk,
) -> Candidate | None:  # fmt: skip
    """The ink of a digit that only the whole names: up to half the way to its neighbours."""
    at = [other.x for other in named]
    index = next(i for i, other in enumerate(named) if other is each)
    usual = 14.0
    left = (at[index - 1] + each.x) / 2 if index else each.x - usual
    right = (at[index + 1] + each.x) / 2 if index + 1 < len(at) else each.x + usual
    left, right = max(left, each.x - usual), min(right, each.x + usual)
    corners = np.array([[left, 4, 1], [right, 4, 1], [left, 28, 1], [right, 28, 1]]) @ line.strip.to_page.T
    low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    box = int(low[0]), int(low[1]), max(1, int(high[0] - low[0])), max(1, int(high[1] - low[1]))
    found = candidate_in(box, page_ink, connected)
    return _all_of(box, page_ink) if found is None else _tight(found)


def _all_of(box: Box, page_ink: InkMap) -> Candidate | None:
    """Whatever is in a box, as on patterned paper where nothing hangs together."""
    x, y = max(0, box[0]), max(0, box[1])
    ink = page_ink.ink[y : max(0, box[1] + box[3]), x : max(0, box[0] + box[2])]
    return Candidate((x, y, ink.shape[1], ink.shape[0]), np.ascontiguousarray(ink)) if ink.size and ink.any() else None


def _tight(candidate: Candidate) -> Candidate | None:
    """A candidate cut to its ink."""
    rows, columns = np.flatnonzero(candidate.ink.any(axis=1)), np.flatnonzero(candidate.ink.any(axis=0))
    if not len(rows):
        return None
    x, y = candidate.box[:2]
    ink = candidate.ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return replace(
        candidate,
        box=(x + int(columns[0]), y + int(rows[0]), ink.shape[1], ink.shape[0]),
        ink=np.ascontiguousarray(ink),
    )
