"""Get the scores onto this machine: one module a source."""

from collections.abc import Callable
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.fetch import checkout, official, simulated, table, tidy
from pipeline.settings import SIMULATED, Settings

FETCHES: dict[str, Callable[[Settings], list[Path]]] = {
    "table": table.fetch,
    "official": official.fetch,
    "tidy": tidy.fetch,
    SIMULATED: simulated.fetch,
}


def run(settings: Settings) -> list[Path]:
    """Fetch the scores of the chosen source and return the files that were made.

    Raises:
        PipelineError: the source is unknown, or its scores are damaged.
    """
    if settings.kind in FETCHES:
        return FETCHES[settings.kind](settings)
    if (settings.root / settings.source).is_dir():
        return checkout.fetch(settings)
    raise PipelineError(
        f"SOURCE={settings.source} is not a source that this version knows, nor a folder. "
        "Next: use SOURCE=table, the pinned table of preferred scores (the default), SOURCE=official, every score file "
        "of BIG-bench, SOURCE=simulated, a world without emergence, the folder of a BIG-bench checkout, or a table of "
        "your own scores that ends in .csv or .parquet."
    )
