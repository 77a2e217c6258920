"""Results of drawn forms, whose every field is in doubt."""

import json
from decimal import Decimal
from pathlib import Path

from edge_app.forms.described import DescribedForm
from edge_app.forms.fields import Field
from edge_app.forms.form import Form
from edge_app.page.drawing import save_image
from edge_app.review.table import TableResult

from ..pages import blank, write

FORM = Form(
    "count",
    (
        Field("code", (0.05, 0.1, 0.95, 0.4), "[0-9]{5}"),
        Field("pieces", (0.05, 0.6, 0.95, 0.9), "[0-9]{1,4}", max=Decimal(5000)),
    ),
)


def written(number: int) -> dict[str, str]:
    """What stands on a sheet."""
    return {"code": f"{10007 * (number + 1) % 100_000:05d}", "pieces": str(37 * (number + 3) % 5000)}


def guessed(number: int) -> dict[str, str]:
    """What reading made of it: of every third code another digit."""
    texts = written(number)
    return {**texts, "code": texts["code"][:-1] + "9"} if number % 3 == 0 else texts


def make_result(folder: Path, sheets: int) -> TableResult:
    """Sheets with two fields each, and what `read --form --json` would print if it were in doubt of all."""
    lines = []
    for number in range(sheets):
        path, texts = folder / f"sheet{number:03d}.png", written(number)
        page = blank()
        for text, bottom in ((texts["code"], 170), (texts["pieces"], 410)):
            write(page, text, (60, bottom), 90)
        save_image(page, path)
        fields = [
            {"name": name, "state": "doubtful", "text": None, "guess": text} for name, text in guessed(number).items()
        ]
        lines.append(json.dumps({"source": str(path), "fields": fields}))
    (folder / "read.jsonl").write_text("\n".join(lines) + "\n")
    return open_result(folder)


def open_result(folder: Path) -> TableResult:
    """The same once more."""
    return TableResult(folder / "read.jsonl", DescribedForm(FORM))
