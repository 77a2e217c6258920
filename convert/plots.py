"""Pictures of the int8 model's proof, as PNG bytes: nothing is written before the gate has been passed."""

import io
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .calibrate import Reliability
from .comparison import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Counts = tuple[tuple[int, ...], ...]


def confusion_png(comparison: Comparison) -> bytes:
    """Confusion matrices of the float parent and of the int8 model, side by side."""
    figure = _figure((11, 5))
    parent, child = figure.subplots(1, 2)
    matrices = (comparison.parent_confusion, comparison.confusion)
    # One scale for both, and never so dark that the number in the cell is lost.
    darkest = 1.6 * max(1, *(int(_errors(counts).max()) for counts in matrices))
    _draw_confusion(parent, matrices[0], darkest, f"float32: {comparison.parent_accuracy_percent:.2f} %")
    _draw_confusion(child, matrices[1], darkest, f"int8: {comparison.accuracy_percent:.2f} %")
    return _png(figure)


def reliability_png(reliability: Reliability) -> bytes:
    """Reliability diagram (Guo et al. 2017): accuracy over confidence, and how many images lie in each bin."""
    figure = _figure((5, 6))
    curve, histogram = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1)})
    counts = np.array(reliability.counts)
    edges = np.linspace(0, 1, len(counts) + 1)
    centres, width = (edges[:-1] + edges[1:]) / 2, 1 / len(counts)
    curve.bar(centres, reliability.accuracies, 0.9 * width, color="tab:blue", label="accuracy")
    curve.plot((0, 1), (0, 1), color="black", linestyle="--", label="confidence = accuracy")
    curve.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    curve.set_title(f"int8: expected calibration error {reliability.expected_calibration_error:.4f}")
    curve.legend(loc="upper left")
    histogram.bar(centres, counts, 0.9 * width, color="tab:grey")
    histogram.set(xlabel="confidence", ylabel="images", yscale="log", ylim=(0.8, None))
    return _png(figure)


def _figure(size_inches: tuple[float, float]) -> "Figure":
    from matplotlib.figure import Figure

    # A Figure made without pyplot draws with Agg: no display, and no state left behind.
    return Figure(figsize=size_inches, layout="constrained")


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    # Without the version stamp the same numbers are the same bytes.
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()


def _errors(counts: Counts) -> NDArray[np.int64]:
    # The diagonal holds nearly everything: the colour shows the errors.
    matrix = np.array(counts)
    return np.asarray(matrix - np.diag(matrix.diagonal()))


def _draw_confusion(axes: "Axes", counts: Counts, darkest: float, title: str) -> None:
    matrix, errors = np.array(counts), _errors(counts)
    axes.imshow(errors, cmap="Reds", vmin=0, vmax=darkest)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            axes.text(column, row, str(count), ha="center", va="center", fontsize=7)
    axes.set(xlabel="read as", ylabel="is", title=title, xticks=range(len(matrix)), yticks=range(len(matrix)))
