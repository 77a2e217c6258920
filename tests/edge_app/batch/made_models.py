"""Models for tests that read nothing with them."""

from edge_app.batch.models import Models
from edge_app.page.belief import FEATURES, Belief

MODELS = Models(b"classifier", b"detector", b"sequence", Belief((0.0,) * len(FEATURES), 0.5), "litert")
