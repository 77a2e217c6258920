"""The page's own reading against Python's, stage by stage, in Node; and what tsc says of its types."""

import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from convert.web.runtime import NODE, node_packages
from convert.web.site import PAGE
from edge_app.bench.sample_page import draw_page
from edge_app.files.image import to_luma
from edge_app.model.sequence_contract import STRIP_PX
from edge_app.page.boxes import Box
from edge_app.page.candidates import connect, find_candidates
from edge_app.page.colour import ink_colours, weigh_by_colour
from edge_app.page.ink import find_ink
from edge_app.page.level import turned_back, turned_level
from edge_app.page.lines import find_slant, lines_of
from edge_app.page.lone_strokes import refuse_lone_strokes
from edge_app.page.normalise import normalise
from edge_app.page.recognition import Reading
from edge_app.page.repetition import weigh_by_repetition
from edge_app.page.second_look import confirm
from edge_app.page.strip import variants
from edge_app.page.touching import cut_pieces
from tests.convert.microcontroller.crops import crops
from tests.edge_app.coloured import BLACK, BLUE, coloured_page
from tests.edge_app.made_detections import seen
from tests.edge_app.print_and_pen import printed, written
from tests.parts import require

from .node_page import NodePage, grey_of

INK = "(({ ink, threshold, ...rest }) => ({ ...rest, ink: ink.data, threshold: threshold.data }))(it.findInk(grey))"
BOXES = """await (async () => {
  const { findInk } = await import('./ink.js'), page = findInk(grey);
  return it.findCandidates(page, it.connect(page)).map(({ box }) => box);
})()"""


# Of a picture, its ink above its red, green and blue, one below the other.
COLOURS = """(() => {
  const { data, width } = grey, height = grey.height / 4, size = width * height;
  const valueAt = (place, channel) => (channel === 3 ? 255 : data[(1 + channel) * size + place]);
  const rgba = Uint8ClampedArray.from({ length: 4 * size }, (_, at) => valueAt(at >> 2, at & 3));
  const picture = { rgba, width, height }, ink = { data: data.subarray(0, size), width, height };
  const page = { ink, scale: 1, matrix: null };
  const boxes = %s, scores = %s, readings = boxes.map((box) => ({ box, label: 1 }));
  const found = boxes.map((box, index) => ({ box, score: scores[index] }));
  const weighed = it.weighByColour(found.sort((one, other) => other.score - one.score), readings, picture, page);
  return [boxes.map((box) => it.inkColour(picture, page, box)), weighed.map(({ box, score }) => [box, score])];
})()"""
# Turns a page by an angle in degrees. For boxes on the turned page it then gives their places on the original page.
LEVEL = """await (async () => {
  const { findInk, maskOf } = await import('./ink.js'), { connect } = await import('./candidates.js');
  const level = it.turnedLevel(findInk(grey), %s);
  const back = it.turnedBack(%s.map((box) => ({ box })), level, connect(level)).map(({ box }) => box);
  return [level.ink.width, level.ink.height, maskOf(level).data, back];
})()"""
# For each box the index of the surest detection in the same place, or null.
SUREST = "%s.map((box) => it.surestAt(%s.map((other) => ({ box: other, score: 0.5 })), box))"
# Confirms detections, each a box, a score and probabilities.
CONFIRMED = """(() => {
  const [first, second] = %s.map((look) => look.map(([box, score, probabilities]) => ({ box, score, probabilities })));
  return it.confirm(first, second).map(({ box, score, probabilities }) => [box, score, probabilities]);
})()"""
# Refuses crops that are slashes, and boxes of another height; each stands in a line of its own.
STROKES = """(() => {
  const size = 28 * 28, count = grey.data.length / size;
  const cropOf = (index) => grey.data.slice(index * size, (index + 1) * size);
  const oneOf = (_, index) => ({ box: [0, 200 * index, 40, %s[index]], label: 1, crop: cropOf(index) });
  return it.refuseLoneStrokes(Array.from({ length: count }, oneOf)).map(({ label }) => label);
})()"""
REPEATED = """(() => {
  const size = 28 * 28, boxes = %s, scores = %s, labels = %s;
  const cropOf = (index) => grey.data.slice(index * size, (index + 1) * size);
  const readings = boxes.map((box, index) => ({ box, label: labels[index], crop: cropOf(index) }));
  return it.weighByRepetition(boxes.map((box, index) => ({ box, score: scores[index] })), readings)
    .map(({ box, score }) => [box, score]);
})()"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> NodePage:
    """The modules in Node."""
    require(["node"])
    return NodePage(tmp_path_factory.mktemp("node"))


def test_every_script_is_taken(page: NodePage) -> None:
    """Node reads the reader with all that it imports."""
    (given,) = page.call("reader.js", "typeof it.readPage", [np.zeros((1, 1), np.uint8)])
    assert given == "function"


def test_ink_is_normalised_bit_for_bit(page: NodePage) -> None:
    """Crops of all sizes and greys become the very 28x28 pixels that Python's normalise makes."""
    inks = [*crops(2000), np.zeros((5, 7), np.uint8)]
    given = page.call("normalise.js", "it.normalise(grey)", inks)
    apart = [int((grey_of(each, (28, 28)) != normalise(ink)).sum()) for each, ink in zip(given, inks, strict=True)]
    assert max(apart) == 0


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_ink_is_found_as_python_finds_it(page: NodePage, light_on_dark: bool) -> None:
    """A page under uneven light, dark on light and the other way round: the same mask but for single pixels."""
    drawn = draw_page((640, 480))
    luma = np.bitwise_not(drawn) if light_on_dark else drawn
    (given,) = page.call("ink.js", INK, [luma])
    found = find_ink(luma)
    ink, threshold = grey_of(given["ink"], found.ink.shape), grey_of(given["threshold"], found.ink.shape)
    assert (given["scale"], given["inverted"], given["doubtful"]) == (found.scale, found.inverted, found.doubtful)
    assert np.abs(ink.astype(int) - found.ink).max() <= 2
    assert np.mean((ink > threshold) != (found.mask > 0)) < 0.001
    assert found.mask.any()


