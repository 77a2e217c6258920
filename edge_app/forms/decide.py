"""What a field says in the end: read, doubtful, refused, or blank."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .fields import Field
from .lattice import UNKNOWN, Lattice
from .search import LEAST, allowed, best_readings, best_without_rules

Kind = Literal["read", "doubtful", "refused", "blank"]


@dataclass(frozen=True)
class Limits:
    """When a reading is believed; every number is in [0, 1].

    `read` was chosen by `form_fields.py --limits` on 120 drawn forms: above it few more are saved from being wrong, and
    many right ones are marked. The others were set by hand.

    Attributes:
        read: the least probability of the reading among all that the rules allow.
        changed: how likely it must be, against the best reading without rules, for the rules to be followed.
        refused: below this part the ink says something else, which is no guess either.
        blank: how likely it must be that nothing stands there.
        least: what rules may pick among, see best_readings.
    """

    read: float = 0.96
    changed: float = 0.05
    refused: float = 0.001
    blank: float = 0.6
    least: float = LEAST


@dataclass(frozen=True)
class Decision:
    """What a field says.

    Attributes:
        kind: "read", "doubtful" (a person should look), "refused" (ink that the rules do not allow) or "blank".
        text: of "read" what stands there, of "blank" "", else None.
        guess: of "doubtful" the likeliest text that the rules allow, or None.
        value: the number of `text`, scaled, or None.
        confidence: probability of the text or guess among all that the rules allow, of "blank" that nothing stands
            there, else 0; in [0, 1].
        without_rules: the likeliest text whatever the rules say, "?" for ink that is none of the symbols.
    """

    kind: Kind
    text: str | None
    guess: str | None
    value: Decimal | None
    confidence: float
    without_rules: str

    @property
    def rejected(self) -> str | None:
        """What the ink seems to say where the rules say otherwise, or None."""
        taken = self.guess if self.text is None else self.text
        return None if self.without_rules == taken else self.without_rules


def decide(lattice: Lattice, field: Field, limits: Limits | None = None) -> Decision:
    """Weighs the best reading under the field's rules against the best one without.

    Args:
        lattice: what the ink may say.
        field: whose rules are kept.
        limits: when a reading is believed, or None for Limits().
    """
    limits = limits or Limits()
    free = best_without_rules(lattice)[0]
    if free.text == "" and free.probability >= limits.blank:
        return Decision("blank", "", None, None, free.probability, "")
    # That nothing stands there was asked above, and is no guess.
    readings = [reading for reading in best_readings(lattice, field, 2, limits.least) if reading.text]
    if not readings or readings[0].probability < limits.refused * free.probability:
        kind: Kind = "doubtful" if free.text == "" else "refused"
        return Decision(kind, None, None, None, 0.0, free.text)
    best = readings[0]
    confidence = min(1.0, best.probability / max(allowed(lattice, field), best.probability))
    near = best.probability >= limits.changed * free.probability
    # Where most of the ink is no digit to the reader, or none at all, rules would be inventing.
    legible = free.text != "" and free.text.count(UNKNOWN) * 2 <= len(free.text)
    if confidence >= limits.read and near and legible:
        return Decision("read", best.text, None, field.value(best.text), confidence, free.text)
    return Decision("doubtful", None, best.text, None, confidence, free.text)
