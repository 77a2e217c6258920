"""The picture of a training."""

import pytest

from train.plots import curves_figure


@pytest.mark.parametrize("epochs", [1, 2, 3, 4, 30])
def test_the_curves_have_whole_epochs_on_the_axis(epochs: int) -> None:
    """There is no epoch 2.5, however few there are, and the fine-tuning goes on where the float network stopped."""
    history = {name: [0.5] * epochs for name in ("loss", "val_loss", "accuracy", "val_accuracy")}
    figure = curves_figure({"float": history, "qat": {name: values[:1] for name, values in history.items()}})
    figure.draw_without_rendering()
    for panel in figure.axes:
        labels = [label.get_text() for label in panel.get_xticklabels()]
        assert labels
        assert all(label.lstrip("\N{MINUS SIGN}").isdigit() for label in labels), labels
        assert panel.lines[-1].get_xdata()[0] == epochs + 1  # type: ignore[index]