def test_pale_writing_on_a_ruled_strip_is_found_as_python_finds_it(page: NodePage) -> None:
    """Where the ruling is so dark that a histogram tells it from all else."""
    strip = np.full((60, 240), 200, np.uint8)
    strip[4:7], strip[20:50, 120:124], strip[46:50, 120:160] = 20, 150, 150
    (given,) = page.call("ink.js", INK, [strip])
    found = find_ink(strip)
    threshold = grey_of(given["threshold"], found.ink.shape)
    assert np.array_equal(threshold, found.threshold)
    assert found.mask[30, 122]


def test_candidates_are_pythons(page: NodePage) -> None:
    """The same boxes off a page with ruling lines; strokes that cross a line stay whole."""
    luma = draw_page((640, 480))
    luma[60::90, 10:-10] = 90
    luma[61::90, 10:-10] = 90
    (given,) = page.call("candidates.js", BOXES, [luma])
    found = find_ink(luma)
    assert sorted(map(tuple, given)) == sorted(each.box for each in find_candidates(found, connect(found)))
    assert len(given) > 5


def test_touching_digits_are_cut_where_python_cuts_them(page: NodePage) -> None:
    """Two digits side by side, as pieces of each pixel."""
    digits = list(crops(60))
    inks = [
        np.concatenate([cv2.resize(one, (40, 50)), cv2.resize(other, (44, 50))], axis=1)
        for one, other in zip(digits[::2], digits[1::2], strict=True)
    ]
    given = page.call("touching.js", "Uint8Array.from(it.cutPieces(grey))", [np.asarray(ink, np.uint8) for ink in inks])
    same = [np.mean(grey_of(each, ink.shape) == cut_pieces(ink)) for each, ink in zip(given, inks, strict=True)]
    assert np.mean(np.array(same) == 1) > 0.9
    assert max(cut_pieces(ink).max() for ink in inks) >= 2


