"""The model store: a folder of verified models, one of them current."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from ..errors import DigitsError, ModelError, StoreError
from ..files.durable import make_folder, write_durably
from ..files.lock import alone
from ..files.regular import read_regular
from ..model.contract import ModelContract
from ..model.file import MAX_BYTES, ModelFile, read_model, shipped_model_path
from .state import Installed, State
from .verification import Demands
from .verification import verify as verify_fully

LOG = logging.getLogger(__name__)
KEEP = 5
# The first is the one that counts, the second its copy, should a disk damage the first.
STATE_NAMES = ("current.json", "copy.json")
MODELS_NAME = "models"
MODEL_FILE = re.compile(r"[0-9a-f]{64}\.tflite")
LEFTOVER = re.compile(rf"\.{MODEL_FILE.pattern}\..*")
MAX_SOURCE = 500

# What identifies the state of a store: inode, time of change and size of its file; None where nothing is installed.
Token = tuple[int, int, int] | None


class ModelStore:
    """Models in a folder, by their SHA-256, and a small file that says which is current.

    A switch is one rename. Reading needs no lock and never fails: whatever is damaged, there is an earlier model, and
    behind the last the shipped one.

    Args:
        folder: made by the first installation.
        keep: how many models stay, at least 2: the current and the one before it.
        verify: raises a DigitsError for a file that must not become current.

    Raises:
        StoreError: keep is below 2.
    """

    def __init__(self, folder: Path, keep: int = KEEP, verify: Callable[[Path, Demands], bytes] = verify_fully) -> None:
        if keep < 2:
            raise StoreError(f"expected to keep 2 models or more, got {keep}; the one before is what a rollback needs")
        self.folder, self._keep, self._verify = folder, keep, verify

    def current(self) -> ModelFile[ModelContract]:
        """The model to read with: the current one if it is intact, else the latest before it, else the shipped one."""
        return self.current_of(self.state())

    def current_of(self, state: State) -> ModelFile[ModelContract]:
        """Of a state, the model to read with: one of its models, or the shipped one."""
        for model in state.models:
            found = self._read(model)
            if found is not None:
                return found
        return read_model(shipped_model_path())

    def token(self) -> Token:
        """What changed_since wants; take it before current(), so that no switch slips through between the two."""
        try:
            found = (self.folder / STATE_NAMES[0]).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def changed_since(self, token: Token) -> bool:
        """Whether another model may have become current since; one look at a file's date, cheap between frames."""
        return self.token() != token

    def list(self) -> tuple[Installed, ...]:
        """The models: the current one first, then where each rollback goes to."""
        return self.state().models

    def path(self, sha256: str) -> Path:
        """Where a model lies."""
        return self.folder / MODELS_NAME / f"{sha256}.tflite"

    def install(
        self, path: Path, *, sha256: str | None = None, public_key: Path | None = None, source: str | None = None
    ) -> Installed:
        """Verifies a model and makes it current; whatever fails, and wherever it ends, the former stays.

        Args:
            path: the model file.
            sha256: what its hash must be, hexadecimal.
            public_key: a PEM file; PATH.sig must then be a signature of the model by the key's owner.
            source: where it comes from, which list() and messages name; the path if None.

        Raises:
            ModelError: no model of this project, another hash, or it fails its trial.
            SignatureError: no signature, or not one of this file by this key.
            RuntimeUnavailableError: no TFLite runtime works here.
            StoreError: another install is under way.
            OutputError: the folder cannot be written, or the disk is full.
            MissingPartError: a signature is asked for, but `cryptography` is not installed.
        """
        with self._alone():
            content = self._verify(path, Demands(sha256, public_key, source))
            model = Installed(hashlib.sha256(content).hexdigest(), len(content), _shown(source or str(path)), _now())
            self._sweep_leftovers()
            write_durably(self.path(model.sha256), content)
            state = self.state().with_installed(model, self._keep)
            self._switch(state)
            self._sweep_models(state)
        return model

    def rollback(self) -> Installed | None:
        """Makes the model before the current one current again; returns it, or None for the shipped one.

        Raises:
            StoreError: the shipped model is current already, or an install is under way.
            OutputError: the folder cannot be written.
        """
        nothing = f"expected an installed model, got none in {self.folder}; the shipped one is current"
        # Asked first, so that no folder is made for nothing.
        if not self.list():
            raise StoreError(nothing)
        with self._alone():
            state = self.state()
            running = self._intact(state.models)
            if not running:
                raise StoreError(nothing)
            left = self._intact(running[1:])
            self._switch(state.rolled_back_to(left, _now()))
        return left[0] if left else None

    def _alone(self) -> AbstractContextManager[None]:
        make_folder(self.folder)
        taken = StoreError(f"expected to be alone in {self.folder}, got another install under way; try again")
        return alone(self.folder / "lock", taken)

    def state(self) -> State:
        """Models and history as they are together at one instant; another process may change them at the next."""
        for name in STATE_NAMES:
            path = self.folder / name
            try:
                return State.from_json(read_regular(path, MAX_BYTES).decode())
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError, StoreError) as error:
                LOG.warning("%s is damaged or cannot be read: %s", path, error)
        return State()

    def _intact(self, models: tuple[Installed, ...]) -> tuple[Installed, ...]:
        """The models from the first on that is what it was when it was installed."""
        return next((models[place:] for place, model in enumerate(models) if self._read(model) is not None), ())

    def _read(self, model: Installed) -> ModelFile[ModelContract] | None:
        try:
            found = read_model(self.path(model.sha256))
            if found.sha256 != model.sha256:
                raise ModelError(f"expected SHA-256 {model.sha256}, got {found.sha256}")
        except DigitsError as error:
            LOG.warning("an installed model is damaged, the one before it is used: %s", error)
            return None
        return found

    def _switch(self, state: State) -> None:
        content = state.to_json().encode()
        for name in STATE_NAMES:
            write_durably(self.folder / name, content)

    def _sweep_leftovers(self) -> None:
        """Removes the temporary files of a killed install; nobody else's."""
        _remove(path for name in STATE_NAMES for path in self.folder.glob(f".{name}.*"))
        _remove(path for path in (self.folder / MODELS_NAME).glob(".*") if LEFTOVER.fullmatch(path.name))

    def _sweep_models(self, state: State) -> None:
        """Removes models that are no longer kept; only once another is current, whatever was damaged before."""
        wanted = {model.sha256 for model in state.models}
        models = (path for path in (self.folder / MODELS_NAME).glob("*") if MODEL_FILE.fullmatch(path.name))
        _remove(path for path in models if path.stem not in wanted)


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            LOG.warning("cannot remove %s: %s", path, error)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _shown(source: str) -> str:
    """Fit for a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in source)[:MAX_SOURCE]
