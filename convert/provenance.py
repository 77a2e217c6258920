"""Where a model comes from, as its contract says it."""

from typing import Any

from train.metrics_file import package_versions

from .source import Source

PACKAGES = ("digits-edge", "tensorflow", "tf_keras", "tensorflow-model-optimization")


def provenance(source: Source, precision: str) -> dict[str, Any]:
    """Versions, recipe, seed and hashes of a model that is converted now."""
    trained = source.train_metrics
    return {
        "precision": precision,
        "quantization": source.quantization if precision == "int8" else None,
        "versions": package_versions(PACKAGES),
        "float_sha256": source.float_sha256,
        "training_recipe": trained.get("recipe"),
        "training_seed": trained.get("seed"),
        "training_versions": trained.get("versions"),
        "data_sha256": trained.get("data_sha256"),
    }
