"""What the live loop publishes: a number was read, changed, or left."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from ..page.boxes import Box
from ..page.result import DOUBTFUL

Kind = Literal["read", "changed", "left"]


@dataclass(frozen=True)
class Change:
    """Something happened to a number in the camera's view.

    Attributes:
        kind: "read" (stable for the first time), "changed" (another number in its place) or "left" (out of view).
        text: the number, such as "4081", or "40?1" with a doubtful digit; of "left" the one that was there.
        former: of "changed" the number before it, else None.
        track: names the place from "read" to "left"; never used twice in a run.
        box: (x, y, width, height) around it, in pixels of the frame.
        confidence: the least of its digits' probabilities, in [0, 1].
        guess: of a text with doubtful digits the likeliest number, such as "4081"; else None.
        region: name of the region it stands in, or None.
    """

    kind: Kind
    text: str
    former: str | None
    track: int
    box: Box
    confidence: float
    guess: str | None = field(default=None, kw_only=True)
    region: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class NumberEvent(Change):
    """A Change, and when it was seen.

    Attributes:
        frame: number of the frame that settled it.
        time_s: when that frame was captured, seconds since 1970.
        age_ms: from its capture to this event.
    """

    frame: int
    time_s: float
    age_ms: float

    def to_record(self) -> dict[str, Any]:
        """As printed in JSON Lines and sent by MQTT: "event" instead of kind, "time" in ISO 8601 UTC.

        "doubtful" counts the digits of the text that are not believed.
        """
        record = asdict(self)
        time = datetime.fromtimestamp(record.pop("time_s"), UTC).isoformat(timespec="milliseconds")
        return {
            "event": record.pop("kind"),
            "time": time.replace("+00:00", "Z"),
            **record,
            "doubtful": self.text.count(DOUBTFUL),
            "box": list(self.box),
            "confidence": round(self.confidence, 4),
            "age_ms": round(self.age_ms, 2),
        }


class Output(Protocol):
    """Takes events, in order; must return within a millisecond or so, as the loop waits for it."""

    def publish(self, event: NumberEvent) -> None:
        """Takes one event; never raises for a failure at the far end."""

    def close(self) -> None:
        """Flushes what it can within half a second."""
