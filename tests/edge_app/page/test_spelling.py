"""Which digits columns name, and where."""

import numpy as np
from numpy.typing import NDArray

from edge_app.model.sequence_contract import BLANK, COLUMN_PX, STRIP_PX
from edge_app.page.spelling import read_columns, spell, text_of


def named(*labels: int) -> NDArray[np.float32]:
    """Columns that are sure of these labels."""
    columns = np.full((len(labels), BLANK + 1), 0.01, np.float32)
    columns[np.arange(len(labels)), labels] = 0.9
    return columns


def test_repeated_columns_are_one_digit_and_blanks_none() -> None:
    """As CTC spells."""
    found = spell(named(BLANK, 4, 4, BLANK, 0, 8, BLANK, 8))
    assert text_of(found) == "4088"


def test_a_digit_stands_in_the_middle_of_its_columns() -> None:
    """In pixels of the strip."""
    (digit,) = spell(named(BLANK, BLANK, 7, 7, BLANK))
    assert digit.x == 3 * COLUMN_PX
    assert digit.label == 7
    assert abs(digit.confidence - 0.9) < 1e-6


def test_blanks_alone_are_no_digit() -> None:
    """An empty strip reads as nothing."""
    assert spell(named(BLANK, BLANK)) == []


class Ruler:
    """A network that names the tenth of the brightness in each of its columns, and nothing where it is dark."""

    width_px = 64

    def columns(self, strip: NDArray[np.uint8]) -> NDArray[np.float32]:
        """One column for each COLUMN_PX."""
        assert strip.shape == (STRIP_PX, self.width_px)
        labels = strip[0, ::COLUMN_PX] // 10
        return named(*(int(label) if label else BLANK for label in labels))


def test_a_long_strip_is_read_in_windows() -> None:
    """Each column once, in its order, however long the strip is."""
    for width in (40, 64, 65, 96, 100, 300):
        strip = np.zeros((STRIP_PX, width), np.uint8)
        count = -(-width // COLUMN_PX)
        labels = np.arange(count) % 9 + 1
        strip[:] = np.repeat(labels * 10, COLUMN_PX)[:width]
        columns = read_columns(strip, Ruler())
        assert columns.argmax(axis=1).tolist() == labels.tolist()
