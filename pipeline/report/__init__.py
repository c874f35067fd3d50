"""Findings and pictures -> the report."""