def test_ink_has_the_colours_that_python_sees(page: NodePage) -> None:
    """And weighs what is found by them alike."""
    image, boxes = coloured_page([BLUE] * 10 + [BLACK] * 20)
    boxes.append((300, 240, 30, 30))
    scores = [0.9] * 9 + [0.5] + [0.12] * 19 + [0.5, 0.3]
    page_ink = find_ink(to_luma(image))
    given = np.vstack([page_ink.ink, *np.moveaxis(image, 2, 0)])
    ((colours, weighed),) = page.call("colour.js", COLOURS % ([list(box) for box in boxes], scores), [given])
    expected = ink_colours(image, page_ink, boxes)
    assert [colour is None for colour in colours] == np.isnan(expected[:, 0]).tolist()
    assert np.abs(np.array(colours[:-1]) - expected[:-1]).max() < 1e-9
    found = seen(*((box, score, 1) for box, score in zip(boxes, scores, strict=True)))
    python = weigh_by_colour(found, [Reading(box, 1, 1.0) for box in boxes], image, page_ink)
    assert [score for _, score in weighed] == pytest.approx(python.scores.tolist(), abs=1e-6)
    assert [box for box, _ in weighed] == python.boxes.astype(int).tolist()
    assert len(set(python.scores.tolist())) > 4


def test_print_is_told_by_its_repetition_as_in_python(page: NodePage) -> None:
    """Printed and written digits, two of each: the same scores in the same order."""
    digits = (2, 3, 5, 7, 2, 3, 5, 7)
    readings = [each for place, digit in enumerate(digits) for each in (printed(digit, place), written(digit, place))]
    boxes, scores = [each.box for each in readings], [0.9 - 0.01 * place for place in range(len(readings))]
    crops_of = np.concatenate([each.crop for each in readings if each.crop is not None])
    expression = REPEATED % ([list(box) for box in boxes], scores, [each.label for each in readings])
    (weighed,) = page.call("repetition.js", expression, [crops_of])
    found = seen(*((box, score, 1) for box, score in zip(boxes, scores, strict=True)))
    python = weigh_by_repetition(found, readings)
    assert [score for _, score in weighed] == pytest.approx(python.scores.tolist(), abs=1e-5)
    assert [box for box, _ in weighed] == python.boxes.astype(int).tolist()
    assert min(python.scores) < 0.5 < max(python.scores)


def test_a_second_look_confirms_as_in_python(page: NodePage) -> None:
    """Seen again, as another digit, elsewhere, and not at all."""
    places = [(10 + 60 * place, 10, 20, 30) for place in range(4)]
    first = seen(*((box, 0.9 - 0.1 * place, place) for place, box in enumerate(places)))
    second = seen((places[1], 0.9, 1), (places[0], 0.6, 9), ((142, 12, 19, 29), 0.5, 2), ((300, 10, 20, 30), 0.4, 7))
    looks = [
        [[*each] for each in zip(look.boxes.tolist(), look.scores.tolist(), look.probabilities.tolist(), strict=True)]
        for look in (first, second)
    ]
    (given,) = page.call("second_look.js", CONFIRMED % looks, [np.zeros((1, 1), np.uint8)])
    python = confirm(first, second)
    assert [box for box, _, _ in given] == python.boxes.tolist()
    assert [score for _, score, _ in given] == pytest.approx(python.scores.tolist())
    assert np.abs([each for _, _, each in given] - python.probabilities).max() < 1e-6


def test_lone_strokes_are_those_of_python(page: NodePage) -> None:
    """Strokes of all directions and digits as 1s, in several sizes."""
    strokes = [np.zeros((80, 80), np.uint8) for _ in range(18)]
    for step, ink in enumerate(strokes):
        right, down = 30 * np.cos(np.radians(10 * step + 3)), 30 * np.sin(np.radians(10 * step + 3))
        cv2.line(ink, (round(40 - right), round(40 - down)), (round(40 + right), round(40 + down)), (255,), 3)
    ones = [normalise(ink) for ink in [*strokes, *crops(40)]]
    heights = [40] * 20 + list(range(5, 195, 5))
    (given,) = page.call("lone_strokes.js", STROKES % heights, [np.concatenate(ones)])
    readings = [Reading((0, 200 * index, 40, heights[index]), 1, 1.0, crop=crop) for index, crop in enumerate(ones)]
    assert given == [each.label for each in refuse_lone_strokes(readings)]
    assert given[:18].count(None) == 9
    assert 2 < given[20:].count(None) < 30


