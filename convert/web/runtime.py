"""LiteRT.js out of its npm packages, as the lock file beside this names them, bytes and all."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from edge_app.errors import MissingPartError

NODE = Path(__file__).parent / "node"
LOCK_NAME = "package-lock.json"
NPM_S = 600
# What the page loads; one of both kinds, as the browser can: with relaxed SIMD, and with plain SIMD alone.
KINDS = ("litert_wasm_internal", "litert_wasm_compat_internal")


def litert_files() -> dict[str, bytes]:
    """The runtime's files by their path on the site.

    Raises:
        MissingPartError: node and npm are not there, or npm cannot fetch the packages.
    """
    packages = node_packages() / "@litertjs"
    core = (packages / "core" / "dist" / "index.js").read_text()
    # A browser looks nothing up by name.
    core = core.replace('"@litertjs/wasm-utils"', '"./wasm-utils.js"')
    files = {"core.js": core.encode(), "wasm-utils.js": (packages / "wasm-utils" / "dist" / "bundle.js").read_bytes()}
    files |= {name: (packages / "core" / "wasm" / name).read_bytes() for name in _wasm_names()}
    return {f"litert/{name}": content for name, content in files.items()}


def node_packages() -> Path:
    """The folder node_modules with the packages of the lock file, fetched once for each state of that file.

    Raises:
        MissingPartError: node and npm are not there, or npm cannot fetch the packages.
    """
    lock = (NODE / LOCK_NAME).read_bytes()
    folder = _cache() / hashlib.sha256(lock).hexdigest()[:16]
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", LOCK_NAME):
            shutil.copyfile(NODE / name, folder / name)
        _install(folder)
        (folder / "complete").touch()
    return folder / "node_modules"


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise MissingPartError("expected node and npm for --web, got none; install them (apt install nodejs npm)")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=NPM_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise MissingPartError(f"expected npm ci within {NPM_S} s, got no end; check the network") from error
    if done.returncode != 0:
        complaint = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise MissingPartError(f"expected npm ci to fetch LiteRT.js, got: {complaint:.200}; check the network")


def _wasm_names() -> Iterator[str]:
    for kind in KINDS:
        yield from (f"{kind}.js", f"{kind}.wasm")


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "digits-edge" / "web"
