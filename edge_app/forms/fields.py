"""A field: where it stands on its form, and the rules that what is written there must keep."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..errors import FormError
from ..host.printable import printable
from .checksum import CHECKSUMS
from .field_checks import CHECKS, NO_CHECKSUM, FormBox
from .machine import Machine, Together, allows, allows_something
from .number import SYMBOLS, Range, number_of
from .pattern import Pattern, compile_pattern

ANY_NUMBER = "[0-9]+"
# After this number of states of all rules together it is not asked further whether they leave anything to be written.
MAX_SEARCHED = 2_000
# Rules that need a number.
_OF_NUMBERS = ("min", "max", "scale", "only_rises", "max_step")


@dataclass(frozen=True)
class Field:
    """One field of a form. Wrong values raise FormError.

    Attributes:
        name: one level of an MQTT topic.
        box: left, top, right, bottom as parts of the form's width and height, in [0, 1].
        pattern: what the whole text must fit, see pattern.py.
        min: the smallest number as it is written, before `scale`, or None.
        max: the largest one, or None.
        unit: of the value, such as "EUR", or None.
        scale: the value is the number as written times this; None is 1.
        only_rises: whether a number below the former one is held until it is confirmed.
        max_step: by how much a number may differ from the former one, both as written, or it is held; None is any.
        checksum: a name of CHECKSUMS, or None.
        device_class: Home Assistant's, or None.
        state_class: Home Assistant's, or None.
    """

    name: str
    box: FormBox
    pattern: str = ANY_NUMBER
    min: Decimal | None = None
    max: Decimal | None = None
    unit: str | None = None
    scale: Decimal | None = None
    only_rises: bool = False
    max_step: Decimal | None = None
    checksum: str | None = None
    device_class: str | None = None
    state_class: str | None = None

    def __post_init__(self) -> None:
        for key, expected_of in CHECKS.items():
            value = getattr(self, key)
            expected = expected_of(value)
            if expected:
                raise FormError(f"{key}: expected {expected}, got {shown(value)}; change it")
        try:
            compiled = self.compiled
        except FormError as error:
            raise FormError(f"pattern: {error}") from error
        self._check_numbers(compiled)
        self._check_checksum(compiled)
        if not allows_something(self.rules, compiled.symbols, MAX_SEARCHED):
            raise FormError(
                f"pattern: expected something that pattern, min, max and checksum all allow, got nothing for "
                f"{self.pattern!r}; loosen one of them"
            )

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "Field":
        """A field as it stands in a form's file, its floats as Decimal; raises FormError."""
        unknown = [key for key in table if key not in CHECKS]
        if unknown:
            raise FormError(f"{shown(unknown[0])}: expected a key out of {', '.join(CHECKS)}, got another; take it out")
        for key in ("name", "box"):
            if key not in table:
                raise FormError(f"{key}: expected one for each field, got none; add it")
        values = dict(table)
        if isinstance(values["box"], list):
            values["box"] = tuple(float(part) if _numeric(part) else part for part in values["box"])
        for key in ("min", "max", "scale", "max_step"):
            if _numeric(values.get(key)):
                values[key] = Decimal(values[key])
        if values.get("checksum") == NO_CHECKSUM:
            del values["checksum"]
        return cls(**values)

    def to_table(self) -> dict[str, Any]:
        """What from_table takes, without what is as if it were not given."""
        given = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        return {key: value for key, value in given.items() if value is not None and value is not False}

    @property
    def compiled(self) -> Pattern:
        """The automaton of the pattern."""
        return compile_pattern(self.pattern)

    @property
    def rules(self) -> Machine:
        """A Machine that allows what pattern, range and checksum allow."""
        return _rules(self.pattern, self.is_number, self.min, self.max, self.checksum)

    @property
    def is_number(self) -> bool:
        """Whether a rule takes what is written as a number."""
        return self._first_of_numbers is not None

    @property
    def _first_of_numbers(self) -> str | None:
        # Zero is a bound, too, and equal to False.
        given = (key for key in _OF_NUMBERS if getattr(self, key) is not None and getattr(self, key) is not False)
        return next(given, None)

    @property
    def looks_back(self) -> bool:
        """Whether a reading is compared with the former one."""
        return self.only_rises or self.max_step is not None

    def allows(self, text: str) -> bool:
        """Whether pattern, range and checksum allow a text."""
        return allows(self.rules, text)

    def number(self, text: str) -> Decimal:
        """The number that a text is, as it is written; raises FormError if it is none."""
        number = number_of(text)
        if number is None:
            raise FormError(f"expected a number for {self.name!r}, got {shown(text)}; correct it")
        return number

    def value(self, text: str) -> Decimal | None:
        """The number that a text is, times `scale`; None if it is no number."""
        number = number_of(text)
        return None if number is None else number * (1 if self.scale is None else self.scale)

    def _check_numbers(self, compiled: Pattern) -> None:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise FormError(f"max: expected at least min, {self.min}, got {self.max}; exchange them")
        others = sorted(compiled.symbols - SYMBOLS)
        if self.is_number and others:
            raise FormError(
                f"{self._first_of_numbers}: expected a pattern of a number beside it, got {others[0]!r} in "
                f"{self.pattern!r}; take one out"
            )

    def _check_checksum(self, compiled: Pattern) -> None:
        if self.checksum is None:
            return
        scheme = CHECKSUMS[self.checksum]
        if not allows_something(Together((compiled, scheme)), compiled.symbols, MAX_SEARCHED):
            raise FormError(
                f"checksum: expected a pattern for {scheme.name} numbers of {scheme.length_text} digits, "
                f"got {self.pattern!r}; change one of them"
            )


def shown(value: Any) -> str:
    """A value of a form's file, in one line that is not long."""
    text = str(value) if isinstance(value, Decimal) else repr(value)
    text = printable(text if not isinstance(value, tuple) else repr(list(value)))
    return text if len(text) <= 80 else f"{text[:77]}..."


def _numeric(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


@lru_cache(maxsize=256)
def _rules(pattern: str, is_number: bool, low: Decimal | None, high: Decimal | None, checksum: str | None) -> Machine:
    machines: list[Machine] = [compile_pattern(pattern)]
    if is_number:
        machines.append(Range(low, high))
    if checksum:
        machines.append(CHECKSUMS[checksum])
    return Together(tuple(machines))
