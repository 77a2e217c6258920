"""A form's file and its picture beside it: read, and written without taking anything from anybody unasked."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import OptionError, OutputError
from ..files.atomic import write_atomically
from .described import PICTURE_SUFFIXES, SUFFIX, DescribedForm
from .form import Form
from .printing import as_png, commented

NAME = f"form{SUFFIX}"


class FilesThereError(OutputError):
    """Files that nobody has agreed to replace.

    Args:
        message: one line.
        stamp: of what is there, to agree with.
    """

    def __init__(self, message: str, stamp: str) -> None:
        super().__init__(message)
        self.stamp = stamp


@dataclass(frozen=True)
class FormFiles:
    """NAME.toml, and NAME.png or .jpg.

    Attributes:
        toml: path of the form's file.
    """

    toml: Path

    @classmethod
    def at(cls, path: Path) -> "FormFiles":
        """Of a path to NAME.toml, or to a folder, where it is form.toml; raises OptionError for another file."""
        if path.is_dir():
            return cls(path / NAME)
        if path.suffix != SUFFIX:
            raise OptionError(f"expected a folder or a file *{SUFFIX}, got {path}; name it {path.name}{SUFFIX}")
        return cls(path)

    @property
    def picture(self) -> Path:
        """The picture that is there, else the one to be."""
        pictures = [self.toml.with_suffix(suffix) for suffix in PICTURE_SUFFIXES]
        return next((path for path in pictures if path.exists()), pictures[0])

    def load(self) -> DescribedForm | None:
        """What is there, None if nothing is; raises FormError and ImageError for what is no form or no picture."""
        if not self.toml.exists():
            return None
        return DescribedForm.load(self.toml, self.picture if self.picture.exists() else None)

    def save(self, form: Form, picture: NDArray[np.uint8] | None, replace: str | None) -> list[Path]:
        """Writes each file whole or not at all, the picture first.

        Args:
            form: what stands where.
            picture: luma uint8 (H, W); None to leave the one that is there.
            replace: the stamp of the files that may be replaced, or None.

        Returns:
            what was written.

        Raises:
            FilesThereError: other files are there.
            OutputError: it cannot be written.
        """
        stamp = self.stamp()
        if stamp is not None and stamp != replace:
            there = self.toml if self.toml.exists() else self.picture
            raise FilesThereError(f"expected a new file, got {there}, which is there; replace it, or keep it", stamp)
        contents = {} if picture is None else {self.toml.with_suffix(PICTURE_SUFFIXES[0]): as_png(picture)}
        contents[self.toml] = commented(form).encode()
        for path, content in contents.items():
            write_atomically(path, content)
        return list(contents)

    def stamp(self) -> str | None:
        """A hash of what is there, None if nothing is; raises OutputError if it cannot be told."""
        there = [path for path in (self.toml, self.picture) if path.exists()]
        try:
            contents = [path.read_bytes() for path in there]
        except OSError as error:
            raise OutputError(f"expected files to look at, got {there[0]} ({error.strerror}); move it away") from error
        if not contents:
            return None
        parts = (hashlib.sha256(content).hexdigest() for content in contents)
        return hashlib.sha256("".join(parts).encode()).hexdigest()
