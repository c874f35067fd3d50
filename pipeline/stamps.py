"""Stage stamps: what make follows to tell which stages are up to date."""

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from pipeline import files
from pipeline.settings import Settings, exact


def write(settings: Settings, stage: str, products: Sequence[Path]) -> Path:
    """Record that a stage is done: with which options and libraries, and what it made.

    A stage that made nothing leaves an unchanged stamp as it is. So a stand-in run, which asks for the scores
    again at every `make`, redoes its later stages only once the scores are there.
    """
    path = settings.stamps / stage
    content = "".join(
        [
            f"source: {settings.source}\nthreshold: {exact(settings.threshold)}\n",
            *(f"{name}: {metadata.version(name)}\n" for name in ("duckdb", "pandas", "statsmodels", "seaborn")),
            *(f"product: {settings.shown(product)}\n" for product in products),
        ]
    )
    if not products and path.is_file() and path.read_text(encoding="utf-8") == content:
        return path
    return files.write_text(path, content)
