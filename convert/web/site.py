"""`python -m convert --web OUT`: the phone's page, written to a folder for any static host."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import edge_app
from edge_app.files.atomic import require_writable, write_atomically
from train.runs import SHIPPED

from .icons import icon_files
from .models import WebModels, make_web_models
from .runtime import litert_files

PAGE = Path(__file__).parent / "page"
# The app's own page has these too: how digits are shown, fixed, copied and shared.
SHARED, SHARED_NAMES = (
    Path(edge_app.__file__).parent / "web" / "static",
    ("digits.js", "icon.svg", "result.js", "style.css"),
)
WORKER_NAME = "offline.js"
# Not of the page: types, which are checked and not run.
TYPES_SUFFIX = ".d.ts"
MANIFEST_MARK, VERSION_MARK = "/* FILES */ []", "development"


@dataclass(frozen=True)
class Site:
    """What was written.

    Attributes:
        output: the folder.
        sizes: of each file, by its path there, in bytes.
        compressed: the same as a host with gzip sends them.
    """

    output: Path
    sizes: Mapping[str, int]
    compressed: Mapping[str, int]

    def __str__(self) -> str:
        """Its sizes; of the runtime's wasm a browser loads one of two kinds."""
        wasm = max(size for name, size in self.compressed.items() if name.endswith(".wasm"))
        rest = sum(size for name, size in self.compressed.items() if not name.startswith("litert/"))
        glue = sum(size for name, size in self.compressed.items() if name in _GLUE)
        return (
            f"{self.output}: {len(self.sizes)} files, {_mb(sum(self.sizes.values()))}; a phone loads, compressed, "
            f"{_mb(rest + glue)} and the runtime's wasm, {_mb(wasm)}"
        )


_GLUE = ("litert/core.js", "litert/wasm-utils.js", "litert/litert_wasm_internal.js")


def write_site(model: Path | None, output: Path) -> Site:
    """Writes the page, its networks and its runtime; other files in the folder stay.

    Args:
        model: the folder of a training; the shipped models if None.
        output: the folder to write to.

    Raises:
        SourceError, ModelError: a network cannot be read.
        MissingPartError: node and npm are missing, or cannot fetch the runtime.
        OutputError: the folder cannot be written.
    """
    require_writable(output, "--web")
    # The network's cheap part comes before a minute of conversion.
    runtime = litert_files()
    models = make_web_models(SHIPPED if model is None else model)
    files = site_files(models, runtime)
    # The service worker last: with it, a browser takes all the others to be there.
    for name in sorted(files, key=lambda name: name == WORKER_NAME):
        write_atomically(output / name, files[name])
    sizes = {name: len(content) for name, content in files.items()}
    return Site(output, sizes, {name: len(zlib.compress(content, 9)) for name, content in files.items()})


def site_files(models: WebModels, runtime: Mapping[str, bytes]) -> dict[str, bytes]:
    """All of the site by its path there."""
    files = page_files() | icon_files() | {f"models/{name}": content for name, content in models.files.items()}
    files |= {name: (SHARED / name).read_bytes() for name in SHARED_NAMES} | dict(runtime)
    files["models/settings.json"] = (json.dumps(models.settings, indent=1) + "\n").encode()
    files[WORKER_NAME] = _listing(files)
    return files


def page_files() -> dict[str, bytes]:
    """The page's own files by their path on the site."""
    paths = sorted(path for path in PAGE.rglob("*") if path.is_file() and not path.name.endswith(TYPES_SUFFIX))
    return {path.relative_to(PAGE).as_posix(): path.read_bytes() for path in paths}


def _listing(files: Mapping[str, bytes]) -> bytes:
    """The service worker with what it has to keep, and a version that changes with any of it."""
    names = sorted(name for name in files if name != WORKER_NAME)
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name} {len(files[name])}\n".encode() + files[name])
    source = files[WORKER_NAME].decode()
    return source.replace(MANIFEST_MARK, json.dumps(names)).replace(VERSION_MARK, digest.hexdigest()[:16]).encode()


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
