"""Collecting somebody's own handwriting, labelled, to teach a model with."""
