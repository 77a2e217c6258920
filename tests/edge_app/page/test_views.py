"""Images turned the right way up, and only some places of them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.live.steady_view import AGREEING, REST_FRAMES, SteadyViewReader
from edge_app.page.orientation import turned
from edge_app.page.recognition import Classifier
from edge_app.page.regions import Region
from edge_app.page.result import Digit, Line, Page
from edge_app.page.stages import NO_WATCH, Watch
from edge_app.page.views import View, ViewReader

from ..pages import blank


class Corner:
    """Reads black ink as three digits, surely where it lies in the upper left; its glance promises 180 degrees else.

    Args:
        promise: what the glance says elsewhere.
        sure: how surely it reads elsewhere.
    """

    def __init__(self, promise: int = 180, sure: float = 0.6) -> None:
        self.promise, self.sure, self.reads = promise, sure, 0

    @property
    def classifier(self) -> Classifier:
        """None is asked for."""
        raise NotImplementedError

    def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:  # noqa: ARG002 - as every reader
        """Reads one image."""
        self.reads += 1
        rows, columns = np.nonzero(image < 128)
        height, width = image.shape
        if not len(rows):
            return Page((), width, height)
        box = (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
        upright = box[0] < width / 2 and box[1] < height / 2
        line = Line((Digit(3, 0.95 if upright else self.sure, box),) * 3)
        return Page((line,), width, height, (box,), better_turn=0 if upright else self.promise)


def sheet(turn: int = 0) -> NDArray[np.uint8]:
    """A page with ink in its upper left corner, turned."""
    page = blank(100, 160)
    page[10:40, 20:35] = 0
    return turned(page, turn)


def test_auto_turns_what_reads_better_so() -> None:
    """The page says how far it was turned; boxes lie on the image as given."""
    reader = Corner()
    page = ViewReader(reader, View()).read(sheet(180))
    assert (page.turn, page.better_turn, reader.reads) == (180, 0, 2)
    x, y, width, height = page.lines[0].digits[0].box
    assert (sheet(180)[y : y + height, x : x + width] == 0).all()
    assert width * height == 450


def test_an_upright_page_is_read_once() -> None:
    """Nothing is tried that no glance promised."""
    reader = Corner()
    page = ViewReader(reader, View()).read(sheet())
    assert (page.turn, reader.reads) == (0, 1)


def test_a_promise_that_is_not_kept_changes_nothing() -> None:
    """The second read has to be clearly better."""
    page = ViewReader(Corner(sure=0.95), View()).read(sheet(180))
    assert (page.turn, page.better_turn) == (0, 0)


def test_one_turn_may_lead_to_another() -> None:
    """On its side it reads better upside down, and from there upright."""

    class Rising(Corner):
        """Reads each turn a little more surely than the one before."""

        def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
            self.sure = 0.6 + 0.2 * self.reads
            return super().read(image, watch)

    page = ViewReader(Rising(promise=90), View()).read(sheet(180))
    assert (page.turn, page.lines[0].digits[0].confidence) == (180, 0.95)


@pytest.mark.parametrize(("rotate", "turn", "better"), [("none", 0, 180), ("180", 180, 0)])
def test_a_fixed_turn_is_kept_and_a_better_one_is_advised(rotate: str, turn: int, better: int) -> None:
    """What was asked for is done; a better way up is looked at before it is told."""
    views = ViewReader(Corner(), View(rotate))
    page = views.read_and_advise(sheet(180))
    assert (page.turn, page.better_turn) == (turn, better)
    assert (views.advice(page) is None) == (rotate == "180")
    assert ViewReader(Corner(sure=0.95), View("none")).read_and_advise(sheet(180)).better_turn == 0


def test_advice_names_the_turn() -> None:
    """With --rotate auto what was done, else what to do; nothing of a page that lies as it should."""
    auto, fixed = ViewReader(Corner(), View()), ViewReader(Corner(), View("none"))
    assert str(auto.advice(auto.read_and_advise(sheet(180)))).startswith("was turned by 180 degrees; ")
    assert str(fixed.advice(fixed.read_and_advise(sheet(180)))).startswith("reads better turned by 180 degrees; ")
    assert auto.advice(auto.read_and_advise(sheet())) is None


@pytest.mark.parametrize("rotate", ["auto", "180"])
def test_regions_are_places_of_the_image_as_given(rotate: str) -> None:
    """Also where it is turned to read them."""
    image = sheet(180)
    views = ViewReader(Corner(), View(rotate, (Region("total", (70, 20, 90, 80)),)))
    page = views.read(image)
    (digit, *_), region = page.lines[0].digits, page.lines[0].region
    assert (region, page.turn, page.width, page.height) == ("total", 180, 160, 100)
    x, y, width, height = digit.box
    assert (image[y : y + height, x : x + width] == 0).all()
    assert digit.confidence == 0.95


def test_a_camera_upside_down_is_read_once_a_frame() -> None:
    """After some frames that agree; a frame without numbers ends it."""
    reader = Corner()
    view = SteadyViewReader(reader, View())
    assert [view.read(sheet(180)).turn for _ in range(AGREEING + 10)] == [180] * (AGREEING + 10)
    assert reader.reads == 2 * AGREEING + 10
    view.read(blank(100, 160))
    assert view.read(sheet()).turn == 0
    assert reader.reads == 2 * AGREEING + 12


def test_a_promise_that_frames_do_not_keep_rests() -> None:
    """A glance that is wrong on each frame does not halve the rate."""
    reader = Corner(sure=0.95)
    view = SteadyViewReader(reader, View())
    for _ in range(REST_FRAMES):
        assert view.read(sheet(180)).turn == 0
    assert reader.reads == REST_FRAMES + 1


def test_a_fixed_turn_of_a_camera_stays() -> None:
    """Whatever glances promise."""
    reader = Corner()
    view = SteadyViewReader(reader, View("180"))
    assert [view.read(image).turn for image in (sheet(), blank(100, 160), sheet(180))] == [180] * 3
    assert reader.reads == 3
