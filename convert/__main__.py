"""`python -m convert`."""

from train.start import start

raise SystemExit(start("convert"))
