"""What a fine-tuned model must show beyond being close to float: that fine-tuning helped, and at no cost."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import ModelError
from edge_app.model.classifier import Predictions, read_logits
from edge_app.model.contract import ModelContract
from edge_app.model.file import parse_model
from train.finetune.held_out import HELD_OUT_NAME, PARENT_NAME, proof_sha256
from train.metrics_file import METRICS_NAME, fine_tuning_metrics

from ..errors import SourceError
from .comparison import mcnemar_p
from .gate import Check, FineTuningLimits
from .proof import Proof, prove

AGAIN = "fine-tune again with python -m train --add DIR"


@dataclass(frozen=True)
class HeldOut:
    """What a fine-tuned model is compared with.

    Attributes:
        parent: the int8 model that it was fine-tuned from, the whole file.
        contract: the parent's.
        images: the held-out digits, uint8 (N, 28, 28), N >= 1.
        labels: int64 (N,), 0 to 9.
        writers: whose each is.
        training: crops learnt from, by writer and label, as training wrote it.
    """

    parent: bytes
    contract: ModelContract
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    writers: tuple[str, ...]
    training: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class FineTuningProof:
    """A fine-tuned int8 model beside the one that it was fine-tuned from, on one runtime.

    Attributes:
        held_out: how many digits were held out.
        errors_before: of these, read wrongly by the parent.
        errors_after: the same of the fine-tuned model.
        only_before_right: read rightly by the parent alone.
        only_after_right: by the fine-tuned model alone.
        improvement_p: McNemar's exact p; 1 where the fine-tuned model is not better.
        mnist_drop_pp: parent's accuracy on MNIST's test digits minus the fine-tuned model's, in percentage points.
        non_digits_rise_pp: by how much more of the non-digits pass, in percentage points.
        calibration_rise: by how much the expected calibration error on MNIST's test digits rose.
        digits_before: what the parent reads on each held-out digit.
        digits_after: what the fine-tuned model reads.
    """

    held_out: int
    errors_before: int
    errors_after: int
    only_before_right: int
    only_after_right: int
    improvement_p: float
    mnist_drop_pp: float
    non_digits_rise_pp: float
    calibration_rise: float
    digits_before: tuple[int, ...]
    digits_after: tuple[int, ...]


def load_held_out(folder: Path, train_metrics: Mapping[str, Any]) -> HeldOut | None:
    """What fine-tuning left beside a model; None if the model was not fine-tuned.

    Raises:
        SourceError: metrics.json says that it was fine-tuned, but the proof's files are missing, damaged or another's;
            or they are there without it.
    """
    written = fine_tuning_metrics(train_metrics)
    if written is None:
        if not train_metrics and (folder / HELD_OUT_NAME).exists():
            raise SourceError(
                f"expected {METRICS_NAME} of training beside {HELD_OUT_NAME} in {folder}, as of a fine-tuned model, "
                f"got none; {AGAIN}"
            )
        return None
    expected = f"expected {PARENT_NAME} and {HELD_OUT_NAME} of a fine-tuned model in {folder}"
    try:
        content, packed = (folder / PARENT_NAME).read_bytes(), (folder / HELD_OUT_NAME).read_bytes()
        if proof_sha256(content, packed) != written["proof_sha256"]:
            raise ValueError("files of another fine-tuning than the model's")
        parent = parse_model(content, str(folder / PARENT_NAME))
        with np.load(io.BytesIO(packed), allow_pickle=False) as archive:
            images, labels, writers = (archive[name] for name in ("images", "labels", "writers"))
        found = HeldOut(
            parent.content,
            parent.contract,
            images,
            labels.astype(np.int64),
            tuple(map(str, writers)),
            written["training"],
        )
    # numpy and zipfile raise their own kinds for a damaged file.
    except (OSError, ValueError, KeyError, TypeError, EOFError, ModelError) as error:
        raise SourceError(f"{expected}, got {type(error).__name__}: {error}; {AGAIN}") from error
    if images.dtype != np.uint8 or images.shape != (len(labels), 28, 28) or not len(labels):
        raise SourceError(f"{expected}, got held-out images {images.dtype} {images.shape}; {AGAIN}")
    return found


def prove_fine_tuning(
    held_out: HeldOut,
    parent_logits: Mapping[str, NDArray[np.float32]],
    fine_tuned_logits: Mapping[str, NDArray[np.float32]],
    test_labels: NDArray[np.int64],
    contract: ModelContract,
) -> FineTuningProof:
    """Compares a fine-tuned model with its parent, each with its own contract.

    Args:
        held_out: the digits, and the parent.
        parent_logits: of the parent: "test", "non_digits" and "held_out", float32 (N, K).
        fine_tuned_logits: of the fine-tuned model, the same.
        test_labels: of the test digits, int64 (N,).
        contract: of the fine-tuned model.
    """
    before = prove(parent_logits, parent_logits, test_labels, held_out.contract)
    after = prove(parent_logits, fine_tuned_logits, test_labels, contract)
    read_before = read_logits(parent_logits["held_out"], held_out.contract)
    read_after = read_logits(fine_tuned_logits["held_out"], contract)
    return _compared(held_out.labels, read_before, read_after, before, after)


def check_fine_tuning(proof: FineTuningProof, runtime: str, limits: FineTuningLimits) -> tuple[Check, ...]:
    """Compares a fine-tuned model with the limits."""
    before, after = (proof.held_out - wrong for wrong in (proof.errors_before, proof.errors_after))
    improved = f"McNemar's p of {proof.held_out} held-out digits ({before} right before, {after} after) on {runtime}"
    drop, passed, calibration = proof.mnist_drop_pp, proof.non_digits_rise_pp, proof.calibration_rise
    by = f"by fine-tuning on {runtime}"
    return (
        Check(improved, proof.improvement_p, "at most", limits.max_improvement_p, ""),
        Check(f"fall of MNIST accuracy {by}", drop, "at most", limits.max_mnist_drop_pp, "pp"),
        Check(f"rise of non-digits passed {by}", passed, "at most", limits.max_non_digits_rise_pp, "pp"),
        Check(f"rise of the calibration error {by}", calibration, "at most", limits.max_calibration_rise, ""),
    )


def fine_tuning_paragraph(by_runtime: Mapping[str, FineTuningProof], held_out: HeldOut) -> str:
    """What fine-tuning did, in one paragraph, on the first runtime."""
    proof = next(iter(by_runtime.values()))
    crops = sum(sum(of_writer.values()) for of_writer in held_out.training.values())
    writers = ", ".join(held_out.training)
    return (
        f"Fine-tuned on {crops} crops of {writers}. Of {proof.held_out} held-out digits {proof.errors_before} were "
        f"read wrongly before and {proof.errors_after} are now ({proof.only_after_right} fixed, "
        f"{proof.only_before_right} broken, McNemar's p {proof.improvement_p:.2g}). On MNIST's test digits "
        f"accuracy changed by {-proof.mnist_drop_pp:+.2f} pp and the calibration error by "
        f"{proof.calibration_rise:+.4f}; of the non-digits {proof.non_digits_rise_pp:+.2f} pp more pass."
    )


def _compared(
    labels: NDArray[np.int64], read_before: Predictions, read_after: Predictions, before: Proof, after: Proof
) -> FineTuningProof:
    right_before, right_after = read_before.digits == labels, read_after.digits == labels
    only_before, only_after = int(np.sum(right_before & ~right_after)), int(np.sum(right_after & ~right_before))
    return FineTuningProof(
        held_out=len(labels),
        errors_before=int(np.sum(~right_before)),
        errors_after=int(np.sum(~right_after)),
        only_before_right=only_before,
        only_after_right=only_after,
        improvement_p=mcnemar_p(only_before, only_after) if only_after > only_before else 1.0,
        mnist_drop_pp=after.comparison.drop_pp,
        non_digits_rise_pp=after.non_digits_passed_percent - before.non_digits_passed_percent,
        calibration_rise=after.calibration_error - before.calibration_error,
        digits_before=tuple(read_before.digits.tolist()),
        digits_after=tuple(read_after.digits.tolist()),
    )
