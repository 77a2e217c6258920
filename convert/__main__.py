"""`python -m convert`."""

from .cli import main

raise SystemExit(main())
