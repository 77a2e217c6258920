"""`python -m train`."""

from .start import start

raise SystemExit(start("train"))
