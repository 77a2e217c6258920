"""Pictures of a training, as PNG bytes, and the parts that they share with pictures of a conversion."""

import io
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .fitting import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Counts = NDArray[np.int64]


def curves_png(histories: dict[str, History]) -> bytes:
    """Loss and accuracy by epoch, as curves_figure draws them."""
    return png_bytes(curves_figure(histories))


def curves_figure(histories: dict[str, History]) -> "Figure":
    """Loss and accuracy by epoch; `histories` holds "float", "qat", which follows it, and optionally "teacher"."""
    from matplotlib.ticker import MaxNLocator

    figure = new_figure((9, 3.5))
    panels = figure.subplots(1, 2)
    for name, history in histories.items():
        start = 1 + len(histories["float"]["loss"]) if name == "qat" else 1
        epochs = np.arange(start, start + len(history["loss"]))
        for part, style in (("", "-"), ("val_", "--")):
            label = f"{name}, {'validation' if part else 'training (varied images)'}"
            panels[0].plot(epochs, history[f"{part}loss"], style, marker=".", label=label)
            panels[1].plot(epochs, np.array(history[f"{part}accuracy"]) * 100, style, marker=".", label=label)
    for panel, title in zip(panels, ("loss", "accuracy, percent"), strict=True):
        panel.set(title=title, xlabel="epoch")
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.grid(alpha=0.3)
    panels[0].legend(fontsize=8)
    return figure


def confusion_png(labels: NDArray[np.int64], digits: NDArray[np.int64]) -> bytes:
    """Confusion matrix of the quantization-aware model's digits, int64 (N,), against the labels."""
    counts = np.zeros((10, 10), np.int64)
    np.add.at(counts, (labels, digits), 1)
    errors = confusion_errors(counts)
    figure = new_figure((5.5, 5))
    title = f"quantization-aware model, test: {errors.sum()} errors"
    draw_confusion(figure.subplots(), counts, darkest(counts), title)
    return png_bytes(figure)


def new_figure(size_inches: tuple[float, float]) -> "Figure":
    """A figure made without pyplot: it draws with Agg, needs no display, and leaves no state behind."""
    from matplotlib.figure import Figure

    return Figure(figsize=size_inches, layout="constrained")


def png_bytes(figure: "Figure") -> bytes:
    """The figure as PNG; the same numbers are the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()


def confusion_errors(counts: Counts) -> Counts:
    """The counts without the diagonal, whose size would hide the errors in the colour scale."""
    return np.asarray(counts - np.diag(counts.diagonal()))


def darkest(*matrices: Counts) -> float:
    """One colour scale for all matrices, light enough for the numbers in the cells to be read."""
    return 1.6 * max(1, *(int(confusion_errors(counts).max()) for counts in matrices))


def draw_confusion(axes: "Axes", counts: Counts, scale: float, title: str) -> None:
    """Draws a confusion matrix, int64 (10, 10), true digits down, read digits across; `scale` is the darkest count."""
    axes.imshow(confusion_errors(counts), cmap="Reds", vmin=0, vmax=scale)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            axes.text(column, row, str(count), ha="center", va="center", fontsize=7)
    axes.set(xlabel="read as", ylabel="is", title=title, xticks=range(len(counts)), yticks=range(len(counts)))
