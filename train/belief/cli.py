"""`python -m train.belief`: fits belief, from what the shipped networks say of drawn pages."""

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from edge_app.errors import DigitsError
from edge_app.files.atomic import require_writable, write_atomically
from edge_app.host.parser import Parser
from edge_app.page.belief import FEATURES, SHIPPED_NAME

from ..chosen_pens import choose_pens
from ..data.mnist import load_mnist
from ..runs import RUNS
from ..settings import NO_PENS
from .recipe import BeliefRecipe


def main(argv: Sequence[str] | None = None) -> int:
    """Draws, reads, fits and writes; returns the exit code: 0 done, 1 a clear failure, 2 usage."""
    options = _parser().parse_args(sys.argv[1:] if argv is None else argv)
    try:
        _fit(options)
    except DigitsError as error:
        print(f"train: error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m train.belief", description="Fit belief on drawn pages, once all networks are there."
    )
    parser.add_argument("--pages", type=int, default=BeliefRecipe.pages, metavar="N", help="drawn (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of everything random (default 0)")
    parser.add_argument("--data", type=Path, metavar="PATH", help="mnist.npz or a folder of IDX files")
    parser.add_argument("--pens", type=Path, metavar="PATH", help="UNIPEN's folder or archive; none: draw without")
    parser.add_argument("--output", type=Path, default=RUNS / "belief", metavar="DIR", help="folder (%(default)s)")
    return parser


def _fit(options: argparse.Namespace) -> None:
    from .fitting import fit_belief

    require_writable(options.output)
    digits = load_mnist(options.data).validation
    chosen = choose_pens(NO_PENS if str(options.pens) == NO_PENS else options.pens)
    recipe = BeliefRecipe(pages=options.pages)
    fitted = fit_belief(digits, chosen.pools()[1], recipe, options.seed)
    provenance = {
        "recipe": dataclasses.asdict(recipe),
        "seed": options.seed,
        "pens": chosen.metrics(),
        "judged": {
            "digits": fitted.digits,
            "read": fitted.read,
            "wrong": fitted.wrong,
            "calibration_error": round(fitted.calibration_error, 4),
        },
    }
    belief = dataclasses.replace(fitted.belief, provenance=provenance)
    path = options.output / SHIPPED_NAME
    write_atomically(path, belief.to_json().encode())
    for name, weight in zip(FEATURES, belief.weights, strict=True):
        print(f"train: {name:14s} {weight:8.3f}")
    print(
        f"train: of {fitted.digits} digits on the pages that judge, {fitted.read} are read, from "
        f"{belief.read_from:.3f} on, {100 * fitted.wrong / max(1, fitted.read):.2f} % of them wrongly; "
        f"calibration error {fitted.calibration_error:.4f}"
    )
    print(f"train: wrote {path}")
