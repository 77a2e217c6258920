"""What Prometheus collects: the live loop's counters and this process."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from ..live.form_watch import FieldNow
from ..live.state import LiveState
from .info import Info
from .view import trouble


class LiveCollector(Collector):
    """Looks at the live state when it is asked.

    Args:
        state: the live loop's.
        info: about this run.
        watchers: how many watch the stream.
        uploads: how many uploads, by what became of them.
    """

    def __init__(
        self, state: LiveState, info: Info, watchers: Callable[[], int], uploads: Callable[[], Mapping[str, int]]
    ) -> None:
        self._state, self._info, self._watchers, self._uploads = state, info, watchers, uploads

    def collect(self) -> Iterator[Metric]:
        """All families but the process's."""
        now, clock_s = self._state.now(), time.monotonic()
        sums = now.counters
        yield _counter("frames_read", "Frames that were read.", sums.frames_read)
        yield _counter("frames_dropped", "Frames the camera took while another was read.", sums.frames_dropped)
        yield _counter("digits_read", "Digits that were read, of all frames.", sums.digits)
        yield _counter("digits_doubtful", "Doubtful digits (?), of all frames.", sums.doubtful)
        yield _counter("ink_refused", "Pieces of ink looked at and not reported.", sums.refused)
        yield _counter("camera_restarts", "How often the camera had to be started again.", sums.camera_restarts)
        yield _labelled("number_events", "Numbers read, changed and left.", "event", sums.numbers)
        yield _labelled("uploads", "Uploaded pictures.", "outcome", self._uploads())
        yield _summary("reading_seconds", "Time to read a frame.", sums.frames_read, sums.read_s)
        yield _summary("frame_age_seconds", "From capture to the end of reading.", sums.frames_read, sums.age_s)
        yield _gauge("frames_per_second", "Frames read a second, lately.", now.frames_per_second)
        yield _gauge("numbers_in_view", "Stable numbers in view.", len(now.numbers))
        yield _gauge("doubtful_share", "Share of the last published digits refused or unsure.", now.drift.share)
        yield _gauge("doubtful_share_usual", "The same on the digits that the model was made with.", now.drift.usual)
        yield _gauge("drift_alarm", "1 if far more digits than usual are doubtful.", float(now.drift.alarm))
        yield from _of_fields(now.fields)
        yield _gauge("healthy", "1 if a frame was read in the last 5 s.", float(trouble(now, clock_s) is None))
        yield _gauge("stream_watchers", "Clients on the live stream.", self._watchers())
        yield _gauge("uptime_seconds", "Since the start.", clock_s - self._info.started_s)
        about = {"version": self._info.version, "model_sha256": now.model_sha256, "runtime": self._info.runtime}
        family = GaugeMetricFamily("edge_app_info", "About this run; always 1.", labels=list(about))
        family.add_metric(list(about.values()), 1)
        yield family


def _of_fields(fields: Sequence[FieldNow]) -> Iterator[Metric]:
    """Values of a form's fields that are numbers, and which are in doubt."""
    values = GaugeMetricFamily("edge_app_field_value", "Last value taken of a form's field.", labels=["field"])
    doubts = GaugeMetricFamily("edge_app_field_doubtful", "1 if its last reading is in doubt.", labels=["field"])
    for field in fields:
        record = field.to_record()
        if record["value"] is not None:
            values.add_metric([field.name], record["value"])
        doubts.add_metric([field.name], float(record["doubtful"]))
    yield from (values, doubts) if fields else ()


def make_registry(collector: Collector) -> CollectorRegistry:
    """A registry of its own with that collector and memory, files and processor time of this process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"edge_app_{name}", text, value=value)


def _labelled(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"edge_app_{name}", text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _summary(name: str, text: str, count: int, total: float) -> Metric:
    return SummaryMetricFamily(f"edge_app_{name}", text, count_value=count, sum_value=total)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"edge_app_{name}", text, value=value)
