"""Whether a camera is there and its picture fit for reading; looked at in a process that can be given up."""

import json
import subprocess
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..host.python_process import answer_of, run_python
from .finding import Finding, absent, failure, ok, warning

LOOK = "import sys, json; from edge_app.doctor.camera import look; look(**json.loads(sys.argv[1]))"
LOOK_S = 60
# Of the mean level, 0 to 255.
DARK, BRIGHT = 50, 225
# Of the levels from the 2nd to the 98th percentile.
FLAT = 30
# Variance of the Laplacian (Pech-Pacheco et al. 2000) of a page in focus is well above.
BLURRED = 40.0
DEVICES = ("/dev/video", "/dev/media")


def check_camera(wanted: str, size_wh: tuple[int, int], fps: float, root: Path = Path("/")) -> list[Finding]:
    """A frame taken, and what can be said of it; with "auto" and no device in /dev, no camera is merely absent."""
    task = json.dumps({"wanted": wanted, "size_wh": size_wh, "fps": fps})
    try:
        answer = answer_of(run_python("-c", LOOK, task, limit_s=LOOK_S))
    except subprocess.TimeoutExpired:
        return [failure("camera", f"no frame in {LOOK_S} s", "switch it off and on; check the cable; see who holds it")]
    except subprocess.CalledProcessError as ended:
        found = ended.stderr or f"ended with {ended.returncode}"
        return [failure("camera", found, "try rpicam-hello, and report this line if that works")]
    if "error" in answer:
        found, _, fix = answer["error"].replace(", then python -m edge_app doctor", "").partition("; ")
        if wanted == "auto" and not any(root.glob("dev/video*")):
            return [absent("camera", "none, and no /dev/video*", fix)]
        return [failure("camera", found, fix or "try rpicam-hello --list-cameras or v4l2-ctl --list-devices")]
    return [ok("camera", answer["name"]), judge(answer["mean"], answer["span"], answer["sharpness"])]


def look(wanted: str, size_wh: tuple[int, int], fps: float) -> None:
    """Takes some frames and prints the last one's numbers as JSON, or the error."""
    from ..cameras.choice import open_camera
    from ..errors import DigitsError

    try:
        with open_camera(wanted, (size_wh[0], size_wh[1]), fps) as camera:
            for _ in range(5):
                frame = camera.read()
            print(json.dumps({"name": camera.name, **measure(frame.luma)}))
    except DigitsError as error:
        print(json.dumps({"error": str(error)}))


def measure(luma: NDArray[np.uint8]) -> dict[str, float]:
    """Mean and span of the levels, 0 to 255, and sharpness (variance of the Laplacian) of uint8 (H, W)."""
    low, high = np.percentile(luma, (2, 98))
    sharpness = float(cv2.Laplacian(luma, cv2.CV_64F).var())
    return {"mean": float(luma.mean()), "span": float(high - low), "sharpness": sharpness}


def judge(mean: float, span: float, sharpness: float) -> Finding:
    """What to do about the picture."""
    name, found = "picture", f"mean {mean:.0f} of 255, span {span:.0f}, sharpness {sharpness:.0f}"
    if mean < DARK:
        return warning(name, found, "too dark: more light, or take the lens cap off")
    if mean > BRIGHT:
        return warning(name, found, "too bright: less light, or no lamp in the picture")
    if sharpness < BLURRED:
        return warning(name, found, "blurred or empty: put a written page before it and turn the lens to focus")
    if span < FLAT:
        return warning(name, found, "hardly any contrast: put a page with dark ink before it")
    return ok(name, found)


def holders(root: Path = Path("/")) -> list[Finding]:
    """Who has a camera open; other accounts' processes show only to root."""
    held: dict[str, set[str]] = {}
    for link in root.glob("proc/[0-9]*/fd/*"):
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith(DEVICES):
            process = link.parent.parent
            try:
                name = (process / "comm").read_text().strip()
            except OSError:
                name = "?"
            held.setdefault(f"{name} (process {process.name})", set()).add(target)
    if not held:
        return [ok("camera users", "nobody has one open, as far as this account sees")]
    return [
        warning("camera users", f"{who} has {', '.join(sorted(what))} open", "end it if the camera is busy")
        for who, what in sorted(held.items())
    ]
