"""Lets `python -m train.belief` run."""

from .cli import main

raise SystemExit(main())
