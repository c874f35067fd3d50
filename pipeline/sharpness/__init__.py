"""Is a curve sharp beyond noise, and unpredictable? The two halves of "emergent", tested on every curve that allows it."""

from pipeline.sharpness.stage import run

__all__ = ["run"]
