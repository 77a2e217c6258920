"""`python -m convert --c-array OUT`: everything that a microcontroller needs, written to a folder."""

from pathlib import Path

from edge_app.files.atomic import require_writable, write_atomically
from edge_app.model.file import read_model, shipped_model_path

from .c_array import generated_sources, take_apart

SOURCES = Path(__file__).parent / "sources"


def write_sources(model: Path | None, output: Path) -> list[Path]:
    """Writes the C sources, an example for the ESP32-CAM and a PlatformIO file; each whole or not at all.

    Args:
        model: an int8 .tflite with an embedded contract; the shipped one if None.
        output: the folder; other files in it stay.

    Returns:
        What was written.

    Raises:
        ModelError: the model cannot be read.
        SourceError: it is not int8 at both ends.
        OutputError: the folder cannot be written.
    """
    require_writable(output, "--c-array")
    path = shipped_model_path() if model is None else model
    files = {name: text.encode() for name, text in generated_sources(take_apart(read_model(path), path.name)).items()}
    files |= {str(kept.relative_to(SOURCES)): kept.read_bytes() for kept in sorted(SOURCES.rglob("*.*"))}
    for name, content in files.items():
        write_atomically(output / name, content)
    return [output / name for name in files]
