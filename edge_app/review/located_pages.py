"""Pages of a result, opened again, with where the form is on them; the last few are held. For one thread."""

from collections.abc import Callable

from ..forms.contrast import Grey
from ..forms.fields import Field
from ..forms.locate import Located, NotLocated
from ..forms.look import FieldLook
from ..forms.reading import FormReader, finder_of
from .cutting import as_png, field_picture
from .result import PageRow, Result

# A page of 60 megapixels has as many bytes.
HELD = 2


class LocatedPages:
    """Shows fields of pages, and what reading sees of them.

    Args:
        result: whose pages they are.
        make_reader: makes the reader of the form, when it is first needed; None where digits are not looked for.
    """

    def __init__(self, result: Result, make_reader: Callable[[], FormReader] | None) -> None:
        self._result, self._make_reader = result, make_reader
        self._finder = finder_of(result.described.form, result.described.picture)
        self._pages: dict[tuple[str, int], tuple[Grey, Located | NotLocated]] = {}

    def picture(self, row: PageRow, field: Field) -> bytes:
        """A field as PNG; raises DigitsError if its page can't be opened."""
        return as_png(field_picture(*self._find(row), field))

    def look(self, row: PageRow, field: Field) -> FieldLook | None:
        """What reading sees of a field, or None if the page does not show it; errors as of picture."""
        photo, located = self._find(row)
        if self._make_reader is None or not isinstance(located, Located):
            return None
        return self._make_reader().read_field(photo, located, field).look

    def _find(self, row: PageRow) -> tuple[Grey, Located | NotLocated]:
        key = row.source, row.page
        if key not in self._pages:
            photo = self._result.photo(row)
            self._pages[key] = photo, self._finder.find(photo)
            while len(self._pages) > HELD:
                del self._pages[next(iter(self._pages))]
        return self._pages[key]
