"""From an image to a page of numbers."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError
from ..files.image import to_luma
from ..files.opening import MIN_SIDE_PX
from ..model.detector import DigitDetector
from ..model.sequence import SequenceReader
from .boxes import Box, middle_in, on_image
from .candidates import Candidate, ConnectedInk, connect, find_candidates
from .colour import weigh_by_colour
from .context import refuse_by_context
from .detection import Detections, MapNetwork, detect
from .doubtful import doubted_by_context, guess, in_lines, propose_doubtful
from .fusion import MIN_NEW_ON_STRIP, fuse, is_strip, read_missed
from .ink import InkMap, find_ink
from .lean import detect_upright, find_lean
from .level import MIN_DIGITS, MIN_LEVEL_DEG, MIN_SHARE, may_be_turned, tilts_rulings, turned_back, turned_level
from .lines import arrange, find_slant
from .lone_strokes import refuse_lone_strokes
from .numbers import read_numbers
from .orientation import better_turn
from .recognition import Classifier, Reading, look_at
from .repetition import weigh_by_repetition
from .result import Digit, Page
from .second_look import SMALLER, WORTH_A_LOOK, confirm
from .spelling import ColumnNetwork
from .stages import NO_WATCH, Watch
from .trace import Trace
from .wholes import Cut, Whole, cut_touching, read_wholes

# In the order in which a page passes them; plain pages skip the turn and the detector, and numbers need their reader.
STAGES = ("ink", "candidates", "wholes", "turn", "detector", "touching", "belief", "numbers", "lines")
# A page whose ink is all read with this confidence, or this share of it, needs no second look.
PLAIN_CONFIDENCE, PLAIN_SHARE = 0.9, 0.85
MIN_PLAIN_DIGITS = 3
# A page may not show whether its ink is dark or light. Five digits that are read settle it; so do two, if at least half
# of the ink is read. Where paper is taken for ink, a few of its pieces look like digits.
SETTLED, MIN_SETTLED, SETTLED_SHARE = 5, 2, 0.5
# Lower ink that the classifier refuses is specks and dots: the detector, which would enlarge it, need not look there.
LEAST_HEIGHT_PX = 19
# A digit that is read less surely is doubtful. Of 1,200 drawn strips this marks 25 wrong texts and 4 right ones; on the
# development photos about as many wrong digits as right ones.
LEAST_CONFIDENCE = 0.55
# Ink is cut into digits only where the detector sees one of at least this score in it.
WORTH_CUTTING = 0.3


class ImageReader(Protocol):
    """What reads images: a PageReader, or what stands before one."""

    @property
    def classifier(self) -> Classifier:
        """Reads single digits."""

    def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
        """See PageReader.read."""


class PageReader:
    """Finds and reads the handwritten digits of an image. Holds no state between images.

    Args:
        classifier: reads single digits.
        detector: looks at pages that do not read plainly; None reads without one, and by default it is the shipped one.
        traced: whether pages keep what reading did, Page.traces.
        sequence: reads each number once more as a whole; None reads without one, by default it is the shipped one.
        dark_ink: whether ink is known to be darker than its paper.
        level: whether a page whose lines run at an angle is turned level first.
        looks_twice: whether the detector has a second look at what it found on a page; frames that follow one another
            go without.
    """

    def __init__(
        self,
        classifier: Classifier,
        detector: MapNetwork | Literal["shipped"] | None = "shipped",
        traced: bool = False,
        sequence: ColumnNetwork | Literal["shipped"] | None = "shipped",
        dark_ink: bool = False,
        level: bool = True,
        looks_twice: bool = True,
    ) -> None:
        self._classifier, self._traced, self._dark_ink, self._level = classifier, traced, dark_ink, level
        self._looks_twice = looks_twice
        if detector == "shipped":
            detector = DigitDetector.load(runtime=getattr(classifier, "runtime", "auto"))
        self.detector = detector
        if sequence == "shipped":
            sequence = SequenceReader.load(runtime=getattr(classifier, "runtime", "auto"))
        self.sequence = sequence

    @property
    def classifier(self) -> Classifier:
        """Reads single digits."""
        return self._classifier

    def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
        """Reads one image as it lies; edge_app.page.views.ViewReader also turns it where that reads clearly better.

        Args:
            image: uint8 (H, W) luma or (H, W, 3) RGB, from 32x32 pixels up.
            watch: called around each of STAGES; a Stopwatch, say.

        Raises:
            ImageError: any other shape or dtype.
        """
        height, width = checked_size(image)
        with watch("ink"):
            luma = to_luma(image)
            page_ink = find_ink(luma, inverted=False if self._dark_ink else None)
        scale, inverted = page_ink.scale, page_ink.inverted
        in_doubt = page_ink.doubtful and not self._dark_ink
        readings, turn, traces = self._read_ink(page_ink, watch, image)
        read = sum(_settles(reading) for reading in readings)
        if in_doubt and read < min(SETTLED, max(MIN_SETTLED, SETTLED_SHARE * len(readings))):
            # The first look's maps go before the second makes its own: on noise they are tens of megabytes.
            del page_ink
            with watch("ink"):
                page_ink = find_ink(luma, inverted=not inverted)
            other = self._read_ink(page_ink, watch, image)
            if _for_polarity(other[0]) > _for_polarity(readings):
                readings, turn, traces = other
        with watch("lines"):
            return replace(_page(readings, scale, (width, height)), better_turn=turn, traces=traces)

    def _read_ink(
        self, page_ink: InkMap, watch: Watch, image: NDArray[np.uint8], connected: ConnectedInk | None = None
    ) -> tuple[list[Reading], int, tuple[Trace, ...]]:
        """Reads the ink of an image, boxes in pixels of the ink map, and looks for a better way up, see Page."""
        with watch("candidates"):
            connected = connect(page_ink) if connected is None else connected
            candidates = find_candidates(page_ink, connected)
        with watch("wholes"):
            slant_deg = find_slant([each.box for each in candidates if not (each.fragment or each.encloses)])
            wholes = read_wholes(candidates, self._classifier, slant_deg)
            turned = self._turned_level(page_ink, connected, slant_deg, candidates, wholes)
        if turned is not None:
            del connected, candidates, wholes
            readings, turn, traces = self._read_ink(turned[0], watch, image, turned[1])
            return turned_back(readings, *turned), turn, traces
        frames = [Reading(frame.box, None, 0.0) for frame in candidates if frame.encloses]
        found, strip, turn, plain = None, False, 0, _plain([whole.reading for whole in wholes] + frames)
        if not plain:
            with watch("turn"):
                turn = better_turn(wholes, self._classifier)
        lean = find_lean([whole.candidate for whole in wholes])
        if self.detector is not None and not plain:
            with watch("detector"):
                found, strip = self._look(self.detector, page_ink, wholes, lean, image)
        with watch("touching"):
            cuts = [_cut(whole, found) for whole in wholes]
            looks = iter(look_at([ink for cut in cuts if cut is not None for ink in cut.inks], self._classifier))
            readings = frames
            for whole, cut in zip(wholes, cuts, strict=True):
                readings += [whole.reading] if cut is None else cut.read(list(itertools.islice(looks, len(cut.spans))))
        with watch("belief"):
            if found is None:
                believed = refuse_by_context(readings)
                believed += doubted_by_context(readings, believed, page_ink)
            else:
                believed, missed, in_doubt = fuse(readings, found, page_ink, connected, strip)
                believed += read_missed(missed, look_at([ink.ink for ink in missed.values()], self._classifier), found)
                read = [reading.box for reading in believed if reading.label is not None]
                unread = propose_doubtful(found, in_doubt, read, page_ink, connected, strip)
                believed += guess(unread, look_at([each.ink for _, _, each in unread], self._classifier), found)
            # Where all writing leans far, a 1 does.
            believed = refuse_lone_strokes(believed) if lean == 0 else believed
        one_by_one = None if self.sequence is None else tuple(believed)
        # The sequence reader learnt from hands that lean less than what is set upright for the detector.
        if self.sequence is not None and lean == 0:
            with watch("numbers"):
                digits = [reading.box for reading in believed if reading.is_digit]
                believed = read_numbers(
                    believed, page_ink, connected, self.sequence, self._classifier, find_slant(digits)
                )
        if not self._traced:
            return believed, turn, ()
        return believed, turn, (Trace(page_ink, connected, tuple(candidates), found, tuple(believed), one_by_one),)

    def _look(
        self, detector: MapNetwork, page_ink: InkMap, wholes: Sequence[Whole], lean: float, image: NDArray[np.uint8]
    ) -> tuple[Detections, bool]:
        """What the detector sees, and whether a line of digits fills the image."""
        places = [each.candidate.box for each in wholes if _is_worth_a_look(each)]
        found = detect_upright(page_ink, places, lean, detector)
        strip = is_strip(found, page_ink)
        if self._looks_twice and not strip and lean == 0:
            again = found.boxes[found.scores >= WORTH_A_LOOK].tolist()
            found = confirm(found, detect(page_ink.ink, again, detector, SMALLER))
        pieces = [whole.reading for whole in wholes]
        return weigh_by_repetition(weigh_by_colour(found, pieces, image, page_ink), pieces), strip

    def _turned_level(
        self, page_ink: InkMap, connected: ConnectedInk, slant_deg: float, candidates: Sequence[Candidate],
        wholes: Sequence[Whole],
    ) -> tuple[InkMap, ConnectedInk] | None:  # fmt: skip
        """The page turned level with its connected ink, or None if it is, or is not worth a turn."""
        if not self._level or page_ink.matrix is not None or abs(slant_deg) < MIN_LEVEL_DEG:
            return None
        as_level = _certainty([whole.reading for whole in wholes])
        if as_level < MIN_DIGITS or not may_be_turned(page_ink, slant_deg):
            return None
        as_is = _certainty([whole.reading for whole in read_wholes(candidates, self._classifier)])
        if as_level < MIN_SHARE * as_is:
            return None
        level = turned_level(page_ink, slant_deg)
        after = connect(level)
        return None if tilts_rulings(connected, after) else (level, after)


def _settles(reading: Reading) -> bool:
    """Whether a reading is believed enough to settle the polarity; what only the whole of a strip is sure of is not."""
    return reading.label is not None and (reading.belief is None or reading.belief >= MIN_NEW_ON_STRIP)


def _for_polarity(readings: Sequence[Reading]) -> tuple[float, float]:
    """How much speaks for a polarity: first what settles it, then all that was read."""
    return _certainty([reading for reading in readings if _settles(reading)]), _certainty(readings)


def _certainty(readings: Sequence[Reading]) -> float:
    """How much was read."""
    return sum(reading.confidence for reading in readings if reading.label is not None)


def _is_worth_a_look(whole: Whole) -> bool:
    """Whether the detector is to look where a piece of ink stands."""
    return whole.reading.label is not None or whole.candidate.box[3] >= LEAST_HEIGHT_PX


def _cut(whole: Whole, found: Detections | None) -> Cut | None:
    """Touching digits cut apart, where ink looks like them and the detector, if it was asked, sees a digit there."""
    if whole.looks_touching and (found is None or found.within(whole.candidate.box, WORTH_CUTTING)):
        return cut_touching(whole)
    return None


def _page(readings: Sequence[Reading], scale: float, size_wh: tuple[int, int]) -> Page:
    """The readings, whose boxes are in pixels of the ink map, in lines and in pixels of the image."""
    digits = [_digit(reading, on_image(reading.box, scale, size_wh)) for reading in readings]
    # What is read, surely or not, has its place; a doubtful digit has to stand beside another one.
    read = [digit for digit, reading in zip(digits, readings, strict=True) if reading.label is not None]
    possible = [digit for digit, reading in zip(digits, readings, strict=True) if reading.guess is not None]
    lines = arrange(read)
    if read:
        doubtful = in_lines(possible, lines)
    else:
        doubtful = [digit for line in arrange(possible) if len(line.digits) > 1 for digit in line.digits]
    if doubtful:
        lines = arrange([*read, *doubtful])
    refused = [digit for digit in digits if digit.label is None and digit.guess is None]
    # Ink in which a doubtful digit stands has its mark there.
    refused = [ink for ink in refused if not any(middle_in(digit.box, ink.box) for digit in doubtful)]
    return Page(lines, *size_wh, tuple(ink.box for ink in refused), tuple(ink.crop for ink in refused))


def _digit(reading: Reading, box: Box) -> Digit:
    """A reading at its place in the image, doubtful if it is not sure enough."""
    label, guess = reading.label, reading.guess
    if label is not None and reading.confidence < LEAST_CONFIDENCE:
        label, guess = None, label
    return Digit(label, reading.confidence, box, guess, reading.crop)


def _plain(readings: Sequence[Reading]) -> bool:
    """Whether all ink reads as digits, nearly all surely, and some of them are more than a stroke."""
    if any(reading.label is None for reading in readings):
        return False
    sure = [reading for reading in readings if reading.confidence >= PLAIN_CONFIDENCE]
    return len(sure) >= PLAIN_SHARE * len(readings) and sum(each.label != 1 for each in sure) >= MIN_PLAIN_DIGITS


def checked_size(image: NDArray[np.uint8]) -> tuple[int, int]:
    """Height and width of an image that can be read; raises ImageError for any other."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        got = image.dtype if isinstance(image, np.ndarray) else type(image).__name__
        raise ImageError(f"expected an image of uint8, got {got}; convert it to 0 to 255 first")
    if image.ndim not in {2, 3} or (image.ndim == 3 and image.shape[2] != 3):
        raise ImageError(f"expected an image of shape (H, W) or (H, W, 3) RGB, got {image.shape}; drop other channels")
    if min(image.shape[:2]) < MIN_SIDE_PX:
        raise ImageError(
            f"expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX} pixels, got {image.shape}; give a larger image"
        )
    return image.shape[0], image.shape[1]
