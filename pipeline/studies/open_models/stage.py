"""`make open`: results of open models through the pipeline, one data set after another, and what they say together.

Each data set is read, scored and tested by the stages that serve everybody's results; only the tables of findings are
kept.
"""

import io
import os
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
from tqdm import tqdm

from pipeline import score, sources
from pipeline.core import database, files, freshness
from pipeline.core.errors import PipelineError
from pipeline.core.mcnemar import mcnemar_p
from pipeline.core.parallel import Work
from pipeline.core.settings import DEFAULT_SCALE, DEFAULT_THRESHOLD, Settings
from pipeline.curve_tests import parts, plan, source, table
from pipeline.studies.open_models import pooled

SQL = "studies/open_models"
MODELS = f"sql/{SQL}/pythia_models.csv"
HARNESS = {
    "pythia": "harness/pythia",
    "opt": "harness/v03_opt",
    "mamba2 and others": "harness/v04",
    "pythia arithmetic": "harness/pythia_arithmetic",
}
TABLES = {"scores": "scores.csv", "bbh": "bbh_gsm8k.csv", "olmo_ladder": "olmo_ladder.csv"}
FOLDER = "open_models"
# What decides the tables: modules, and SQL.
MADE_BY = (
    "pipeline.studies.open_models.stage",
    "pipeline.load.harness",
    "pipeline.fetch.harness",
    "pipeline.load.tidy",
    *("sql/seeds", "sql/staging", "sql/sources/harness", "sql/sources/tidy", "sql/sources/tidy_table", "sql/curves"),
    *("sql/macros", "sql/studies/metric_swap/swap_curves.sql"),
    *(MODELS, f"sql/{SQL}/tables", f"sql/{SQL}/compute"),
)
Frames = dict[str, pd.DataFrame]


def run(settings: Settings) -> list[Path]:
    """Write the tables of open models.

    Raises:
        PipelineError: the folder lacks a data set, or one cannot be used.
    """
    folder = settings.root / settings.open
    wanted = [folder / name for name in (*HARNESS.values(), *TABLES.values())]
    missing = [path.relative_to(folder) for path in wanted if not path.exists()]
    if missing:
        raise PipelineError(
            f"OPEN={settings.open} lacks {', '.join(map(str, missing))}. Next: name the folder that holds the results "
            "of open models; the committed tables stay as they are."
        )
    # Options of the user's own results say nothing here.
    settings = replace(settings, scale=DEFAULT_SCALE, loss="", models="", out=f"data/{FOLDER}")
    tables = findings(settings, folder)
    products = database.export_frames(tables, settings.committed)
    print(f"open     {len(tables)} tables in {settings.shown(settings.committed)}")
    return [*products, freshness.record(products, freshness.code_key(*MADE_BY))]


def findings(settings: Settings, folder: Path) -> Frames:
    """All tables of findings, by name."""
    databases = {
        name: _tested(settings, _load(settings, folder, name))
        for name in tqdm((*HARNESS, *TABLES), desc="open", unit="data set", leave=False, disable=None)
    }
    found = {
        query: pd.concat([_queried(own, query).assign(dataset=name) for name, own in databases.items()])
        for query in ("open_curves", "open_emergent", "open_swaps")
    }
    swaps = found["open_swaps"]
    disagreeing = zip(swaps["emergent_from_only"], swaps["emergent_to_only"], strict=True)
    found["open_swaps"] = swaps.assign(mcnemar_p=[mcnemar_p(*pair) for pair in disagreeing])
    tables = found | _arithmetic(settings, databases)
    return {name: _named(frame) for name, frame in tables.items()}


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """The data set first."""
    first = [name for name in ("dataset",) if name in frame]
    return frame[[*first, *frame.columns.drop(first)]]


def _load(settings: Settings, folder: Path, name: str) -> Settings:
    """A data set, loaded and scored; the settings of its own database."""
    if name in HARNESS:
        models = MODELS if name == "pythia" else ""
        return _loaded(replace(settings, source=str(folder / HARNESS[name]), models=models))
    query = (settings.sql / SQL / "tables" / f"{name}.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("set variable file = ?", [str(folder / TABLES[name])])
        return _tidy(settings, name, connection.execute(query).df())


def _tidy(settings: Settings, name: str, frame: pd.DataFrame) -> Settings:
    """A frame as a tidy table of one's own, loaded and scored."""
    path = settings.data / FOLDER / f"{name}.csv"
    files.write_text(path, frame.to_csv(index=False, lineterminator="\n"))
    return _loaded(replace(settings, source=settings.shown(path)))


def _loaded(settings: Settings) -> Settings:
    with redirect_stdout(io.StringIO()):
        sources.load(settings)
        score.run(settings)
    return settings


def _tested(settings: Settings, own: Settings) -> Settings:
    """The database of a data set, with its curves tested."""
    work = Work(settings.data / "curve_tests", os.cpu_count() or 1, settings.scheduler)
    with database.connect(own.database) as connection:
        frame = source.read(connection)
        found = parts.run(plan.plan(plan.pooled(frame)), work)
        database.make_table(connection, "tests_by_key", table.curve_tests(frame, found))
        connection.execute(
            "create or replace table curve_tests as select emergence.curve_id, tests_by_key.* from tests_by_key"
            " inner join emergence using (task, subtask, metric, shots, family)"
        )
        database.build_table(connection, own.sql / "studies" / "metric_swap" / "swap_curves.sql")
    return own


def _queried(own: Settings, query: str) -> pd.DataFrame:
    """What a query of this study finds in the database of a data set."""
    with database.connect(own.database) as connection:
        connection.execute("set variable threshold = ?", [DEFAULT_THRESHOLD])
        database.make_macros(connection, own.sql / "macros")
        return connection.execute((own.sql / SQL / "compute" / f"{query}.sql").read_text(encoding="utf-8")).df()


def _arithmetic(settings: Settings, databases: Mapping[str, Settings]) -> Frames:
    """The same sums and products as 100 curves of 50 examples and as one of 5,000; by size, by tokens, by loss."""
    points = _queried(databases["pythia arithmetic"], "open_pooled")
    tables = pooled.tables(points, _queried(databases["pythia"], "open_losses"))
    along = {scale: _tested(settings, _tidy(settings, f"pooled_{scale}", own)) for scale, own in tables.items()}
    curves = pd.concat(
        [_queried(own, "open_single_curves").assign(dataset=f"by {scale}") for scale, own in along.items()],
        ignore_index=True,
    )
    single = _queried(databases["pythia arithmetic"], "open_operands")
    return {
        "open_pooled": points,
        "open_pooled_curves": curves,
        "open_resolution": pooled.resolution(single, curves),
    }
