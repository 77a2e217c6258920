"""Numbers over time: votes over frames, each number published once."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..page.boxes import Box, overlap_of_smaller
from ..page.result import DOUBTFUL, Line, Page
from .event import Change, Kind

# The last votes that count; how many of them, and which part of those cast, a text needs to be published.
WINDOW, MIN_VOTES, MIN_SHARE = 9, 3, 0.6
# Replacing a published number takes more.
CHANGE_VOTES, CHANGE_SHARE = 5, 0.75
# A number is gone when it has not been seen for this many seconds and in this many frames.
GONE_S, GONE_FRAMES = 1.0, 5
# Boxes that share this part of the smaller one are the same place.
SAME_PLACE = 0.4


@dataclass(eq=False)
class _Track:
    number: int
    box: Box
    region: str | None
    votes: deque[str] = field(default_factory=lambda: deque(maxlen=WINDOW))
    lines: dict[str, Line] = field(default_factory=dict)
    published: str | None = None
    last_seen_s: float = 0.0
    missed: int = 0

    def winner(self) -> str | None:
        """The text that may be published now, if it differs from what was published.

        A frame in which a digit is doubtful speaks for each text that it agrees with.
        """
        if not self.votes:
            return None
        counts = Counter(self.votes)
        support = {text: sum(count for vote, count in counts.items() if agrees(vote, text)) for text in counts}
        text = max(support, key=lambda each: (support[each], -each.count(DOUBTFUL)))
        if self.said(text):
            return None
        least, share = (MIN_VOTES, MIN_SHARE) if self.published is None else (CHANGE_VOTES, CHANGE_SHARE)
        return text if support[text] >= least and support[text] >= share * len(self.votes) else None

    def said(self, text: str) -> bool:
        """Whether a text is what was published, some of its digits doubtful or not."""
        return self.published is not None and agrees(text, self.published)

    def change(self, kind: Kind, text: str, former: str | None = None) -> Change:
        line = self.lines[text]
        confidence = min(digit.confidence for digit in line.digits)
        return Change(kind, text, former, self.number, self.box, confidence, guess=line.guess, region=self.region)


class Tracker:
    """Follows the lines of a page from frame to frame."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._made = self._scene = 0

    def update(self, page: Page, now_s: float, scene: int = 0) -> list[Change]:
        """Takes a frame's page.

        Args:
            page: what was read off the frame.
            now_s: when it was taken, of any steady clock, never earlier than the one before.
            scene: see Frame; with another one all that was in view has left.

        Returns:
            What to publish: numbers stable for the first time, changed, gone; in reading order, those that left
            last, but those of the scene before first.
        """
        if scene == self._scene:
            return self._follow(page, now_s)
        gone, self._tracks, self._scene = self._tracks, [], scene
        return _left(gone) + self._follow(page, now_s)

    def _follow(self, page: Page, now_s: float) -> list[Change]:
        seen = []
        for line, track in self._assign(page.lines):
            track.box, track.last_seen_s, track.missed = box_of(line), now_s, 0
            seen.append(track)
            if line.is_read:
                track.votes.append(line.text)
                track.lines[line.text] = line
        changes = []
        for track in seen:
            text = track.winner()
            if text is not None:
                changes.append(track.change("read" if track.published is None else "changed", text, track.published))
                track.published = text
            for forgotten in track.lines.keys() - set(track.votes) - {track.published}:
                del track.lines[forgotten]
        return changes + self._leave(seen, now_s)

    def numbers(self) -> list[Change]:
        """What is in view: the numbers that were published and have not left, each as its last "read"."""
        published = [track for track in self._tracks if track.published is not None]
        return [track.change("read", str(track.published)) for track in sorted(published, key=lambda each: each.box[1])]

    def _assign(self, lines: Sequence[Line]) -> list[tuple[Line, _Track]]:
        """A track for each line: the one in its place, else one with its number (a moved sheet), else a new one."""
        boxes = [box_of(line) for line in lines]
        shares = [
            (overlap_of_smaller(track.box, box), -track.number, index, track)
            for index, box in enumerate(boxes)
            for track in self._tracks
            if track.region == lines[index].region
        ]
        found: dict[int, _Track] = {}
        for share, _, index, track in sorted(shares, key=lambda each: each[:3], reverse=True):
            if share >= SAME_PLACE and index not in found and track not in found.values():
                found[index] = track
        for index, line in enumerate(lines):
            if index not in found:
                there = (each for each in self._tracks if each.region == line.region and each not in found.values())
                moved = (each for each in there if line.is_read and each.said(line.text))
                found[index] = next(moved, None) or self._new(boxes[index], line.region)
        return [(line, found[index]) for index, line in enumerate(lines)]

    def _new(self, box: Box, region: str | None) -> _Track:
        self._made += 1
        self._tracks.append(_Track(self._made, box, region))
        return self._tracks[-1]

    def _leave(self, seen: list[_Track], now_s: float) -> list[Change]:
        gone = []
        for track in self._tracks:
            if track in seen:
                continue
            track.missed += 1
            if track.published is None:
                # A flicker that was never published ends silently.
                ended = track.missed >= GONE_FRAMES
            else:
                ended = track.missed >= GONE_FRAMES and now_s - track.last_seen_s >= GONE_S
            if ended:
                gone.append(track)
        self._tracks = [track for track in self._tracks if track not in gone]
        return _left(gone)


def _left(tracks: Sequence[_Track]) -> list[Change]:
    return [track.change("left", track.published) for track in tracks if track.published is not None]


def agrees(text: str, other: str) -> bool:
    """Whether a text is another one, some of whose digits may be doubtful in it."""
    return len(text) == len(other) and all(a in {b, DOUBTFUL} for a, b in zip(text, other, strict=True))


def box_of(line: Line) -> Box:
    """(x, y, width, height) around a line's digits."""
    left = min(digit.box[0] for digit in line.digits)
    top = min(digit.box[1] for digit in line.digits)
    right = max(digit.box[0] + digit.box[2] for digit in line.digits)
    bottom = max(digit.box[1] + digit.box[3] for digit in line.digits)
    return left, top, right - left, bottom - top
