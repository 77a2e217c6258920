"""A disk whose power fails: what was not synced may be lost, in part or whole."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

# A folder's names, and the inode behind each; None for a folder.
Names = dict[Path, int | None]
# What changes names: it is applied to them.
Pending = tuple[Path, Callable[[Names], object]]


@dataclass
class FailingDisk:
    """Watches the calls that change files, and builds what a power cut could have left at each of them.

    Attributes:
        root: the folder to watch.
        names: what is surely on the disk.
        contents: of each inode, what is surely on the disk.
        pending: changes of names that may be there or not, in their order.
        cuts: for each call, every state that it could have left: content by path.
    """

    root: Path
    names: Names = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    cuts: list[list[dict[Path, bytes]]] = field(default_factory=list)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Starts; what lies below the root now is safely on the disk."""
        for path in self.root.rglob("*"):
            inode = path.stat().st_ino
            self.names[path] = None if path.is_dir() else inode
            if path.is_file():
                self.contents[inode] = path.read_bytes()
        for name in ("open", "mkdir", "replace", "unlink", "fsync"):
            patch.setattr(os, name, self._watched(getattr(os, name), getattr(self, f"_{name}")))

    def states(self) -> Iterator[dict[Path, bytes]]:
        """What could be there if the power failed now: no pending change, the first, the first two, and so on."""
        for count in range(len(self.pending) + 1):
            names = dict(self.names)
            for _, change in self.pending[:count]:
                change(names)
            there = [path for path in names if all(folder in names for folder in self._between(path))]
            yield {path: self.contents.get(inode, b"") for path in there if (inode := names[path]) is not None}

    def _between(self, path: Path) -> list[Path]:
        """The folders between root and path: what lies in a folder that is lost is lost with it."""
        return [folder for folder in path.parents if self.root in folder.parents]

    def _watched(self, real: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            result = real(*arguments, **named)
            note(result, *arguments)
            self.cuts.append(list(self.states()))
            return result

        return call

    def _change(self, path: Path, change: Callable[[Names], object]) -> None:
        if self.root in path.parents:
            self.pending.append((path.parent, change))

    def _open(self, descriptor: int, path: Any, flags: int, *_: Any) -> None:
        if flags & os.O_CREAT and os.fstat(descriptor).st_size == 0:
            inode = os.fstat(descriptor).st_ino
            self.contents.pop(inode, None)
            self._change(Path(path), lambda names: names.update({Path(path): inode}))

    def _mkdir(self, _: None, path: Any, *__: Any) -> None:
        self._change(Path(path), lambda names: names.update({Path(path): None}))

    def _replace(self, _: None, source: Any, target: Any) -> None:
        self._change(Path(target), lambda names: names.update({Path(target): names.pop(Path(source), None)}))

    def _unlink(self, _: None, path: Any, *__: Any) -> None:
        self._change(Path(path), lambda names: names.pop(Path(path), None))

    def _fsync(self, _: None, descriptor: int) -> None:
        path, found = Path(os.readlink(f"/proc/self/fd/{descriptor}")), os.fstat(descriptor)  # noqa: PTH115
        if stat.S_ISREG(found.st_mode):
            self.contents[found.st_ino] = path.read_bytes()
            return
        for folder, change in self.pending:
            if folder == path:
                change(self.names)
        self.pending = [(folder, change) for folder, change in self.pending if folder != path]
