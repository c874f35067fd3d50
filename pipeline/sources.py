"""The sources of scores: how each is fetched and read, and what is known of its scores."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pipeline.core.errors import PipelineError
from pipeline.core.settings import DEFAULT_SCALE, Settings
from pipeline.core.source import Source
from pipeline.fetch import checkout

TIDY_SUFFIXES = (".csv", ".tsv", ".parquet")


TABLE = Source("table", "pipeline.fetch.table", "pipeline.load.table", ("bigbench", "table"))
# The committed curves, where the pinned table cannot be had.
STAND_IN = Source(
    "stand-in",
    "pipeline.fetch.table",
    "pipeline.load.stand_in",
    ("bigbench", "table"),
    has_scores=False,
    results="stand-in",
)
OFFICIAL = Source("official", "pipeline.fetch.official", "pipeline.load.official", ("bigbench", "score_files"))
CHECKOUT = Source("checkout", "pipeline.fetch.checkout", "pipeline.load.checkout", ("bigbench", "score_files"))
SIMULATED = Source(
    "simulated",
    "pipeline.fetch.simulated",
    "pipeline.load.table",
    ("bigbench", "table"),
    is_published=False,
    is_simulated=True,
)
HARNESS = Source(
    "harness",
    "pipeline.fetch.harness",
    "pipeline.load.harness",
    ("tidy", "harness"),
    is_bigbench=False,
    is_published=False,
)
# The public examples of sql/seeds/examples.csv.
EXAMPLE = Source(
    "example",
    "pipeline.fetch.example",
    "pipeline.load.harness",
    ("tidy", "harness"),
    is_bigbench=False,
    is_published=False,
)
TIDY = Source(
    "tidy", "pipeline.fetch.tidy", "pipeline.load.tidy", ("tidy", "tidy_table"), is_bigbench=False, is_published=False
)

NAMED = {source.name: source for source in (TABLE, OFFICIAL, SIMULATED)}


def find(settings: Settings) -> Source:
    """The source that the user named, by its name, its ending, or what lies there.

    Raises:
        PipelineError: there is no such source, or SCALE is not for it.
    """
    if settings.source != settings.source.encode(errors="replace").decode():
        raise PipelineError(f"SOURCE={settings.source!a}: the name is no UTF-8. Next: rename it.")
    source = _find(settings)
    if settings.scale != DEFAULT_SCALE and source.load != HARNESS.load:
        raise PipelineError(
            f"SCALE={settings.scale} is for results of lm-evaluation-harness, which SOURCE={settings.source} is not. "
            "Next: leave SCALE out; a table of scores orders its models by its column scale."
        )
    return source


def _find(settings: Settings) -> Source:
    if settings.source == TABLE.name and module("pipeline.fetch.table").is_stand_in(settings):
        return STAND_IN
    if settings.source in NAMED:
        return NAMED[settings.source]
    examples = module("pipeline.fetch.remote").examples()
    if settings.source in examples:
        return EXAMPLE
    if settings.path.is_dir():
        return CHECKOUT if checkout.is_near(settings.path) else HARNESS
    if settings.source.lower().endswith(TIDY_SUFFIXES):
        return TIDY
    if settings.path.is_file():
        raise PipelineError(
            f"SOURCE={settings.source}: its ending is none of {', '.join(TIDY_SUFFIXES)}. "
            "Next: unpack it, or save it as one of these."
        )
    raise PipelineError(
        f"SOURCE={settings.source} is not a source that this version knows, nor a folder. "
        "Next: use SOURCE=table, the pinned table of preferred scores (the default); SOURCE=official, every score file "
        f"of BIG-bench; SOURCE=simulated, a benchmark without emergence; {_told(examples)}; a folder of results of "
        "lm-evaluation-harness; the folder of a BIG-bench checkout; or a table of your own scores that ends in .csv, "
        ".tsv or .parquet."
    )


def _told(examples: Mapping[str, Any]) -> str:
    return "; ".join(f"SOURCE={name}, {example.what}" for name, example in examples.items())


def fetch(settings: Settings) -> list[Path]:
    """Bring the scores of the chosen source onto this machine and return the files that were made.

    Raises:
        PipelineError: the scores cannot be had, or are damaged.
    """
    files: list[Path] = module(find(settings).fetch).fetch(settings)
    return files


def load(settings: Settings) -> list[Path]:
    """Build a new database from the fetched scores: seeds, staged scores, and an account of every row.

    Raises:
        PipelineError: the scores are not what they should be; the old database, if any, stays.
    """
    source = find(settings)
    read: Callable[[Settings, Source], list[Path]] = module(source.load).load
    return read(settings, source)


def module(name: str) -> Any:  # noqa: ANN401 - its functions are named where they are called
    """A module by its name, imported when it is needed: no source takes what another's libraries weigh."""
    return import_module(name)
