"""Pictures of the int8 model, as PNG bytes, drawn from metrics.json alone, without the model."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from train.data.mnist import DISPUTED
from train.plots import darkest, draw_confusion, new_figure, png_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ERROR_COLUMNS = 10
MOST_ERRORS = 100
# Room for one image and its caption, in pixels of MNIST.
CELL_HEIGHT, CELL_WIDTH = 42, 40
SIDE = 28


def int8_pictures(model: Mapping[str, Any], images: NDArray[np.uint8]) -> dict[str, bytes]:
    """Every picture of the int8 model, by file name; the same numbers are the same bytes.

    Errors and corrupted digits are left out if metrics.json was written before they were measured.

    Args:
        model: convert.models.int8 of metrics.json; of the runtimes the first is drawn.
        images: of the test split, uint8 (N, 28, 28).
    """
    on_runtime = next(iter(model["runtimes"].values()))
    pictures = {
        "int8_confusion.png": confusion_png(on_runtime["comparison"]),
        "int8_reliability.png": reliability_png(on_runtime["reliability"], on_runtime["calibration_error"]),
    }
    if "errors" in on_runtime:
        pictures["int8_errors.png"] = errors_png(on_runtime["errors"], images)
    if "corruption_accuracy_percent" in model:
        pictures["int8_corruptions.png"] = corruptions_png(model["corruption_accuracy_percent"])
    return pictures


def confusion_png(comparison: Mapping[str, Any]) -> bytes:
    """Confusion matrices of the float parent and of the int8 model, side by side; of a Comparison as a mapping."""
    figure = new_figure((11, 5))
    parent, child = figure.subplots(1, 2)
    matrices = np.array(comparison["parent_confusion"]), np.array(comparison["confusion"])
    scale = darkest(*matrices)
    draw_confusion(parent, matrices[0], scale, f"float32: {comparison['parent_accuracy_percent']:.2f} %")
    draw_confusion(child, matrices[1], scale, f"int8: {comparison['accuracy_percent']:.2f} %")
    return png_bytes(figure)


def reliability_png(reliability: Mapping[str, Any], calibration_error: float) -> bytes:
    """Reliability diagram (Guo et al. 2017): accuracy over confidence, and how many images lie in each bin.

    Args:
        reliability: a Reliability as a mapping.
        calibration_error: the expected calibration error, in [0, 1].
    """
    figure = new_figure((5, 6))
    curve, histogram = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1)})
    counts = np.array(reliability["counts"])
    edges = np.linspace(0, 1, len(counts) + 1)
    centres, width = (edges[:-1] + edges[1:]) / 2, 1 / len(counts)
    curve.bar(centres, reliability["accuracies"], 0.9 * width, color="tab:blue", label="accuracy")
    curve.plot((0, 1), (0, 1), color="black", linestyle="--", label="confidence = accuracy")
    curve.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    curve.set_title(f"int8: expected calibration error {calibration_error:.4f}")
    curve.legend(loc="upper left")
    histogram.bar(centres, counts, 0.9 * width, color="tab:grey")
    histogram.set(xlabel="confidence", ylabel="images", yscale="log", ylim=(0.8, None))
    return png_bytes(figure)


def errors_png(errors: Sequence[Sequence[Any]], images: NDArray[np.uint8]) -> bytes:
    """Every misread digit, the most confident first; those whose label is disputed are marked.

    Args:
        errors: test index, label, digit read and confidence of each; of more than MOST_ERRORS only the first are shown.
        images: of the test split, uint8 (N, 28, 28).
    """
    shown = sorted(errors, key=lambda error: (-error[3], error[0]))[:MOST_ERRORS]
    rows = max(1, -(-len(shown) // ERROR_COLUMNS))
    sheet = np.full((rows * CELL_HEIGHT, ERROR_COLUMNS * CELL_WIDTH), 255, np.uint8)
    figure = new_figure((12, 0.6 + 1.26 * rows))
    axes = figure.subplots()
    for place, error in enumerate(shown):
        row, column = divmod(place, ERROR_COLUMNS)
        top, left = row * CELL_HEIGHT + 2, column * CELL_WIDTH + (CELL_WIDTH - SIDE) // 2
        sheet[top : top + SIDE, left : left + SIDE] = 255 - images[error[0]]
        _label_error(axes, top, left, error)
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255)
    axes.set_axis_off()
    axes.set_title(_errors_title(len(shown), len(errors)), fontsize=11)
    return png_bytes(figure)


def _label_error(axes: "Axes", top: int, left: int, error: Sequence[Any]) -> None:
    index, label, digit, confidence = error
    disputed = index in DISPUTED
    colour, star = ("tab:red", "*") if disputed else ("black", "")
    # Pixels are centred on whole numbers.
    axes.add_patch(_frame(left - 0.5, top - 0.5, "tab:red" if disputed else "lightgrey", 2.0 if disputed else 0.8))
    caption = f"{index}{star}: {label} → {digit}\n({confidence:.3f})"
    axes.text(left + SIDE / 2, top + SIDE + 1, caption, ha="center", va="top", fontsize=7.5, color=colour)


def _frame(left: float, top: float, colour: str, width: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((left, top), SIDE, SIDE, fill=False, edgecolor=colour, linewidth=width)


def _errors_title(shown: int, count: int) -> str:
    which = f"all {count} errors" if shown == count else f"the {shown} most confident of {count} errors"
    return f"int8 on MNIST test, {which}: index: label → read (confidence); * and red: raters dispute the label"


def fine_tuning_png(images: NDArray[np.uint8], labels: NDArray[np.int64], fine_tuning: Mapping[str, Any]) -> bytes:
    """Held-out digits before and after fine-tuning: those misread before or after, green where fixed, red where not.

    Args:
        images: uint8 (N, 28, 28), of all that were held out.
        labels: int64 (N,).
        fine_tuning: a FineTuningProof as a mapping.
    """
    before, after = np.array(fine_tuning["digits_before"]), np.array(fine_tuning["digits_after"])
    shown = np.flatnonzero((before != labels) | (after != labels))[:MOST_ERRORS]
    rows = max(1, -(-len(shown) // ERROR_COLUMNS))
    sheet = np.full((rows * CELL_HEIGHT, ERROR_COLUMNS * CELL_WIDTH), 255, np.uint8)
    figure = new_figure((12, 0.6 + 1.26 * rows))
    axes = figure.subplots()
    for place, index in enumerate(shown.tolist()):
        row, column = divmod(place, ERROR_COLUMNS)
        top, left = row * CELL_HEIGHT + 2, column * CELL_WIDTH + (CELL_WIDTH - SIDE) // 2
        sheet[top : top + SIDE, left : left + SIDE] = 255 - images[index]
        colour = "tab:green" if after[index] == labels[index] else "tab:red"
        axes.add_patch(_frame(left - 0.5, top - 0.5, colour, 2.0))
        caption = f"{labels[index]}: {before[index]} → {after[index]}"
        axes.text(left + SIDE / 2, top + SIDE + 1, caption, ha="center", va="top", fontsize=8, color=colour)
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255)
    axes.set_axis_off()
    axes.set_title(
        f"{fine_tuning['held_out']} held-out digits, {fine_tuning['errors_before']} misread before fine-tuning and "
        f"{fine_tuning['errors_after']} after it: label: read before → after",
        fontsize=11,
    )
    return png_bytes(figure)


def corruptions_png(accuracy_percent: Mapping[str, float]) -> bytes:
    """Accuracy by kind of corruption, best first, and the mean of all."""
    kinds = sorted(accuracy_percent, key=lambda kind: (-accuracy_percent[kind], kind))
    mean = fmean(accuracy_percent.values())
    figure = new_figure((8, 1.1 + 0.27 * len(kinds)))
    axes = figure.subplots()
    axes.barh([kind.replace("_", " ") for kind in kinds], [accuracy_percent[kind] for kind in kinds])
    # In a column of their own, clear of the bars and the line.
    for row, kind in enumerate(kinds):
        axes.text(107, row, f"{accuracy_percent[kind]:.2f}", ha="right", va="center", fontsize=9)
    axes.axvline(mean, color="black", linestyle="--", linewidth=1.2)
    axes.text(mean, -0.7, f"mean {mean:.2f}", ha="center", va="bottom", fontsize=9)
    axes.set(xlim=(0, 108), ylim=(len(kinds) - 0.4, -0.6), xticks=range(0, 101, 20))
    axes.set_xlabel("accuracy, percent, mean of three severities")
    axes.set_title("int8 on corrupted digits", pad=20)
    axes.spines[["top", "right"]].set_visible(False)
    return png_bytes(figure)
