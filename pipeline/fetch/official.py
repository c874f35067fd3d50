"""`SOURCE=official`: every score file of google/BIG-bench at a pinned commit, all metrics."""

from pathlib import Path

from pipeline.core.settings import Settings
from pipeline.fetch import repository
from pipeline.fetch.remote import BIGBENCH
from pipeline.fetch.web import Patience


def fetch(settings: Settings, patience: Patience | None = None) -> list[Path]:
    """Bring every score file of the pinned commit into data/raw/official/<commit>, as far as it is not there.

    Raises:
        PipelineError: there is no listing, or files could not be had; those that could are kept for the next run.
    """
    return repository.fetch(settings, BIGBENCH, patience)


def inputs(settings: Settings) -> str:
    """What lies where the last fetch put it: names, sizes and times of change; nothing before the first."""
    return repository.inputs(settings, BIGBENCH)
