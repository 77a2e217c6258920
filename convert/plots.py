"""Pictures of the int8 model's proof, as PNG bytes: nothing is written before the gate has been passed."""

import numpy as np

from train.plots import darkest, draw_confusion, new_figure, png_bytes

from .calibrate import Reliability
from .comparison import Comparison


def confusion_png(comparison: Comparison) -> bytes:
    """Confusion matrices of the float parent and of the int8 model, side by side."""
    figure = new_figure((11, 5))
    parent, child = figure.subplots(1, 2)
    matrices = np.array(comparison.parent_confusion), np.array(comparison.confusion)
    scale = darkest(*matrices)
    draw_confusion(parent, matrices[0], scale, f"float32: {comparison.parent_accuracy_percent:.2f} %")
    draw_confusion(child, matrices[1], scale, f"int8: {comparison.accuracy_percent:.2f} %")
    return png_bytes(figure)


def reliability_png(reliability: Reliability) -> bytes:
    """Reliability diagram (Guo et al. 2017): accuracy over confidence, and how many images lie in each bin."""
    figure = new_figure((5, 6))
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
    return png_bytes(figure)
