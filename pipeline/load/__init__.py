"""Scores -> staging tables, every row accounted for: one module per kind of source."""
