"""What reading did on its way to a page, kept for who wants to see it."""

from dataclasses import dataclass

from .candidates import Candidate, ConnectedInk
from .detection import Detections
from .ink import InkMap
from .recognition import Reading


@dataclass(frozen=True)
class Trace:
    """The stages of one part of an image, turned as it was read, in pixels of its ink map.

    Attributes:
        page_ink: the ink, in the polarity that was read.
        connected: the same without ruling lines, by what hangs together.
        candidates: ink that may be digits.
        found: by the detector; None if it was not asked.
        readings: what is believed of the ink in the end: read, refused, and doubtful with a guess.
        one_by_one: the same before numbers were read as wholes; None if they were not.
    """

    page_ink: InkMap
    connected: ConnectedInk
    candidates: tuple[Candidate, ...]
    found: Detections | None
    readings: tuple[Reading, ...]
    one_by_one: tuple[Reading, ...] | None
