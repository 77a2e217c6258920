"""Which version of the project this is."""

from importlib.metadata import PackageNotFoundError, version


def project_version() -> str:
    """Of the installed package; "unknown" where a checkout runs without an installation."""
    try:
        return version("digits-edge")
    except PackageNotFoundError:
        return "unknown"
