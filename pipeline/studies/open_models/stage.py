"""`make open`: results of open models through the pipeline, one data set after another, and what they say together.

Each data set is read, scored and tested by the stages that serve everybody's results; only the tables of findings are
kept. What is not in the folder that OPEN names is left out, and said.
"""

import io
import os
from collections.abc import Callable, Mapping, Sequence
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
from pipeline.core.settings import Settings
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
FOUND = ("open_curves", "open_emergent", "open_swaps")
THRESHOLD = 100.0
MODULES = (
    "pipeline.studies.open_models.stage",
    "pipeline.load.harness",
    "pipeline.fetch.harness",
    "pipeline.load.tidy",
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
    tables = findings(settings, folder)
    products = export(tables, settings.committed)
    print(f"open     {len(tables)} tables in {settings.shown(settings.committed)}")
    return products


def findings(settings: Settings, folder: Path) -> Frames:
    """All tables of findings, by name."""
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in FOUND}
    jobs = [
        *(_harness(settings, folder, name) for name in HARNESS),
        *(_table(settings, folder, name) for name in TABLES),
    ]
    names = [*HARNESS, *TABLES]
    for name, make in tqdm(
        list(zip(names, jobs, strict=True)), desc="open", unit="data set", leave=False, disable=None
    ):
        for query, frame in _queried(_tested(settings, make()), FOUND).items():
            found[query].append(frame.assign(dataset=name))
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in found.items()}
    swaps = tables["open_swaps"]
    tables["open_swaps"] = swaps.assign(
        mcnemar_p=[
            mcnemar_p(*pair) for pair in zip(swaps["emergent_from_only"], swaps["emergent_to_only"], strict=True)
        ]
    )
    return {name: _named(frame) for name, frame in (tables | _arithmetic(settings, folder)).items()}


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """The data set first."""
    rest = [name for name in frame.columns if name != "dataset"]
    return frame[["dataset", *rest]] if "dataset" in frame else frame


def _harness(settings: Settings, folder: Path, name: str, scale: str = "size") -> Callable[[], Settings]:
    models = MODELS if name == "pythia" and scale == "size" else ""
    own = replace(
        settings,
        source=str(folder / HARNESS[name]),
        scale=scale,
        models=models,
        threshold=THRESHOLD,
        out="data/open_models",
    )
    return lambda: _loaded(own)


def _table(settings: Settings, folder: Path, name: str) -> Callable[[], Settings]:
    def make() -> Settings:
        query = (settings.sql / SQL / "tables" / f"{name}.sql").read_text(encoding="utf-8")
        with duckdb.connect() as connection:
            connection.execute("set variable file = ?", [str(folder / TABLES[name])])
            return tidy(settings, name, connection.execute(query).df())

    return make


def tidy(settings: Settings, name: str, frame: pd.DataFrame) -> Settings:
    """A frame as a tidy table of one's own, loaded and scored."""
    path = settings.data / "open_models" / f"{name}.csv"
    files.write_text(path, frame.to_csv(index=False, lineterminator="\n"))
    return _loaded(replace(settings, source=settings.shown(path), threshold=THRESHOLD))


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
    return own


def _queried(own: Settings, names: Sequence[str]) -> Frames:
    """What queries of this study find in the database of a data set."""
    with database.connect(own.database) as connection:
        connection.execute("set variable threshold = ?", [THRESHOLD])
        database.make_macros(connection, own.sql / "macros")
        database.build_table(connection, own.sql / "studies" / "metric_swap" / "swap_curves.sql")
        folder = own.sql / SQL / "compute"
        return {name: connection.execute((folder / f"{name}.sql").read_text(encoding="utf-8")).df() for name in names}


def _arithmetic(settings: Settings, folder: Path) -> Frames:
    """The same sums and products as 100 curves of 50 examples and as one of 5,000; by size, by tokens, by loss."""
    training = _harness(settings, folder, "pythia arithmetic", "training")()
    points = _queried(training, ["open_pooled"])["open_pooled"]
    losses = _queried(_harness(settings, folder, "pythia", "training")(), ["open_losses"])["open_losses"]
    along: list[pd.DataFrame] = []
    for scale, pooled_table in pooled.tables(points, losses).items():
        own = _tested(settings, tidy(settings, f"pooled_{scale}", pooled_table))
        along.append(_queried(own, ["open_single_curves"])["open_single_curves"].assign(dataset=f"by {scale}"))
    pooled_curves = pd.concat(along, ignore_index=True)
    single = _queried(_tested(settings, _harness(settings, folder, "pythia arithmetic")()), ["open_operands"])
    return {
        "open_pooled": points,
        "open_pooled_curves": pooled_curves,
        "open_resolution": pooled.resolution(single["open_operands"], pooled_curves),
    }


def export(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write the tables as CSV, in the way of every table of the report."""
    with duckdb.connect() as connection:
        for name, frame in tables.items():
            database.make_table(connection, name, frame)
        products = [database.export_csv(connection, name, folder / f"{name}.csv") for name in tables]
    return [*products, freshness.record(products, freshness.code_key(*MODULES))]
