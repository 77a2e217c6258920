"""Collecting somebody's own handwriting, labelled, to fine-tune a model with."""
