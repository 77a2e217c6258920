"""Drawn forms: four layouts, filled in by pens and photographed, with their truth."""
