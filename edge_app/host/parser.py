"""How flags are parsed, for all commands."""

import argparse
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """Takes no flag by a part of its name, which another flag may have tomorrow; says in two lines what is wrong.

    Subparsers are of this class, too.

    Args:
        options: what argparse.ArgumentParser takes; `prog` as it is typed.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **options})

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse does, but a command says itself what it does not know, not the parser of all commands."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        """Ends the program with exit code 2; the usage of some commands alone would be 13 lines."""
        name = self.prog.removeprefix("python -m ")
        self.exit(2, f"usage: {self.prog} --help shows all flags\n{name}: error: {message}\n")
