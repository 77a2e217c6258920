"""`python -m train.pages`."""

from ..start import start

raise SystemExit(start("train.pages"))