def test_variants_of_a_strip_are_pythons(page: NodePage) -> None:
    """Moved and shaded; each grey the same but for how a half is rounded."""
    strip = np.random.default_rng(7).integers(0, 256, (STRIP_PX, 90)).astype(np.uint8)
    (given,) = page.call("strip.js", "it.variants(grey).map(({ data }) => data)", [strip])
    made = variants(strip)
    assert len(given) == len(made)
    for each, python in zip(given, made, strict=True):
        assert np.abs(grey_of(each, strip.shape).astype(int) - python).max() <= 1


def test_lines_are_pythons(page: NodePage) -> None:
    """Boxes in rows that run downhill, some of other heights: the same rows in the same order."""
    random = np.random.default_rng(3)
    boxes = [
        (40 + 30 * x, 50 + 60 * y + 6 * x + int(random.integers(0, 6)), 20, int(random.integers(22, 34)))
        for y in range(5)
        for x in range(8)
    ]
    random.shuffle(boxes)
    blank = np.zeros((1, 1), np.uint8)
    (given,) = page.call("lines.js", f"it.linesOf({[list(box) for box in boxes]}, 11)", [blank])
    assert given == lines_of(boxes, 11)


def test_the_slant_of_lines_is_pythons(page: NodePage) -> None:
    """Rows at several angles, heights and places uneven."""
    random = np.random.default_rng(5)
    pages = []
    for angle_rad in np.radians([-40, -12, 0, 5, 27]):
        turn = np.array([[np.cos(angle_rad), np.sin(angle_rad)], [-np.sin(angle_rad), np.cos(angle_rad)]])
        middles = np.array([(400 + 26 * x, 300 + 70 * y) for y in range(3) for x in range(7)]) @ turn
        sizes = np.stack([random.integers(8, 22, 21), random.integers(20, 45, 21)], axis=1)
        corners = middles - sizes / 2 + random.normal(0, 3, (21, 2))
        pages.append([(int(x), int(y), int(w), int(h)) for x, y, w, h in np.hstack([corners, sizes])])
    blank = np.zeros((1, 1), np.uint8)
    (given,) = page.call("lines.js", f"{[[list(box) for box in boxes] for boxes in pages]}.map(it.findSlant)", [blank])
    assert given == [find_slant(boxes) for boxes in pages]
    assert len(set(given)) >= 4


def test_a_page_is_turned_level_as_python_turns_it(page: NodePage) -> None:
    """The same mask but for single pixels, and the same boxes on the page as it lies."""
    luma = draw_page((320, 240))
    found = turned_level(find_ink(luma), 15.0)
    _, _, stats, _ = cv2.connectedComponentsWithStats(found.mask)
    boxes = [(int(x), int(y), int(width), int(height)) for x, y, width, height, _ in stats[1:]]
    ((width, height, mask, back),) = page.call("level.js", LEVEL % (15, [list(box) for box in boxes]), [luma])
    assert (height, width) == found.ink.shape
    assert np.mean(grey_of(mask, found.ink.shape) != found.mask) < 0.002
    python = [reading.box for reading in turned_back([Reading(box, 1, 1.0) for box in boxes], found, connect(found))]
    assert np.abs(np.array(back) - python).max() <= 1
    assert len(python) >= 10


def test_a_stroke_is_matched_as_in_python(page: NodePage) -> None:
    """Narrow boxes a pixel or two apart, some too far."""
    strokes: list[Box] = [(100, 100, 4, 40), (105, 100, 6, 40), (112, 98, 5, 44), (130, 100, 30, 40)]
    places: list[Box] = [(103, 101, 4, 38), (118, 100, 4, 40), (126, 100, 30, 40), (60, 100, 4, 40)]
    expression = SUREST % ([list(box) for box in places], [list(box) for box in strokes])
    (given,) = page.call("detection.js", expression, [np.zeros((1, 1), np.uint8)])
    found = seen(*((box, 0.5, 1) for box in strokes))
    assert given == [found.surest_at(box) for box in places]
    assert given[0] is not None
    assert given[-1] is None


@pytest.mark.slow
def test_the_scripts_are_typed(tmp_path: Path) -> None:
    """The compiler of TypeScript that the lock file names finds no wrong type in them."""
    require(["node", "npm"])
    shutil.copytree(PAGE, tmp_path / "page")
    shutil.copytree(NODE, tmp_path / "node")
    command = ["node", str(node_packages() / "typescript" / "bin" / "tsc"), "-p", "node/tsconfig.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
