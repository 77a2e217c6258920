"""One conversion: Keras → .tflite → calibrated → run on every runtime → compared with the gate's limits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_app.model.contract import ModelContract
from edge_app.model.file import embed_contract
from train.data.corruptions import accuracy_by_kind
from train.data.mnist import Mnist, Split
from train.data.non_digits import make_non_digits

from .artefact import Artefact
from .errors import VerificationError
from .keras_to_tflite import CALIBRATION_COUNT, to_tflite, without_names
from .prove.calibrate import calibrate
from .prove.comparison import best_digits
from .prove.finetuned import FineTuningProof, HeldOut, check_fine_tuning, prove_fine_tuning
from .prove.gate import Limits, check_model
from .prove.golden import choose_golden
from .prove.inspection import Inspection, inspect_model
from .prove.micro_proof import Elsewhere, MicroProof, check_micro, prove_micro
from .prove.proof import prove
from .prove.runtimes import logits_on_runtime
from .provenance import provenance
from .source import Source

PARENT = "float32"
CORRUPTED_COUNT = 2000
NON_DIGIT_COUNT = 5000
# No training run draws its non-digits from this seed.
NON_DIGIT_SEED = 1_000_003

Step = Callable[[str], None]


@dataclass(frozen=True)
class EvaluationImages:
    """What the converted models are run over; nothing was trained on any of it.

    Attributes:
        mnist: calibration images from its training split, confidence from validation, the proof from test.
        non_digits: uint8 (N, 28, 28), none of them a digit.
        held_out: of a fine-tuned model, the digits that show what it learnt.
        micro_count: how many of the test images tflite-micro reads; 0 without it.
    """

    mnist: Mnist
    non_digits: NDArray[np.uint8]
    held_out: HeldOut | None = None
    micro_count: int = 0


def draw_non_digits(digits: Split) -> NDArray[np.uint8]:
    """The non-digits of every proof, uint8 (N, 28, 28), some of them made of these digits."""
    return make_non_digits(NON_DIGIT_COUNT, NON_DIGIT_SEED, digits.images, digits.labels)


def step_count(precisions: Iterable[str], runtimes: Iterable[str], images: EvaluationImages) -> int:
    """How often convert_and_prove calls its `step`."""
    models = {PARENT, *precisions}
    ran = len(list(runtimes))
    of_int8 = 1 + (images.micro_count > 0) + (images.held_out is not None) * ran
    return len(models) * (2 + ran) + ("int8" in models) * of_int8


def convert_and_prove(
    source: Source,
    precisions: Iterable[str],
    images: EvaluationImages,
    runtimes: tuple[str, ...],
    limits: Limits,
    step: Step,
) -> list[Artefact]:
    """Converts and proves models.

    Args:
        source: the Keras models.
        precisions: which to make; the float32 parent is made and run in any case.
        images: what they are calibrated and proven on.
        runtimes: where they must run; on the first, temperature and refuse_below are fitted and int8 reads corrupted
            digits.
        limits: the gate's.
        step: called with a description before each piece of work.

    Raises:
        VerificationError: a runtime cannot run a model, or its validation logits are not finite.
    """
    wanted = list(precisions)
    contents, models = {}, {}
    for precision in dict.fromkeys((PARENT, *wanted)):
        step(f"converting to {precision}")
        flatbuffer = _flatbuffer(source, precision, images.mnist)
        step(f"calibrating {precision}")
        models[precision], golden = _promises(source, precision, flatbuffer, images.mnist, runtimes[0])
        contents[precision] = embed_contract(flatbuffer, models[precision], golden)
    logits = {runtime: _test_logits(runtime, contents, images, step) for runtime in runtimes}
    labels = images.mnist.test.labels
    artefacts = []
    for precision in wanted:
        contract, inspection = models[precision], inspect_model(contents[precision])
        proofs = {
            runtime: prove(of_model[PARENT], of_model[precision], labels, contract)
            for runtime, of_model in logits.items()
        }
        comparisons = {runtime: proof.comparison for runtime, proof in proofs.items()}
        checks = check_model(precision, inspection, comparisons, limits)
        content, kinds, micro, fine_tuning = contents[precision], None, None, {}
        if precision == "int8":
            kinds = _corruption_accuracy(runtimes[0], content, images.mnist.test, step)
            micro = _on_micro(content, inspection, logits, images, step)
            int8_logits = {runtime: of_model[precision] for runtime, of_model in logits.items()}
            fine_tuning = _fine_tuning(int8_logits, contract, images, step)
        if micro is not None:
            checks += tuple(check_micro(micro, limits))
        for runtime, proof in fine_tuning.items():
            checks += check_fine_tuning(proof, runtime, limits.fine_tuning)
        artefacts.append(Artefact(precision, content, contract, inspection, proofs, checks, kinds, micro, fine_tuning))
    return artefacts


def _flatbuffer(source: Source, precision: str, mnist: Mnist) -> bytes:
    if precision != "int8":
        return to_tflite(source.float_model, precision)
    if source.qat_model is None:
        return to_tflite(source.float_model, precision, mnist.train.images[:CALIBRATION_COUNT])
    flatbuffer = to_tflite(source.qat_model, precision)
    return without_names(flatbuffer) if source.network == "nano" else flatbuffer


def _promises(
    source: Source, precision: str, flatbuffer: bytes, mnist: Mnist, runtime: str
) -> tuple[ModelContract, bytes]:
    """The contract, and the golden digits."""
    bare = ModelContract(source.labels, provenance=provenance(source, precision))
    images = {"validation": mnist.validation.images}
    logits = logits_on_runtime(runtime, embed_contract(flatbuffer, bare), images)["validation"]
    if not np.isfinite(logits).all():
        raise VerificationError(
            f"expected finite logits from the {precision} model on the validation images, "
            f"got {np.sum(~np.isfinite(logits))} that are NaN or infinite; train the model again"
        )
    return calibrate(bare, logits, mnist.validation.labels), choose_golden(mnist.validation, logits)


def _test_logits(
    runtime: str, contents: Mapping[str, bytes], images: EvaluationImages, step: Step
) -> dict[str, dict[str, NDArray[np.float32]]]:
    logits = {}
    for precision, content in contents.items():
        step(f"running {precision} on {runtime}")
        logits[precision] = logits_on_runtime(runtime, content, _named(images))
    return logits


def _named(images: EvaluationImages) -> dict[str, NDArray[np.uint8]]:
    held_out = {} if images.held_out is None else {"held_out": images.held_out.images}
    return {"test": images.mnist.test.images, "non_digits": images.non_digits, **held_out}


def _fine_tuning(
    fine_tuned_logits: Mapping[str, Mapping[str, NDArray[np.float32]]],
    contract: ModelContract,
    images: EvaluationImages,
    step: Step,
) -> dict[str, FineTuningProof]:
    """By runtime, as its logits are; empty for a model that was not fine-tuned."""
    if images.held_out is None:
        return {}
    proven = {}
    for runtime, child in fine_tuned_logits.items():
        step(f"running the model before fine-tuning on {runtime}")
        parent = logits_on_runtime(runtime, images.held_out.parent, _named(images))
        proven[runtime] = prove_fine_tuning(images.held_out, parent, child, images.mnist.test.labels, contract)
    return proven


def _on_micro(
    content: bytes,
    inspection: Inspection,
    logits: Mapping[str, Mapping[str, Mapping[str, NDArray[np.float32]]]],
    images: EvaluationImages,
    step: Step,
) -> MicroProof | None:
    """Of the int8 model, beside the first runtime; None where tflite-micro is not installed."""
    if not images.micro_count:
        return None
    step("running int8 on tflite-micro")
    runtime, test = next(iter(logits)), images.mnist.test
    parent, child = (logits[runtime][precision]["test"] for precision in (PARENT, "int8"))
    elsewhere = Elsewhere(runtime, parent, child, test.labels)
    return prove_micro(content, test.images[: images.micro_count], inspection, elsewhere)


def _corruption_accuracy(runtime: str, content: bytes, digits: Split, step: Step) -> dict[str, float]:
    step(f"running int8 on {runtime} over corrupted digits")

    def read(images: NDArray[np.uint8]) -> NDArray[np.int64]:
        return best_digits(logits_on_runtime(runtime, content, {"corrupted": images})["corrupted"])

    return accuracy_by_kind(read, digits.head(CORRUPTED_COUNT))
