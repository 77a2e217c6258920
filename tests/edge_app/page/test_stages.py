"""Timing the stages of one read."""

import threading

import pytest

from edge_app import PageReader
from edge_app.page.reader import STAGES
from edge_app.page.stages import NO_WATCH, Stopwatch

from ..fake_classifier import TallInk
from ..made_wholes import Named
from ..pages import blank, write

# Without a detector and a sequence reader their stages are not passed.
CLASSICAL = tuple(stage for stage in STAGES if stage not in {"detector", "numbers"})


def test_a_read_passes_every_stage_in_their_order() -> None:
    """What a stopwatch saw are the reader's stages; the page is the same as without one."""
    page = write(blank(), "36", (100, 150))
    reader = PageReader(TallInk(), detector=None, sequence=None)
    watch = Stopwatch()
    assert reader.read(page, watch) == reader.read(page)
    assert tuple(watch.stages_ms) == CLASSICAL
    assert min(watch.stages_ms.values()) > 0


def test_numbers_are_a_stage_where_there_is_a_reader_of_them() -> None:
    """Between what is believed of each digit and the lines; a page without any passes it too."""
    for page in (write(blank(), "36", (100, 150)), blank()):
        watch = Stopwatch()
        PageReader(TallInk(), detector=None, sequence=Named("1", "1")).read(page, watch)
        assert tuple(watch.stages_ms) == tuple(stage for stage in STAGES if stage != "detector")


def test_a_page_read_again_inverted_has_each_stage_once() -> None:
    """A doubtful page is read twice; its stages are still the reader's, also on a page without ink."""
    for page in (blank(), ~write(blank(), "36", (100, 150))):
        watch = Stopwatch()
        PageReader(TallInk(), detector=None, sequence=None).read(page, watch)
        assert tuple(watch.stages_ms) == CLASSICAL


def test_a_stage_that_runs_again_adds_up() -> None:
    """The second time comes on top of the first."""
    watch = Stopwatch()
    with watch("ink"):
        pass
    first_ms = watch.stages_ms["ink"]
    with watch("ink"):
        pass
    assert watch.stages_ms["ink"] > first_ms > 0


def test_a_stage_that_raises_is_timed_too() -> None:
    """The error goes on, the time is kept."""
    watch = Stopwatch()
    with pytest.raises(ValueError, match="bad ink"), watch("ink"):
        raise ValueError("bad ink")
    assert watch.stages_ms["ink"] > 0


def test_no_watch_makes_nothing_new() -> None:
    """Without a watch a stage costs no object."""
    assert NO_WATCH("ink") is NO_WATCH("lines")


def test_readings_in_several_threads_keep_their_times_apart() -> None:
    """The reader holds no time; each watch sees the stages of its own page."""
    page = write(blank(), "36", (100, 150))
    reader = PageReader(TallInk(), detector=None, sequence=None)
    watches = [Stopwatch() for _ in range(4)]
    threads = [threading.Thread(target=reader.read, args=(page, watch)) for watch in watches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [tuple(watch.stages_ms) for watch in watches] == [CLASSICAL] * 4
