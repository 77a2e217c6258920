"""Training on several GPUs or machines: the strategy, the parts of a batch, and which worker writes.

The batch size of a recipe is that of all replicas together, and every worker draws the same seeded stream and takes
its own part of each batch, so steps, schedule and examples do not depend on the number of workers. Two things
do: the rounding of sums, and batch normalisation, which sees only its own replica's part.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from edge_app.errors import DigitsError
from edge_app.model.contract import IMAGE_HW, LABELS

from .data.examples import Batch
from .quiet_import import import_tensorflow

_BATCH_SHAPES = (None, *IMAGE_HW, 1), (None, len(LABELS))
EXAMPLE = '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, "task": {"type": "worker", "index": 0}}'


class DistributionError(DigitsError, ValueError):
    """Workers that cannot train together."""


def choose_strategy() -> Any:
    """The tf.distribute.Strategy for where this runs; must be called before anything else is done with TensorFlow.

    Where $TF_CONFIG is set, MultiWorkerMirroredStrategy, which waits for the other workers; where there are several
    GPUs, MirroredStrategy; else the default strategy.

    Raises:
        DistributionError: $TF_CONFIG is invalid, or this worker cannot listen on its address.
    """
    config = os.environ.get("TF_CONFIG")
    addresses, index = _workers(config) if config else ([], 0)
    import_tensorflow()
    import tensorflow as tf

    if not addresses:
        several = len(tf.config.list_physical_devices("GPU")) > 1
        return tf.distribute.MirroredStrategy() if several else tf.distribute.get_strategy()
    print(f"train: worker {index} of {len(addresses)} at {addresses[index]}, waiting for the others", flush=True)
    # Python's own handler of Ctrl-C would run only after the wait.
    handler = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except (tf.errors.OpError, RuntimeError) as error:
        raise _lost(error) from error
    finally:
        signal.signal(signal.SIGINT, handler)


def default_strategy() -> Any:
    """The strategy of one process on one device."""
    import_tensorflow()
    import tensorflow as tf

    return tf.distribute.get_strategy()


def require_equal_parts(strategy: Any, batch_size: int) -> None:
    """Raises DistributionError where the replicas cannot share a batch evenly."""
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise DistributionError(
            f"expected a batch size that {replicas} replicas share evenly, got {batch_size}; "
            f"choose --batch-size {batch_size // replicas * replicas or replicas}"
        )


def require_agreement(strategy: Any, **numbers: int) -> None:
    """Raises DistributionError, on every worker, where the workers hold different numbers (each an int64)."""
    import tensorflow as tf

    if strategy.num_replicas_in_sync == 1:
        return

    @tf.function  # type: ignore[untyped-decorator]
    def of_all() -> Any:
        return strategy.gather(strategy.run(lambda: tf.constant([list(numbers.values())], tf.int64)), axis=0)

    rows = of_all().numpy()
    differing = [name for name, column in zip(numbers, rows.T.tolist(), strict=True) if len(set(column)) > 1]
    if differing:
        raise DistributionError(
            f"expected all workers to agree, got different values of {', '.join(differing)}; start them all with the "
            "same flags, and with an --output that all can read"
        )


def distributed(strategy: Any, batches: Callable[[], Iterator[Batch]], batch_size: int) -> Any:
    """A dataset of which each replica gets its own part of every batch; together the parts are the batch, in order.

    Args:
        strategy: from choose_strategy.
        batches: gives inputs float32 (batch_size, 28, 28, 1) and targets float32 (batch_size, 11), alike on all.
        batch_size: of all replicas together.
    """
    import tensorflow as tf

    def dataset(context: Any) -> Any:
        replicas = context.num_replicas_in_sync // context.num_input_pipelines
        first, size = context.input_pipeline_id * replicas, context.get_per_replica_batch_size(batch_size)

        def parts() -> Iterator[Batch]:
            for inputs, targets in batches():
                for start in range(first * size, (first + replicas) * size, size):
                    yield inputs[start : start + size], targets[start : start + size]

        return tf.data.Dataset.from_generator(
            parts,
            output_signature=tuple(tf.TensorSpec(shape, tf.float32) for shape in _BATCH_SHAPES),
        ).prefetch(4 * replicas)

    return strategy.distribute_datasets_from_function(dataset)


@contextmanager
def together(strategy: Any) -> Iterator[None]:
    """Wraps work that the workers do together: raises DistributionError if one of them is lost."""
    import tensorflow as tf

    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.DeadlineExceededError) as error:
        if strategy.num_replicas_in_sync == 1:
            raise
        raise _lost(error) from error


def is_chief(strategy: Any) -> bool:
    """Whether this process writes the results: worker 0, or the only one."""
    return bool(strategy.extended.should_checkpoint)


def _workers(config: str) -> tuple[list[str], int]:
    """All addresses, and which is this worker's; TensorFlow hangs on some mistakes that are refused here."""
    try:
        parsed = json.loads(config)
        addresses, task = parsed["cluster"]["worker"], parsed["task"]
        kinds, kind, index = list(parsed["cluster"]), task["type"], task["index"]
    except (ValueError, KeyError, TypeError) as error:
        raise _malformed(f"{type(error).__name__}: {error}") from error
    if not isinstance(addresses, list) or not addresses or not all(_is_address(address) for address in addresses):
        raise _malformed(f"cluster.worker {addresses!r}, not a list of HOST:PORT")
    if len(set(addresses)) < len(addresses):
        raise _malformed("an address twice in cluster.worker")
    if kinds != ["worker"] or kind != "worker":
        raise _malformed(f"a cluster of {', '.join(kinds)} and a task of type {kind!r}")
    if type(index) is not int or not 0 <= index < len(addresses):
        raise _malformed(f"task.index {index!r} with {len(addresses)} workers")
    return addresses, index


def _is_address(value: object) -> bool:
    host, _, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    return bool(host) and port.isdecimal() and 0 < int(port) < 1 << 16


def _malformed(cause: str) -> DistributionError:
    return DistributionError(f"expected $TF_CONFIG to be like {EXAMPLE}, got {cause}; correct or unset it")


def _lost(error: Exception) -> DistributionError:
    cause = (str(error).splitlines() or ["no message"])[0]
    return DistributionError(
        f"expected all workers to train together, got {type(error).__name__}: {cause}; stop the other workers, "
        "then start them all again with the same commands"
    )
