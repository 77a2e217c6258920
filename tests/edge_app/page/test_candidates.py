"""Candidates out of connected ink."""

import numpy as np
from numpy.typing import NDArray

from edge_app.page.candidates import MAX_CANDIDATES, Candidate, candidate_in, connect, find_candidates
from edge_app.page.ink import find_ink

from ..pages import blank, write


def candidates_of(page: NDArray[np.uint8]) -> list[Candidate]:
    """The candidates of a page."""
    page_ink = find_ink(page)
    return find_candidates(page_ink, connect(page_ink))


def test_each_digit_is_one_candidate_with_its_box() -> None:
    """Three digits apart are three candidates where they stand."""
    candidates = candidates_of(write(blank(), "4 8 1", (60, 200), 80))
    assert len(candidates) == 3
    for candidate in candidates:
        _, y, width, height = candidate.box
        assert candidate.ink.shape == (height, width)
        assert candidate.ink.max() == 255
        assert 70 <= height <= 95
        assert 100 <= y <= 130


def test_specks_and_long_lines_are_no_candidates() -> None:
    """Dust and a ruling line are left out by their shape."""
    page = blank()
    page[100:103, 100:103] = 40
    page[200:203, 20:620] = 40
    assert candidates_of(page) == []


def test_a_neighbour_in_the_box_is_not_in_the_crop() -> None:
    """Ink of another component inside the same box does not show in the crop."""
    page = write(blank(), "0", (200, 300), 160)
    page[220:228, 250:258] = 40
    candidate = max(candidates_of(page), key=lambda each: each.box[3])
    height, width = candidate.ink.shape
    assert candidate.ink[height // 2 - 20 : height // 2 + 20, width // 2 - 10 : width // 2 + 10].max() == 0


def test_a_frame_around_other_ink_is_marked() -> None:
    """A box with something in it, as a die or a form field, is no digit."""
    page = blank()
    page[100:200, 100:104] = page[100:200, 196:200] = page[100:104, 100:200] = page[196:200, 100:200] = 40
    framed = write(page.copy(), "5", (130, 170), 50)
    assert not any(candidate.encloses for candidate in candidates_of(page))
    marked = [candidate.box[2] > 90 for candidate in candidates_of(framed) if candidate.encloses]
    assert marked == [True]


def test_a_flat_piece_is_a_fragment() -> None:
    """A short bar may belong to a digit, but is none."""
    page = blank()
    page[100:105, 100:125] = 40
    assert [candidate.fragment for candidate in candidates_of(page)] == [True]


def test_a_box_gets_its_own_ink() -> None:
    """Of two digits that reach into a box, the one that only touches it is left out; where there is none, None."""
    page = write(write(blank(), "8", (60, 200), 80), "1", (112, 200), 80)
    page_ink = find_ink(page)
    connected = connect(page_ink)
    eight = min(find_candidates(page_ink, connected), key=lambda each: each.box[0])
    x, y, width, height = eight.box
    cut = candidate_in((x, y, width + 6, height), page_ink, connected)
    assert cut is not None
    assert np.array_equal(cut.ink[:, :width], eight.ink)
    assert candidate_in((400, 300, 40, 60), page_ink, connected) is None
    for outside in ((-90, 100, 40, 60), (100, -90, 40, 60), (700, 100, 40, 60)):
        assert candidate_in(outside, page_ink, connected) is None


def test_noise_has_no_end_of_candidates() -> None:
    """Of thousands of specks the highest are kept."""
    page, random = blank(1600, 1600), np.random.default_rng(0)
    for number, (x, y) in enumerate(random.integers(10, 1570, (2500, 2))):
        page[y : y + (20 if number < 100 else 12), x : x + 5] = 40
    candidates = candidates_of(page)
    assert len(candidates) == MAX_CANDIDATES
    assert sum(candidate.box[3] >= 20 for candidate in candidates) >= 90
