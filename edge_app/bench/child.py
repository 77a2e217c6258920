"""Measures reading one image on one runtime, in a process that does nothing else; `bench` starts it.

It has to be a process of its own: two runtimes in one may clash, and the peak of memory is the whole process's.
"""

import importlib
import json
import sys
import time
from dataclasses import asdict
from typing import Any

import cv2
import numpy as np

from ..errors import DigitsError
from ..files.image import load_image
from ..host.memory import memory_mb
from ..model.classifier import DigitClassifier
from ..model.detector import DigitDetector
from ..model.file import read_model, shipped_model_path
from ..model.runtime import MODULES, open_interpreter
from ..model.sequence import SequenceReader
from ..page.reader import STAGES, PageReader
from ..page.stages import Stopwatch
from .report import Percentiles

WARM_UP_FRAMES = 5


def main(started: float) -> None:
    """Does what the JSON in the first argument asks for, and prints JSON.

    Args:
        started: time.perf_counter() before anything of this project was imported.
    """
    task = json.loads(sys.argv[1])
    try:
        answer = probe(**task) if "image" not in task else measure(started, **task)
    except DigitsError as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    print(json.dumps(answer))


def probe(model: str | None, runtime: str) -> dict[str, Any]:
    """Which runtime opens the model; "auto" becomes a name. Raises RuntimeUnavailableError and ModelError."""
    return {"runtime": open_interpreter(read_model(model or shipped_model_path()).content, runtime).runtime}


def measure(started: float, image: str, model: str | None, runtime: str, threads: int, frames: int) -> dict[str, Any]:
    """Reads an image again and again.

    Args:
        started: see main.
        image: path.
        model: path; None for the shipped one.
        runtime: "litert" or "tflite-runtime".
        threads: of OpenCV and of the runtime, >= 1.
        frames: how often to read, >= 1; the first reads, to warm up, come on top.

    Returns:
        The fields of bench_report.Run that only this process knows, `stages` as plain dicts.
    """
    cv2.setNumThreads(threads)
    importlib.import_module(MODULES[runtime])
    libraries_mb = memory_mb("VmRSS")
    classifier = DigitClassifier.load(model, runtime=runtime, threads=threads)
    detector = DigitDetector.load(runtime=runtime, threads=threads)
    reader = PageReader(classifier, detector, sequence=SequenceReader.load(runtime=runtime, threads=threads))
    load_ms = (time.perf_counter() - started) * 1000
    pixels = load_image(image)
    for _ in range(min(frames, WARM_UP_FRAMES)):
        page = reader.read(pixels)
    taken_ms: dict[str, list[float]] = {stage: [] for stage in (*STAGES, "total")}
    for _ in range(frames):
        watch = Stopwatch()
        frame_started = time.perf_counter()
        reader.read(pixels, watch)
        taken_ms["total"].append((time.perf_counter() - frame_started) * 1000)
        for stage in STAGES:
            taken_ms[stage].append(watch.stages_ms.get(stage, 0.0))
    peak_mb = memory_mb("VmHWM")
    return {
        "digits": sum(len(line.digits) for line in page.lines),
        "load_ms": load_ms,
        "peak_mb": peak_mb,
        "memory_over_libraries_mb": peak_mb - libraries_mb,
        "stages": {stage: asdict(percentiles(values)) for stage, values in taken_ms.items()},
    }


def percentiles(values_ms: list[float]) -> Percentiles:
    """Of one number or more, linear between them."""
    return Percentiles(*(float(value) for value in np.percentile(values_ms, (50, 95, 99))))
