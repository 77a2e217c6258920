"""Packages that only some commands need; the project's extras install them."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from ..errors import MissingPartError


@contextmanager
def needs(packages: Collection[str], what: str, extra: str) -> Iterator[None]:
    """Within the block, importing one of these packages where it is not installed raises MissingPartError.

    Args:
        packages: by the names that are imported; any other that is missing is a bug and keeps its traceback.
        what: needs them, for the message.
        extra: of this project, has them.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in packages:
            raise
        raise MissingPartError(
            f"expected {error.name} for {what}, got none installed; try pip install 'digits-edge[{extra}]'"
        ) from error
