"""`make calibrate`: see pipeline/sharpness/calibration.py."""

from pipeline.sharpness.calibration import run

__all__ = ["run"]
