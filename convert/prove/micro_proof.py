"""The int8 model on tflite-micro: does it read there what it reads elsewhere, and what does it need."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .comparison import Comparison, best_digits, compare
from .gate import Check, Limits, check_on_runtime
from .inspection import Inspection
from .micro import RUNTIME
from .runtimes import run_on_micro

# Reference kernels take 3 ms an image: what is not published is read in part.
PARTIAL_COUNT = 2000


@dataclass(frozen=True)
class MicroProof:
    """What an int8 model showed on tflite-micro.

    Attributes:
        images: how many were read, the first of MNIST's test images.
        is_partial: whether there are more.
        comparison: with the float parent on the first other runtime.
        beside: that runtime.
        same_digit_percent: images on which the model names the same digit there, in [0, 100].
        arena_bytes: memory for activations and bookkeeping, with 64-bit pointers.
        operators: each kind once, for the resolver, as TFLite names them.
    """

    images: int
    is_partial: bool
    comparison: Comparison
    beside: str
    same_digit_percent: float
    arena_bytes: int
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Elsewhere:
    """What is known of the test images without tflite-micro.

    Attributes:
        runtime: where.
        parent: the float parent's logits there, float32 (N, K).
        child: the int8 model's.
        labels: int64 (N,).
    """

    runtime: str
    parent: NDArray[np.float32]
    child: NDArray[np.float32]
    labels: NDArray[np.int64]


def prove_micro(content: bytes, images: NDArray[np.uint8], inspection: Inspection, elsewhere: Elsewhere) -> MicroProof:
    """Runs an int8 model on tflite-micro.

    Args:
        content: of the file.
        images: the first M >= 1 test images, uint8 (M, 28, 28), M <= N.
        inspection: of the model.
        elsewhere: all N.

    Raises:
        VerificationError: tflite-micro refuses or crashes on the model.
    """
    count = len(images)
    run = run_on_micro(content, images)
    same = int(np.sum(best_digits(run.logits) == best_digits(elsewhere.child[:count])))
    return MicroProof(
        images=count,
        is_partial=count < len(elsewhere.labels),
        comparison=compare(elsewhere.parent[:count], run.logits, elsewhere.labels[:count]),
        beside=elsewhere.runtime,
        same_digit_percent=100 * same / count,
        arena_bytes=run.arena_bytes,
        operators=tuple(dict.fromkeys(operator.name for operator in inspection.operators)),
    )


def check_micro(proof: MicroProof, limits: Limits) -> Iterator[Check]:
    """Compares a proof with the limits; of a part of the images, chance would decide how far it is from its parent."""
    subject = f"the same digit of int8 on {RUNTIME} as on {proof.beside}"
    yield Check(subject, proof.same_digit_percent, "at least", limits.min_agreement_percent, "%")
    if not proof.is_partial:
        yield from check_on_runtime("int8", RUNTIME, proof.comparison, limits)
