"""Get the scores onto this machine: one module a source."""

from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.fetch import checkout, official, simulated, table
from pipeline.settings import Settings


def run(settings: Settings) -> list[Path]:
    """Fetch the scores of the chosen source and return the files that were made.

    Raises:
        PipelineError: the source is unknown, or its scores are damaged.
    """
    if settings.source == "table":
        return table.fetch(settings)
    if settings.source == "official":
        return official.fetch(settings)
    if settings.is_simulated:
        return simulated.fetch(settings)
    if (settings.root / settings.source).is_dir():
        return checkout.fetch(settings)
    raise PipelineError(
        f"SOURCE={settings.source} is not a source that this version knows, nor a folder. "
        "Next: use SOURCE=table, the pinned table of preferred scores (the default), SOURCE=official, every score file "
        "of BIG-bench, SOURCE=simulated, a world without emergence, or the folder of a BIG-bench checkout."
    )
