"""`python -m train.pages`."""

from .cli import main

raise SystemExit(main())
