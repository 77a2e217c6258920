"""Runs the app before the virtual camera, web page and MQTT on, its reading process on one core, and tells its rate.

Runs where the camera is; the only argument is the broker's URL. The camera's own process has another core.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

URL = "http://127.0.0.1:8097/api/info"
WARM_UP_S, MEASURED_S = 6, 15


def main(mqtt: str) -> None:
    """Prints the app's /api/info after a while, as JSON."""
    command = [
        sys.executable,
        "-m",
        "edge_app",
        "run",
        "--camera",
        "picamera2",
        "--fps",
        "240",
        "--preview-port",
        "8097",
    ]
    with subprocess.Popen([*command, "--mqtt", mqtt, "--state", "/tmp/state"], stdout=subprocess.DEVNULL) as app:
        try:
            time.sleep(WARM_UP_S)
            pin(app.pid, {0})
            for child in Path(f"/proc/{app.pid}/task/{app.pid}/children").read_text().split():
                pin(int(child), {1 % (os.cpu_count() or 1)})
            time.sleep(MEASURED_S)
            print(json.dumps(info()))
        finally:
            app.terminate()


def pin(pid: int, cores: set[int]) -> None:
    """Binds all threads of a process to cores."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def info() -> dict[str, Any]:
    """What the app says of itself."""
    with urllib.request.urlopen(URL) as answer:
        return dict(json.load(answer))


if __name__ == "__main__":
    main(sys.argv[1])
