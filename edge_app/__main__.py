"""`python -m edge_app`."""

from .cli import main

raise SystemExit(main())
