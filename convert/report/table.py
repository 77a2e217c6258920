"""Tables for the terminal: a model's content, its comparison with its float parent, and the gate's verdict."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..artefact import Artefact
from ..prove.calibrate import KEEP_FRACTION
from ..prove.inspection import Inspection, Tensor
from ..prove.micro import RUNTIME, resolver_call
from ..prove.micro_proof import MicroProof
from ..prove.proof import Proof


def print_report(artefacts: Sequence[Artefact], console: Console) -> None:
    """Prints everything about the converted models."""
    for artefact in artefacts:
        if artefact.precision == "int8":
            console.print(operator_table(artefact.inspection))
            console.print(_integer_line(artefact.inspection))
        console.print(proof_table(artefact))
        if artefact.corruption_accuracy_percent:
            console.print(_corruption_line(artefact.corruption_accuracy_percent))
        if artefact.micro is not None:
            console.print(micro_line(artefact.micro))
        if artefact.contract.refuse_below == 0:
            console.print(f'"not a digit" alone refuses more than {1 - KEEP_FRACTION:.1%} of the validation digits')
    console.print(gate_table(artefacts))


def operator_table(inspection: Inspection) -> Table:
    """Operators in order, each with its tensors, their scales and zero points."""
    # Narrow enough for a terminal of 80 columns.
    table = Table(title="Operators of the int8 model", box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("operator", "tensor", "shape", "scale", "zero point", "MACs"):
        right = heading in {"zero point", "MACs"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading != "zero point")
    for operator in inspection.operators:
        roles = ["const" if tensor.is_constant else "input" for tensor in operator.inputs]
        roles += ["output"] * len(operator.outputs)
        for index, (role, tensor) in enumerate(zip(roles, (*operator.inputs, *operator.outputs), strict=True)):
            table.add_row(
                operator.name if index == 0 else "",
                f"{tensor.dtype.lower()} {role}",
                "x".join(str(length) for length in tensor.shape),
                _scale_range(tensor),
                ", ".join(str(point) for point in sorted(set(tensor.zero_points))),
                f"{operator.macs:,}" if index == 0 else "",
            )
    return table


def proof_table(artefact: Artefact) -> Table:
    """One model's numbers, a column for each runtime."""
    inspection, contract = artefact.inspection, artefact.contract
    table = Table(
        "on the test images",
        title=f"{artefact.precision} against its float32 parent: {len(artefact.content):,} bytes, "
        f"{inspection.macs:,} MACs, {inspection.parameter_count:,} parameters, "
        f"temperature {contract.temperature:.3f}, refuse below {contract.refuse_below:g}",
        box=SIMPLE,
    )
    for runtime in artefact.proofs:
        table.add_column(runtime, justify="right")
    for rows in zip(*(_proof_rows(proof) for proof in artefact.proofs.values()), strict=True):
        table.add_row(rows[0][0], *(value for _, value in rows))
    return table


def gate_table(artefacts: Sequence[Artefact]) -> Table:
    """Every number that the gate checks, with its limit."""
    table = Table("gate", box=SIMPLE)
    for heading in ("value", "limit", "holds"):
        table.add_column(heading, justify="right")
    for check in (check for artefact in artefacts for check in artefact.checks):
        verdict = "[green]yes[/green]" if check.holds else "[red]no[/red]"
        table.add_row(check.subject, f"{check.value:g}", f"{check.bound} {check.limit:g} {check.unit}", verdict)
    return table


def _proof_rows(proof: Proof) -> Iterator[tuple[str, str]]:
    found = proof.comparison
    yield "accuracy %", f"{found.accuracy_percent:.2f}"
    yield "accuracy of the parent %", f"{found.parent_accuracy_percent:.2f}"
    yield "accuracy without disputed labels %", f"{proof.undisputed_accuracy_percent:.2f}"
    yield "drop, percentage points", f"{found.drop_pp:+.2f}"
    yield "right in the parent alone : here alone", f"{found.only_parent_right} : {found.only_child_right}"
    yield "McNemar's exact p", f"{found.mcnemar_p:.3f}"
    yield "agreement %", f"{found.agreement_percent:.2f}"
    yield "labels changed", str(found.labels_changed)
    for digit, drop in enumerate(found.drop_per_class_pp):
        yield f"drop for the digit {digit}, pp", f"{drop:+.2f}"
    yield "worst logit error", f"{found.worst_logit_error:.3f}"
    yield "mean logit error", f"{found.mean_logit_error:.4f}"
    yield "NaN or infinite logits", str(found.non_finite_count)
    yield "expected calibration error", f"{proof.calibration_error:.4f}"
    yield "the same at temperature 1", f"{proof.calibration_error_before:.4f}"
    yield "digits kept %", f"{proof.digits_kept_percent:.2f}"
    yield "non-digits passed %", f"{proof.non_digits_passed_percent:.2f}"
    at_99 = proof.non_digits_passed_at_99_percent
    yield "non-digits passed where 99 % of digits are kept %", "n/a" if at_99 is None else f"{at_99:.2f}"


def _integer_line(inspection: Inspection) -> str:
    findings = inspection.float_findings
    integer = "integers only" if not findings else f"[red]not integers only: {escape('; '.join(findings))}[/red]"
    enters = "as p - 128" if inspection.takes_pixel_minus_128 else "through a table, not as p - 128"
    return f"{integer}; the pixel p enters {enters}"


def _corruption_line(kinds: Mapping[str, float]) -> str:
    worst = min(kinds, key=lambda kind: kinds[kind])
    return f"corrupted digits: {fmean(kinds.values()):.2f} % right; worst for {worst}, {kinds[worst]:.2f} %"


def micro_line(micro: MicroProof) -> str:
    """What int8 shows and needs on tflite-micro."""
    part = ", the first of them; all with --publish" if micro.is_partial else ""
    return (
        f"{RUNTIME}: {micro.comparison.accuracy_percent:.2f} % of {micro.images:,} test images right{part}; "
        f"the same digit as on {micro.beside} for {micro.same_digit_percent:.2f} %, as float32 for "
        f"{micro.comparison.agreement_percent:.2f} %; arena {micro.arena_bytes:,} bytes; "
        f"resolver: {', '.join(map(resolver_call, micro.operators))}"
    )


def _scale_range(tensor: Tensor) -> str:
    if len(tensor.scales) <= 1:
        return "".join(f"{scale:.6g}" for scale in tensor.scales)
    return f"{min(tensor.scales):.2g}..{max(tensor.scales):.2g}"
