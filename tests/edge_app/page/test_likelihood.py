"""How likely texts are to a sequence reader."""

import itertools

import numpy as np
from numpy.typing import NDArray

from edge_app.model.sequence_contract import BLANK
from edge_app.page.likelihood import log_likelihoods


def columns_of(*rows: dict[int, float]) -> NDArray[np.float32]:
    """Columns with these probabilities; what is missing is the blank's."""
    columns = np.zeros((len(rows), BLANK + 1), np.float32)
    for column, row in zip(columns, rows, strict=True):
        for label, probability in row.items():
            column[label] = probability
        column[BLANK] += 1 - column.sum()
    return columns


def test_it_is_the_sum_over_all_paths() -> None:
    """Every way to spread a text over the columns counts, none twice."""
    random = np.random.default_rng(0)
    columns = random.dirichlet(np.ones(11), 4).astype(np.float32)
    sums: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(11), repeat=4):
        spelled = tuple(label for label, _ in itertools.groupby(path) if label != BLANK)
        sums[spelled] = sums.get(spelled, 0.0) + float(np.prod([columns[i, label] for i, label in enumerate(path)]))
    texts = [(), (7,), (1, 2), (3, 3), (4, 5, 6), (8, 8, 1), (1, 2, 3, 4)]
    found = np.exp(log_likelihoods([columns], texts)[0])
    np.testing.assert_allclose(found, [sums[text] for text in texts], rtol=1e-4)


def test_the_same_digit_twice_needs_a_blank_between() -> None:
    """Two columns that name a 5 are one 5."""
    columns = columns_of({5: 0.99}, {5: 0.99})
    one, two = log_likelihoods([columns], [(5,), (5, 5)])[0]
    assert one > np.log(0.9)
    assert two < np.log(0.01)


def test_a_text_longer_than_the_columns_is_impossible() -> None:
    """Three digits do not fit into two columns."""
    assert log_likelihoods([columns_of({1: 0.5}, {2: 0.5})], [(1, 2, 3)])[0, 0] < -1e6
