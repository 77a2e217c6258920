"""Numbers: digits that were read one by one, and the same line read as a whole, made one.

Where both name the same digits they stand. Where they differ, each way to spell the line is weighed, and what is not
certain is marked as doubtful.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from .boxes import Box, middle_in
from .candidates import Candidate, ConnectedInk, candidate_in
from .fusion import PAGE_HEIGHTS
from .ink import Grey, InkMap
from .line_look import LineLook, look_along
from .lines import along, lines_of
from .pairing import parts_of
from .recognition import Classifier, Reading, look_at
from .spelling import ColumnNetwork, Named
from .strip import Strip
from .ways import MISSED, WHOLE_WEIGHT, WHOLE_WEIGHT_ON_STRIP, Way, best_ways, label_of, ways_of

# A way to spell a part of a line that has a smaller share of all ways is doubtful. Of 600 drawn strips this marks eight
# wrong texts more than 0.6 does, and two right ones.
CERTAIN = 0.75
# Where no digit of a strip was read one by one, the whole has to be this sure of several. Of 1,200 drawn strips 19 more
# are read rightly so, one wrongly, and 24 are marked.
SURE = 0.8
# On a page a number is left as it is where each of its digits was read and believed so certainly: a look along it takes
# longer than all else on a plain page.
PLAIN_CONFIDENCE, PLAIN_BELIEF = 0.96, 0.9
# A digit that stood, or was doubtful, goes without a mark only if all ways together are this certain that it is none.
DROPPED = 0.9
# What stands where nothing was read is a digit only beside this many: texture beside a false one looks like more of it.
MIN_MEMBERS = 2
# The whole reads print, too: on a page, ink whose belief is lower than this when it is refused stays refused.
MIN_REFUSED_BELIEF = 0.1
# Digits farther apart than this, in heights, are not one number; one that was missed between two is nearer.
MAX_GAP = 1.2
# So many digits show a page's slant; where there are fewer, lines are looked along as if it were level, too.
MIN_SLANT_DIGITS = 8
# A digit that only the whole names reaches at most this far from its middle, and from this row of the strip to that.
REACH_PX, TOP_PX, BOTTOM_PX = 14.0, 4, 28
# What a line's digits become: readings by index, None for one that is gone; and the new ones.
Outcome = tuple[dict[int, Reading | None], list[tuple[Reading, Candidate]]]


def read_numbers(
    readings: Sequence[Reading], page_ink: InkMap, connected: ConnectedInk, network: ColumnNetwork,
    classifier: Classifier, slant_deg: float,
) -> list[Reading]:  # fmt: skip
    """Reads each line of a page as a whole, too.

    Args:
        readings: of the page, boxes in pixels of the ink map; refused and doubtful ones too.
        page_ink: the page.
        connected: its ink by what hangs together.
        network: the sequence reader.
        classifier: looks at what only the whole names, for its crop.
        slant_deg: of the page's lines, positive when they run downhill.

    Returns:
        The readings in their order, some with another label, guess or confidence, some gone; then the new ones.
    """
    digits = [index for index, reading in enumerate(readings) if reading.is_digit]
    others = [reading.box for reading in readings if not reading.is_digit]
    outcome: dict[int, Reading | None] = dict(enumerate(readings))
    heights = [readings[index].box[3] for index in digits]
    # A strip with one line has no grid: what looks like rulings there is the number's own.
    is_page = bool(digits) and page_ink.ink.shape[0] > PAGE_HEIGHTS * float(np.median(heights))
    ink = _without_rulings(page_ink, connected) if is_page else page_ink.ink
    is_slant_sure = is_page and len(digits) >= MIN_SLANT_DIGITS
    angles = (math.radians(slant_deg),) if is_slant_sure or not slant_deg else (math.radians(slant_deg), 0.0)
    new: list[tuple[Reading, Candidate]] = []
    lines = lines_of([readings[index].box for index in digits], slant_deg)
    is_unread = not is_page and all(readings[index].label is None for index in digits)
    for members in _numbers([[digits[place] for place in line] for line in lines], readings, slant_deg, is_page):
        if not is_unread and all(readings[index].label is None for index in members):
            continue
        if is_page and all(_is_plain(readings[index]) for index in members):
            continue
        own = set(members)
        foreign = [readings[index].box for index in digits if index not in own]
        boxes = [readings[index].box for index in members]
        read = [label_of(readings[index]) for index in members]
        look = look_along(boxes, others, foreign, ink, network, angles, read, closely=not is_page)
        changed, added = _spelled(members, readings, look, page_ink, connected, is_page)
        outcome.update(changed)
        for digit, digit_ink in added:
            # Two numbers may reach the same ink between them.
            if not any(_same_ink(digit.box, other.box) for other, _ in new):
                new.append((digit, digit_ink))
    looks = look_at([candidate.ink for _, candidate in new], classifier)
    added_readings = [replace(reading, crop=look.crop) for (reading, _), look in zip(new, looks, strict=True)]
    kept = [
        reading for reading in outcome.values() if reading is not None and not _is_read_now(reading, added_readings)
    ]
    kept += added_readings
    return _only_sure(kept) if is_unread else kept


def _only_sure(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of a strip on which none was read one by one: doubtful, unless the whole is sure of several."""
    sure = [each.label is not None and each.confidence >= SURE for each in readings]
    several = sum(sure) >= MIN_MEMBERS
    left = []
    for each, is_sure in zip(readings, sure, strict=True):
        own = replace(each, belief=MISSED) if each.is_digit and each.belief is None else each
        left.append(own if own.label is None or (several and is_sure) else replace(own, label=None, guess=own.label))
    return left


