"""What a terminal shows of TensorFlow's import."""

import subprocess
import sys
from pathlib import Path

IMPORT = "from train.quiet_import import import_tensorflow as go; go(); print('there', file=__import__('sys').stderr)"


def imported(place: Path) -> subprocess.CompletedProcess[str]:
    """A process that imports it; modules in the place come first."""
    code = f"import sys; sys.path.insert(0, {str(place)!r}); {IMPORT}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_user_sees_nothing_that_nobody_can_fix(tmp_path: Path) -> None:
    """No word of drivers and operations; what is written afterwards is seen."""
    assert imported(tmp_path).stderr == "there\n"


def test_why_an_import_fails_is_seen(tmp_path: Path) -> None:
    """What the library wrote before, and the error."""
    (tmp_path / "tensorflow.py").write_text("import os\nos.write(2, b'no AVX\\n')\nraise ImportError('broken')\n")
    failed = imported(tmp_path)
    assert failed.returncode == 1
    assert failed.stderr.startswith("no AVX\nTraceback")
    assert failed.stderr.endswith("ImportError: broken\n")
