"""`python -m edge_app doctor`: all checks, a line each."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

from ..cameras.settings import CameraSettings
from ..store.choice import ModelChoice
from . import camera, computer
from . import software as reading
from .finding import Finding

MARKS = {"ok": "✓", "absent": "-", "warning": "!", "failure": "✗"}


def doctor(model: ModelChoice, camera_settings: CameraSettings, as_json: bool) -> int:
    """Looks at everything and prints it, as lines or one JSON object; returns 1 if something fails, else 0."""
    findings = []
    for finding in examine(model, camera_settings):
        findings.append(finding)
        if not as_json:
            print(as_text(finding), flush=True)
    counts = Counter(finding.status for finding in findings)
    healthy = not counts["failure"]
    if as_json:
        print(json.dumps({"healthy": healthy, "findings": [asdict(finding) for finding in findings]}))
    else:
        fixes = counts["warning"] + counts["failure"] or "nothing"
        gone = f", {counts['absent']} absent" if counts["absent"] else ""
        print(
            f"\n{len(findings)} checks, {fixes} to fix{gone}"
            + ("" if healthy else "; until then reading will not work")
        )
    return int(not healthy)


def examine(model: ModelChoice, camera_settings: CameraSettings) -> Iterator[Finding]:
    """All findings, one after the other as they come."""
    yield reading.check_python()
    yield from reading.check_runtimes()
    yield reading.check_model(model)
    yield reading.check_detector()
    yield reading.check_sequence_reader()
    yield reading.check_reading(model)
    yield computer.check_picamera2()
    yield computer.check_group()
    yield from camera.holders()
    yield from camera.check_camera(camera_settings.source, camera_settings.size_wh, camera_settings.fps)
    yield computer.check_heat_and_power()
    yield computer.check_memory()
    yield computer.check_disk()
    yield computer.check_web_port()
    yield computer.check_broker()


def as_text(finding: Finding) -> str:
    """One line, and an indented one with the fix."""
    line = f"{MARKS[finding.status]} {finding.status:8} {finding.name}: {finding.found}"
    label = "if wanted" if finding.status == "absent" else "fix"
    return line + (f"\n             {label}: {finding.fix}" if finding.fix else "")