def _numbers(
    lines: Sequence[Sequence[int]], readings: Sequence[Reading], slant_deg: float, is_page: bool
) -> Iterator[list[int]]:
    """The readings that stand near each other in a line; on a page those that stand alone are left as they are."""
    for line in lines:
        if not is_page:
            yield list(line)
            continue
        number = [line[0]]
        for before, index in itertools.pairwise(line):
            one, other = readings[before].box, readings[index].box
            gap = along(other, slant_deg)[0] - along(one, slant_deg)[0] - (one[2] + other[2]) / 2
            if gap > MAX_GAP * max(one[3], other[3]):
                yield from [number] if len(number) > 1 else []
                number = []
            number.append(index)
        yield from [number] if len(number) > 1 else []


def _is_plain(reading: Reading) -> bool:
    """Whether nobody doubts a digit; without a detector the whole page read plainly."""
    believed = reading.belief is None or reading.belief >= PLAIN_BELIEF
    return reading.label is not None and reading.confidence >= PLAIN_CONFIDENCE and believed


def _without_rulings(page_ink: InkMap, connected: ConnectedInk) -> Grey:
    """The ink without what was taken out of it as rulings: between cells they look like 1s."""
    written = connected.labels > 0
    ruled = (page_ink.mask > 0) & ~written
    if not ruled.any():
        return page_ink.ink
    rim = cv2.dilate(ruled.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(rim & ~written, 0, page_ink.ink).astype(np.uint8)


def _is_read_now(reading: Reading, new: Sequence[Reading]) -> bool:
    """Whether refused ink was read as a whole's digit after all."""
    return not reading.is_digit and any(middle_in(reading.box, digit.box) for digit in new)


def _spelled(
    members: Sequence[int], readings: Sequence[Reading], look: LineLook, page_ink: InkMap, connected: ConnectedInk,
    is_page: bool,
) -> Outcome:  # fmt: skip
    """What becomes of a line's digits; on a page, where detector and context were asked, none that was read goes."""
    named = look.named
    parts = parts_of(members, readings, named, look.strip)
    if len(members) < MIN_MEMBERS:
        parts = [part for part in parts if part.readings]
    weight = WHOLE_WEIGHT if is_page else WHOLE_WEIGHT_ON_STRIP
    chosen, shares = best_ways([ways_of(part, readings, not is_page) for part in parts], look.looks, weight)
    changed: dict[int, Reading | None] = {}
    added: list[tuple[Reading, Candidate]] = []
    for part, way, share in zip(parts, chosen, shares, strict=True):
        if not way.whole:
            changed.update({index: _single(index, readings[index], way, share) for index in part.readings})
        elif len(part.readings) == len(part.named):
            for index, each in zip(part.readings, part.named, strict=True):
                changed[index] = _renamed(readings[index], each, share)
        else:
            inks = [_ink_of(each, named, look.strip, page_ink, connected) for each in part.named]
            found = [(each, ink) for each, ink in zip(part.named, inks, strict=True) if ink is not None]
            refused = is_page and any(_is_refused(ink.box, readings) for _, ink in found)
            if len(found) == len(part.named) and not refused:
                changed.update(dict.fromkeys(part.readings))
                added += [(_new(each, ink.box, share), ink) for each, ink in found]
    return changed, added


def _is_refused(box: Box, readings: Sequence[Reading]) -> bool:
    """Whether a box's ink was taken for a digit and refused with little belief."""
    return any(
        not reading.is_digit
        and reading.belief is not None
        and reading.belief < MIN_REFUSED_BELIEF
        and _same_ink(reading.box, box)
        for reading in readings
    )


def _same_ink(one: Box, other: Box) -> bool:
    return middle_in(one, other) and middle_in(other, one)


def _single(index: int, reading: Reading, way: Way, share: float) -> Reading:
    """A reading that stands or not, in a part that is spelled as the readings have it."""
    if index in way.taken:
        if reading.label is None or share >= CERTAIN:
            return reading
        return replace(reading, label=None, guess=reading.label, confidence=reading.confidence * share)
    return replace(reading, label=None, guess=None if share >= DROPPED else label_of(reading))


def _renamed(reading: Reading, each: Named, share: float) -> Reading:
    """A reading with the whole's digit."""
    agrees = each.label == label_of(reading)
    confidence = _of_both(reading.confidence, each.confidence) if agrees else share * each.confidence
    return _with_label(reading, each.label, confidence, share)


def _new(each: Named, box: Box, share: float) -> Reading:
    """A digit that only the whole names."""
    return _with_label(Reading(box, None, 0.0), each.label, share * each.confidence, share)


def _with_label(reading: Reading, label: int, confidence: float, share: float) -> Reading:
    if share >= CERTAIN:
        return replace(reading, label=label, guess=None, confidence=confidence)
    return replace(reading, label=None, guess=label, confidence=confidence)


def _of_both(one: float, other: float) -> float:
    """Probability of a digit that two independent witnesses name with these, each of the other nine being as likely."""
    right, wrong = one * other, (1 - one) * (1 - other) / 9
    return right / max(right + wrong, 1e-9)


def _ink_of(
    each: Named, named: Sequence[Named], strip: Strip, page_ink: InkMap, connected: ConnectedInk
) -> Candidate | None:
    """The ink of a digit that only the whole names: up to half the way to its neighbours."""
    left = max([each.x - REACH_PX, *((other.x + each.x) / 2 for other in named if other.x < each.x)])
    right = min([each.x + REACH_PX, *((other.x + each.x) / 2 for other in named if other.x > each.x)])
    corners = np.array([[x, y, 1] for x in (left, right) for y in (TOP_PX, BOTTOM_PX)]) @ strip.to_page.T
    low, high = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    box = int(low[0]), int(low[1]), max(1, int(high[0] - low[0])), max(1, int(high[1] - low[1]))
    found = candidate_in(box, page_ink, connected)
    return _all_in(box, page_ink) if found is None else _tight(found)


def _all_in(box: Box, page_ink: InkMap) -> Candidate | None:
    """Whatever is in a box, as on patterned paper where nothing hangs together."""
    x, y = max(0, box[0]), max(0, box[1])
    ink = page_ink.ink[y : max(0, box[1] + box[3]), x : max(0, box[0] + box[2])]
    return Candidate((x, y, ink.shape[1], ink.shape[0]), np.ascontiguousarray(ink)) if ink.any() else None


def _tight(candidate: Candidate) -> Candidate | None:
    """A candidate cut to its ink."""
    rows, columns = np.flatnonzero(candidate.ink.any(axis=1)), np.flatnonzero(candidate.ink.any(axis=0))
    if not len(rows):
        return None
    ink = candidate.ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    corner = candidate.box[0] + int(columns[0]), candidate.box[1] + int(rows[0])
    return replace(candidate, box=(*corner, ink.shape[1], ink.shape[0]), ink=np.ascontiguousarray(ink))
