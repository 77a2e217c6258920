"""Models of a run that nobody loads."""

from edge_app.batch.models import Models

MODELS = Models(b"classifier", b"detector", b"sequence", "litert")
