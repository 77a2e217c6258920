"""`python -m convert`."""

from edge_app.extras import run_with_train_parts

raise SystemExit(run_with_train_parts("convert"))
