"""A form read off a photo: each of its fields."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..files.image import to_luma
from ..model.sequence import SequenceReader
from ..page.boxes import Box
from ..page.detection import MapNetwork
from ..page.reader import PageReader, checked_size
from ..page.recognition import Classifier
from ..page.spelling import ColumnNetwork
from ..page.trace import Trace
from .contrast import Grey
from .decide import Limits, decide
from .fields import Field
from .form import Form
from .ink_lattice import on_ink_map, places_of
from .lattice import Lattice
from .locate import FormFinder, Located, NotLocated, WholeImage
from .look import FieldLook, look_at_field
from .own_print import OwnPrint, straight_lines_taken_out
from .rim import with_rim
from .straighten import cut
from .whole_texts import whole_texts

State = Literal["read", "doubtful", "refused", "blank", "not found"]
STATES: tuple[State, ...] = ("read", "doubtful", "refused", "blank", "not found")
# Of a field, what the photo has to show.
LEAST_IN_VIEW = 0.9


@dataclass(frozen=True)
class FieldReading:
    """What a field says.

    Attributes:
        name: of the field.
        state: "read", "doubtful" (a person should look), "refused" (ink that the rules do not allow), "blank", or "not
            found": the photo does not show the field.
        text: of "read" what stands there, of "blank" "", else None.
        guess: of "doubtful" the likeliest text that the rules allow, or None.
        value: the number of `text`, scaled, or None.
        confidence: of text or guess, see Decision; in [0, 1].
        box: (x, y, width, height) around the field in pixels of the photo, or None if it was not found.
        rejected: what the ink seems to say where the rules say otherwise, or None.
        look: what reading saw, or None where the photo does not show the field.
    """

    name: str
    state: State
    text: str | None = None
    guess: str | None = None
    value: Decimal | None = None
    confidence: float = 0.0
    box: Box | None = None
    rejected: str | None = None
    look: FieldLook | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class FormReading:
    """What a photo of a form says.

    Attributes:
        form: its name.
        fields: one for each field of the form, in its order.
        width: of the photo, in pixels.
        height: of the photo, in pixels.
        not_found: why the form is not on the photo, or None if it is.
        located: where it is, or None.
    """

    form: str
    fields: tuple[FieldReading, ...]
    width: int
    height: int
    not_found: str | None = None
    located: Located | None = field(default=None, compare=False, repr=False)


class FormReader:
    """Reads one form off photos. Holds no state between them."""

    def __init__(
        self,
        form: Form,
        classifier: Classifier,
        picture: NDArray[np.uint8] | None = None,
        detector: MapNetwork | Literal["shipped"] | None = "shipped",
        sequence: ColumnNetwork | Literal["shipped"] | None = "shipped",
        limits: Limits | None = None,
    ) -> None:
        """Gets ready.

        Args:
            form: what stands where.
            classifier: reads single digits.
            picture: of the form, straight and cut to its edges, to find it by: uint8 (H, W) luma or (H, W, 3) RGB;
                None if images are of the form alone.
            detector: see PageReader.
            sequence: see PageReader.
            limits: see decide.
        """
        self.form, self._limits = form, limits
        if sequence == "shipped":
            sequence = SequenceReader.load(runtime=getattr(classifier, "runtime", "auto"))
        self._sequence = sequence
        # Numbers are weighed here, together with the field's rules.
        self._reader = PageReader(classifier, detector, traced=True, sequence=None, dark_ink=True, level=False)
        self._print = None if picture is None else OwnPrint(picture)
        self._finder = finder_of(form, picture)

    @property
    def classifier(self) -> Classifier:
        """Reads single digits."""
        return self._reader.classifier

    def read(self, photo: NDArray[np.uint8]) -> FormReading:
        """Reads a photo: uint8 (H, W) luma or (H, W, 3) RGB, from 32x32 pixels up; raises ImageError for any other."""
        height, width = checked_size(photo)
        luma = to_luma(photo)
        located = self._finder.find(luma)
        if isinstance(located, NotLocated):
            fields = tuple(FieldReading(field.name, "not found") for field in self.form.fields)
            return FormReading(self.form.name, fields, width, height, located.reason)
        fields = tuple(self.read_field(luma, located, field) for field in self.form.fields)
        return FormReading(self.form.name, fields, width, height, located=located)

    def read_field(self, luma: Grey, located: Located, field: Field) -> FieldReading:
        """Reads one field of a photo, uint8 (H, W), on which the form was found."""
        picture = cut(luma, located, field.box)
        if picture.in_view < LEAST_IN_VIEW:
            return FieldReading(field.name, "not found")
        image = straight_lines_taken_out(picture) if self._print is None else self._print.taken_out(picture, field.box)
        image, box = with_rim(image, picture.box)
        trace = self._reader.read(image).traces[0]
        decision = decide(self._lattice(trace, box, field), field, self._limits)
        return FieldReading(
            field.name,
            decision.kind,
            decision.text,
            decision.guess,
            decision.value,
            decision.confidence,
            _within(picture.on_photo(picture.box), luma),
            decision.rejected,
            look_at_field(image, trace, box),
        )

    def _lattice(self, trace: Trace, box: Box, field: Field) -> Lattice:
        box = on_ink_map(box, trace)
        places, digits = places_of(trace, box, field)
        # Without ink there is nothing that a line could say: it would read the noise of the paper.
        if self._sequence is None or not places:
            return Lattice(places)
        wholes = whole_texts(places, digits, box, trace.page_ink, self._sequence, field)
        return Lattice(places, wholes, weight=1.0)


def finder_of(form: Form, picture: NDArray[np.uint8] | None) -> FormFinder | WholeImage:
    """What finds a form on photos: by its picture, uint8 (H, W) luma or (H, W, 3) RGB, if there is one."""
    return WholeImage() if picture is None else FormFinder(picture, [field.box for field in form.fields])


def _within(box: Box, luma: Grey) -> Box:
    """The part of a box that the photo shows."""
    left, top = (min(max(0, low), size - 1) for low, size in zip(box[:2], luma.shape[::-1], strict=True))
    right, bottom = box[0] + box[2], box[1] + box[3]
    return left, top, max(1, min(right, luma.shape[1]) - left), max(1, min(bottom, luma.shape[0]) - top)
