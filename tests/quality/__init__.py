"""Measurements of quality on labelled texts; run as modules."""
