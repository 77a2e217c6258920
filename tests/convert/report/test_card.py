"""The model card: tables and pictures come from the JSON files beside the models, and from nothing else."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from convert.report.card import (
    PAGES,
    ROOT,
    ablation_table,
    main,
    operator_table,
    pens_text,
    rendered_parts,
    seeds_table,
    with_parts,
)

PICTURES = ("int8_confusion.png", "int8_reliability.png", "int8_errors.png", "int8_corruptions.png")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The pages and the metrics of this checkout, without the models and the pictures."""
    (tmp_path / "models").mkdir()
    for name in (*PAGES, Path("models", "metrics.json")):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def edit_metrics(checkout: Path, change: Any) -> None:
    """Applies `change` to metrics.json."""
    path = checkout / "models" / "metrics.json"
    metrics = json.loads(path.read_text())
    change(metrics["convert"]["models"]["int8"])
    path.write_text(json.dumps(metrics))


def test_tables_and_pictures_come_back(checkout: Path) -> None:
    """What was edited is as it was, and the pictures are drawn without a model."""
    for page, names in PAGES.items():
        text = (checkout / page).read_text()
        damaged = with_parts(text, names, dict.fromkeys(names, "edited by hand\n"))
        assert damaged.count("edited by hand") == len(names)
        (checkout / page).write_text(damaged)
    assert main(checkout) == 0
    # The shipped folder may have tables of the ablation and of the seeds, which this one lacks.
    for page, names in PAGES.items():
        text = (ROOT / page).read_text()
        assert (checkout / page).read_text() == with_parts(text, names, rendered_parts(checkout / "models"))
    for name in PICTURES:
        assert (checkout / "models" / name).read_bytes().startswith(b"\x89PNG")
        assert f"]({name})" in (ROOT / "models" / "README.md").read_text()


def test_unipen_is_named_as_its_licence_asks() -> None:
    """Which network learnt from it, whose it is, its licence, and which archive; without it, that it was not."""
    pens = {
        "name": "u.zip",
        "sha256": "ab" * 32,
        "doi": "10.5/z",
        "licence": "CC BY 4.0",
        "author": "A Foundation 1999",
    }
    text = pens_text({"train": {"pens": pens}, "train_detector": {}})
    for part in ("the classifier learnt", "A Foundation 1999", "CC BY 4.0", "https://doi.org/10.5/z", "ab" * 32):
        assert part in text
    both = pens_text({"train": {"pens": pens | {"sha256": None}}, "train_detector": {"pens": pens}})
    assert "the classifier and the detector learnt" in both
    assert "SHA-256" not in both
    assert "without UNIPEN" in pens_text({"train": {}})


def test_metrics_of_an_earlier_version_give_n_a(checkout: Path) -> None:
    """What was not measured then is n/a or no picture; all else is there."""

    def as_it_was(int8: Any) -> None:
        del int8["operators"], int8["corruption_accuracy_percent"], int8["micro"]
        for proof in int8["runtimes"].values():
            del proof["undisputed_accuracy_percent"], proof["errors"]

    edit_metrics(checkout, as_it_was)
    assert main(checkout) == 0
    card = (checkout / "models" / "README.md").read_text().split("<!-- nano -->")[0]
    assert "<!-- operators -->\nn/a; " in card
    rows = {row.split(" | ")[0]: row.split(" | ")[2:] for row in card.splitlines()}
    for name in ("accuracy without 15 disputed labels", "corruption suite, mean"):
        assert {cell.rstrip(" |") for cell in rows[f"| {name}"]} == {"n/a"}
    assert "n/a" not in "".join(rows["| accuracy"])
    assert {path.name for path in (checkout / "models").glob("*.png")} == {"int8_confusion.png", "int8_reliability.png"}


