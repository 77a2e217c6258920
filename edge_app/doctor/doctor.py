"""`python -m edge_app doctor`: all checks, a line each."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

from . import camera, computer
from . import software as reading
from .finding import Finding

MARKS = {"ok": "✓", "absent": "-", "warning": "!", "failure": "✗"}


def doctor(options: argparse.Namespace) -> int:
    """Looks at everything and prints it; returns 1 if something fails, else 0."""
    findings = []
    for finding in examine(options):
        findings.append(finding)
        if not options.json:
            print(as_text(finding), flush=True)
    counts = Counter(finding.status for finding in findings)
    healthy = not counts["failure"]
    if options.json:
        print(json.dumps({"healthy": healthy, "findings": [asdict(finding) for finding in findings]}))
    else:
        fixes = counts["warning"] + counts["failure"] or "nothing"
        gone = f", {counts['absent']} absent" if counts["absent"] else ""
        print(
            f"\n{len(findings)} checks, {fixes} to fix{gone}"
            + ("" if healthy else "; until then reading will not work")
        )
    return int(not healthy)


def examine(options: argparse.Namespace) -> Iterator[Finding]:
    """All findings, one after the other as they come."""
    yield reading.check_python()
    yield from reading.check_runtimes()
    yield reading.check_model(options)
    yield reading.check_detector()
    yield reading.check_reading(options)
    yield computer.check_picamera2()
    yield computer.check_group()
    yield from camera.holders()
    yield from camera.check_camera(options.camera, options.size, options.fps)
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
