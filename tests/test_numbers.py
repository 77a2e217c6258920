"""The numbers that people read are the ones that were measured."""

import hashlib
import json
from pathlib import Path

import pytest

from convert.report.card import PAGES, ROOT, rendered_parts, with_parts

METRICS = json.loads((ROOT / "models" / "metrics.json").read_text())


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_tables_come_from_the_metrics(page: Path) -> None:
    """A table that was edited, or not written again after a conversion, fails."""
    text = (ROOT / page).read_text()
    assert with_parts(text, PAGES[page], rendered_parts(ROOT / "models")) == text


@pytest.mark.parametrize("precision", ["int8", "float32"])
def test_metrics_belong_to_the_shipped_files(precision: str) -> None:
    """metrics.json was measured on the very files in models/."""
    model = METRICS["convert"]["models"][precision]
    content = (ROOT / "models" / model["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == model["sha256"]
