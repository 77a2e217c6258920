"""`python -m train.belief`."""

from ..start import start

raise SystemExit(start("train.belief"))
