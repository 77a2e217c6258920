"""Digits of fields that a person has read, put among his own handwriting, see collect/."""

import logging
from collections.abc import Callable, Sequence

from ..collect.cutting import Cutter
from ..collect.queue import CropQueue
from ..collect.waiting import CORRECTED
from ..errors import LabelledFolderError, OutputError
from ..forms.look import FieldLook
from ..page.recognition import Classifier

LOG = logging.getLogger(__name__)


class DigitCollection:
    """Labels the digits of fields by what a person says stands there.

    Args:
        queue: gets the crops.
        classifier: guesses what a crop is; called when the first one is kept.
    """

    def __init__(self, queue: CropQueue, classifier: Callable[[], Classifier]) -> None:
        self.queue, self._classifier = queue, classifier

    def keep(self, look: FieldLook | None, text: str | None, former: Sequence[str]) -> tuple[str, ...]:
        """Keeps a field's digits where they match the text one to one, in place of those that were kept before.

        Args:
            look: what reading saw of the field.
            text: what stands there.
            former: from the last call for this field.

        Returns:
            The ids of the crops.
        """
        kept = [] if look is None or not text else self._labelled(look, text)
        self.take_back([each for each in former if each not in kept])
        return tuple(kept)

    def _labelled(self, look: FieldLook, text: str) -> list[str]:
        kept = []
        for label, digit in look.digits_of(text):
            classifier = self._classifier()
            cutter = Cutter(look.image, look.page, classifier, getattr(classifier, "model_sha256", ""))
            cut = cutter.cut(digit.box, CORRECTED)
            if cut is None:
                continue
            try:
                self.queue.relabel(*cut, label)
                kept.append(cut[0].id)
            except (LabelledFolderError, OutputError) as error:
                LOG.warning("review: a digit is not collected: %s", error)
        return kept

    def take_back(self, crops: Sequence[str]) -> None:
        """Takes labels back that were given for a text that does not stand there after all."""
        for crop in crops:
            self.queue.take_back(crop)
