"""Which version of the project this is; the build takes it from here."""

__version__ = "0.1.0"
