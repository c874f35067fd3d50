"""Is a curve sharp beyond noise, and unpredictable? The two halves of "emergent", tested curve by curve."""

from pipeline.sharpness.stage import run

__all__ = ["run"]
