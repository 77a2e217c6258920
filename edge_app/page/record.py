"""A page as a JSON object, as `read --json`, `batch` and the web page give it."""

from typing import Any

from .result import Digit, Page


def to_record(page: Page, source: str, latency_ms: float) -> dict[str, Any]:
    """The JSON object of one read image."""
    return {
        "source": source,
        "width": page.width,
        "height": page.height,
        # Only of what does not lie as it should.
        **({"turn": page.turn} if page.turn else {}),
        **({"better_turn": page.better_turn} if page.better_turn else {}),
        "text": page.text,
        "lines": [
            {
                **({} if line.region is None else {"region": line.region}),
                "text": line.text,
                "digits": [_digit_record(digit) for digit in line.digits],
            }
            for line in page.lines
        ],
        "latency_ms": round(latency_ms, 2),
    }


def _digit_record(digit: Digit) -> dict[str, Any]:
    return {
        "label": digit.label,
        **({"guess": digit.guess} if digit.label is None else {}),
        "confidence": round(digit.confidence, 4),
        "box": list(digit.box),
    }
