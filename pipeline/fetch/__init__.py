"""Get the scores onto this machine: one module a source."""

from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.fetch import table
from pipeline.settings import Settings


def run(settings: Settings) -> list[Path]:
    """Fetch the scores of the chosen source and return the files that were made.

    Raises:
        PipelineError: the source is unknown, or its scores are damaged.
    """
    if settings.source != "table":
        raise PipelineError(
            f"SOURCE={settings.source} is not a source that this version knows. "
            "Next: use SOURCE=table, the pinned table of preferred scores (the default)."
        )
    return table.fetch(settings)
