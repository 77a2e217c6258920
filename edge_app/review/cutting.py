"""Pictures of fields, cut in a thread of their own before they are looked at, so that no request waits for one."""

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

import cv2
import numpy as np

from ..errors import DigitsError
from ..forms.contrast import Grey, shrunk
from ..forms.fields import Field
from ..forms.locate import Located, NotLocated
from ..forms.straighten import cut
from ..host.lasting_thread import LastingThread
from ..host.printable import printable

LOG = logging.getLogger(__name__)
# Around a field, in its heights; of a page that does not show it, the longer side in pixels.
AROUND_PART, PAGE_PX = 0.4, 1200
LEAST_IN_VIEW = 0.9
# What is not urgent waits until nothing was asked for that time: it would delay an answer that somebody waits for.
QUIET_S = 0.5
# How light a picture's paper and ink are shown, unless they differ so little that it is noise.
PAPER, INK, LEAST_CONTRAST = 245.0, 30.0, 40.0
# Pictures that are kept, some 50 KB each, and that may wait to be cut: the page asks for a few ahead.
KEPT, WAITING = 64, 32


def field_picture(photo: Grey, located: Located | NotLocated, field: Field) -> Grey:
    """A field on a photo, straight and with what is around it, uint8 (h, w); all of a photo that does not show it."""
    if isinstance(located, Located):
        picture = cut(photo, located, field.box, AROUND_PART)
        if picture.in_view >= LEAST_IN_VIEW:
            return _in_good_light(picture.image)
    return shrunk(photo, PAGE_PX)


def _in_good_light(picture: Grey) -> Grey:
    """Dark ink on light paper, however dark the photo is."""
    ink, paper = np.percentile(picture, (1, 75))
    gain = (PAPER - INK) / max(LEAST_CONTRAST, float(paper - ink))
    return np.asarray(np.clip((picture - float(paper)) * gain + PAPER, 0, 255), np.uint8)


def as_png(picture: Grey) -> bytes:
    """A picture, uint8 (h, w), as browsers show it."""
    return cv2.imencode(".png", np.ascontiguousarray(picture))[1].tobytes()


class Cutting:
    """Cuts what is asked for; what else is to be done waits until no picture is wanted.

    Args:
        draw: a field's picture as PNG, by the question's id; called in that thread, raises DigitsError.
    """

    def __init__(self, draw: Callable[[str], bytes]) -> None:
        self._draw, self._lock = draw, threading.Lock()
        self._wanted: deque[str] = deque(maxlen=WAITING)
        self._later: deque[Callable[[], None]] = deque()
        self._kept: OrderedDict[str, bytes | str] = OrderedDict()
        self._asked_s = 0.0
        self._something, self._ended = threading.Event(), threading.Event()
        self._thread = LastingThread("review", self._work, self._ended)
        self._thread.start()

    def ask(self, question_id: str) -> bytes | str | None:
        """A picture as PNG, or why there is none; None if it is being cut."""
        self._asked_s = time.monotonic()
        with self._lock:
            if question_id in self._kept:
                found = self._kept.pop(question_id)
                # What failed is tried again when it is asked for once more: a stick may be back.
                if isinstance(found, bytes):
                    self._kept[question_id] = found
                return found
            if question_id not in self._wanted:
                self._wanted.append(question_id)
        self._something.set()
        return None

    def later(self, job: Callable[[], None]) -> None:
        """Does something in that thread when nothing is asked for."""
        self._asked_s = time.monotonic()
        self._later.append(job)
        self._something.set()

    def close(self) -> None:
        """Ends the thread; what is still to be done is not."""
        self._ended.set()
        self._something.set()
        self._thread.join()

    def _work(self) -> None:
        # After a failure there may be more to do.
        if not self._later:
            self._something.wait()
        self._something.clear()
        while not self._ended.is_set():
            with self._lock:
                wanted = self._wanted.popleft() if self._wanted else None
            if wanted is not None:
                self._cut(wanted)
            elif not self._later:
                return
            elif (rest_s := self._asked_s + QUIET_S - time.monotonic()) > 0:
                self._something.wait(rest_s)
                self._something.clear()
            else:
                self._later.popleft()()

    def _cut(self, question_id: str) -> None:
        made: bytes | str
        try:
            made = self._draw(question_id)
        except DigitsError as error:
            made = printable(str(error))
        except Exception:
            # A bug: it is logged, and the field can still be answered.
            LOG.exception("review: a picture cannot be cut")
            made = "expected a picture, got a failure; see the app's log"
        with self._lock:
            self._kept[question_id] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