def test_metrics_without_a_number_are_one_line_and_1(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Metrics of an earlier version name what is missing, and no page changes."""
    before = [(checkout / page).read_text() for page in PAGES]
    edit_metrics(checkout, lambda int8: int8.pop("size_bytes"))
    assert main(checkout) == 1
    error = capsys.readouterr().err
    assert error.startswith("card: error: expected 'size_bytes' in ")
    assert error.count("\n") == 1
    assert "python -m convert --int8 --float32" in error
    assert [(checkout / page).read_text() for page in PAGES] == before


@pytest.mark.parametrize("name", ["metrics.json", "ablation.json", "seeds.json"])
@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_damaged_files_are_one_line_and_1(
    checkout: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is named."""
    (checkout / "models" / name).write_text(text)
    assert main(checkout) == 1
    error = capsys.readouterr().err
    assert error.startswith("card: error: expected ")
    assert error.count("\n") == 1
    assert name in error


def test_a_page_without_its_marks_is_an_error() -> None:
    """The mark is named."""
    with pytest.raises(ValueError, match=r"<!-- seeds -->.*got 0"):
        with_parts("no marks", ["seeds"], {"seeds": ""})


def test_numbers_have_the_new_rows() -> None:
    """Corrupted digits are read on the first runtime alone: the other columns say n/a."""
    int8 = json.loads((ROOT / "models" / "metrics.json").read_text())["convert"]["models"]["int8"]
    rows = rendered_parts(ROOT / "models")["numbers"].splitlines()
    cells = {row.split(" | ")[0].strip("| "): row.strip("| ").split(" | ")[1:] for row in rows}
    kinds = int8["corruption_accuracy_percent"].values()
    others = len(int8["runtimes"]) - 1
    assert cells["corruption suite, mean"] == ["n/a", f"{sum(kinds) / len(kinds):.2f} %", *["n/a"] * others]
    undisputed = [f"{proof['undisputed_accuracy_percent']:.2f} %" for proof in int8["runtimes"].values()]
    assert cells["accuracy without 15 disputed labels"][1:] == undisputed
    assert cells["parameters"][1] == f"{int8['parameters']:,}"


def test_operators_add_up() -> None:
    """A row for each, and their sums."""
    rows = [
        {"operator": "CONV_2D", "output_shape": [1, 26, 26, 16], "parameters": 160, "macs": 97344, "bytes": 208},
        {"operator": "MEAN", "output_shape": [1, 16], "parameters": 0, "macs": 0, "bytes": 8},
    ]
    table = operator_table(rows).splitlines()
    assert table[2] == "| CONV_2D | 1x26x26x16 | 160 | 97,344 | 208 |"
    assert table[-1] == "| all |  | 160 | 97,344 | 216 |"


def test_ablation_shows_differences() -> None:
    """To the first row; what was not measured is n/a; without a file the command is named."""
    first = {"name": "all ingredients", "clean": 99.1, "corruptions": 95.0, "semeion": None}
    other = {"name": "without distillation", "clean": 98.6, "corruptions": None, "semeion": 93.5}
    text = ablation_table({"budget": "8 epochs", "rows": [first, other]})
    assert "8 epochs" in text
    assert "| all ingredients | 99.10 | 95.00 | n/a |" in text
    assert "| without distillation | 98.60 (-0.50) | n/a | 93.50 |" in text
    assert "tests/benchmarks/ablation.py" in ablation_table(None)


def test_seeds_show_mean_and_deviation() -> None:
    """With each seed's value; one seed has no deviation; without a file the command is named."""
    numbers = {
        "int8_accuracy_percent.litert": {"mean": 99.5, "std": 0.1, "values": [99.4, None, 99.6]},
        "drop_pp.litert": {"mean": 0.01, "std": None, "values": [0.01, None, None]},
    }
    text = seeds_table({"best_seed": 3, "seeds": [2, 3, 4], "numbers": numbers})
    assert text.startswith("Seed 3 ")
    assert "| int8 accuracy %, litert | 99.50 | 0.1 | 99.40, n/a, 99.60 |" in text
    assert "| drop pp, litert | 0.01 | n/a | 0.01, n/a, n/a |" in text
    assert "python -m train --seeds" in seeds_table(None)
