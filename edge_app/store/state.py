"""What the store knows about its models, as it lies on disk: one small JSON file."""

import dataclasses
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from ..errors import StoreError

FORMAT = 1
HISTORY_COUNT = 100


@dataclass(frozen=True)
class Installed:
    """A model in the store.

    Attributes:
        sha256: of the file, hexadecimal; also its name in the store.
        size_bytes: of the file.
        source: where it was installed from.
        time: when, ISO 8601 in UTC, by this machine's clock.
    """

    sha256: str
    size_bytes: int
    source: str
    time: str

    def __post_init__(self) -> None:
        # It becomes a file's name.
        if not re.fullmatch("[0-9a-f]{64}", self.sha256):
            raise ValueError(f"no SHA-256: {self.sha256!r}")


@dataclass(frozen=True)
class Change:
    """One switch.

    Attributes:
        time: ISO 8601 in UTC, by this machine's clock.
        action: "install" or "rollback".
        sha256: of what has become current; None for the shipped model.
    """

    time: str
    action: str
    sha256: str | None


@dataclass(frozen=True)
class State:
    """The whole store.

    Attributes:
        models: the current one first, then where a rollback goes to, and so on; behind the last lies the shipped one.
        history: what was done, the latest last, at most HISTORY_COUNT.
    """

    models: tuple[Installed, ...] = ()
    history: tuple[Change, ...] = ()

    def with_installed(self, model: Installed, keep: int) -> "State":
        """The state after an installation; of the models, `keep` stay."""
        others = tuple(other for other in self.models if other.sha256 != model.sha256)
        return self._changed(Change(model.time, "install", model.sha256), (model, *others)[:keep])

    def rolled_back_to(self, models: tuple[Installed, ...], time: str) -> "State":
        """The state after a rollback to the first of these models, or to the shipped one if there is none."""
        return self._changed(Change(time, "rollback", models[0].sha256 if models else None), models)

    def to_json(self) -> str:
        """The text of the file."""
        return json.dumps({"format": FORMAT, **dataclasses.asdict(self)}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "State":
        """Reads what to_json wrote; raises StoreError for anything else."""
        try:
            fields = json.loads(text)
            if fields["format"] != FORMAT:
                raise ValueError(f"format {fields['format']!r}")
            return cls(
                tuple(Installed(**_texts_and_numbers(model)) for model in fields["models"]),
                tuple(Change(**_texts_and_numbers(change)) for change in fields["history"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise StoreError(f"expected a model store's state of format {FORMAT}, got {error!r}") from error

    def _changed(self, change: Change, models: tuple[Installed, ...]) -> "State":
        return replace(self, models=models, history=(*self.history, change)[-HISTORY_COUNT:])


def _texts_and_numbers(fields: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        if not isinstance(value, int if name == "size_bytes" else str | None):
            raise TypeError(f"{name} {value!r}")
        if isinstance(value, str):
            # JSON can spell halves of a character, which could be neither printed nor written again.
            value.encode()
    return fields
