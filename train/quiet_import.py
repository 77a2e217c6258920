"""TensorFlow imported without its notes on this machine, such as that there is no GPU: no variable silences them."""

import os
import sys
import tempfile


def import_tensorflow() -> None:
    """Imports it, the first time; what it writes to stderr meanwhile is shown only if that fails."""
    if "tensorflow" in sys.modules:
        return
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            import tensorflow  # noqa: F401
        except BaseException:
            notes.seek(0)
            os.write(stderr, notes.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
