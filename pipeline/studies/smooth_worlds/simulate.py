"""`make simulate`: many benchmarks without emergence, counted beside the real one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
from tqdm import tqdm

from pipeline import sources
from pipeline.core import database, freshness
from pipeline.core.errors import PipelineError
from pipeline.core.seeds import load_seeds
from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.fetch import table
from pipeline.load.table import stage_table
from pipeline.simulated import benchmark
from pipeline.simulated.benchmark import Design

# Others than those that the knobs were fitted with.
SEEDS = range(101, 141)
LEVEL = 0.95
TABLES = ("simulated_world", "simulated_fit")
CURVE_KEY = ["convention", "metric"]
FIT_KEY = ["quantity", "metric", "member"]
TWO_METRICS, ALL_METRICS = "the two metrics", "all metrics"


class Counts(NamedTuple):
    """What is counted in one world, real or simulated."""

    by_metric: pd.DataFrame
    fit: pd.DataFrame


def run(settings: Settings) -> list[Path]:
    """Count the real curves and those of every simulated benchmark, and write both tables.

    Raises:
        PipelineError: there are no real scores to compare with, or a simulated benchmark fails a data test.
    """
    source = sources.find(settings)
    if source.is_simulated or not source.has_scores:
        raise PipelineError(
            "a simulated benchmark is compared with real scores, and this run has none. "
            f"Next: {table.how_to_get_scores(settings)}, and leave SOURCE out."
        )
    design = benchmark.read_design(settings)
    with _real(settings) as connection:
        real = count(connection, settings)
    drawn = [
        count_simulated(settings, source, design, seed)
        for seed in tqdm(SEEDS, desc="simulate", unit="benchmark", delay=1, leave=False, disable=None)
    ]
    compared, fit = compare(real, drawn)
    folder = settings.results()
    with duckdb.connect() as connection:
        for name, frame in zip(TABLES, (compared, fit), strict=True):
            database.make_table(connection, name, frame)
        products = [database.export_csv(connection, name, folder / "tables" / f"{name}.csv") for name in TABLES]
    key = freshness.code_key("pipeline.studies.smooth_worlds.simulate")
    products.append(freshness.record(products, key))
    for row in compared[compared["metric"] == ALL_METRICS].itertuples():
        print(
            f"simulate {row.convention}: {row.real_emergent:,} real curves emergent, in a benchmark without emergence "
            f"{row.simulated_emergent:,.0f} ({row.simulated_low:,.0f} to {row.simulated_high:,.0f})"
        )
    print(f"simulate {len(SEEDS)} benchmarks; tables in {settings.shown(folder)}")
    return products


@contextmanager
def _real(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The real curves in a database of its own, so that the stages' own is only read."""
    with duckdb.connect() as connection:
        load_seeds(connection, settings)
        connection.execute(f"attach {database.quoted_text(str(settings.database))} as stages (read_only)")
        for name in ("curves", "curve_points", "emergence"):
            connection.execute(f"create table {name} as from stages.{name}")
        connection.execute("detach stages")
        yield connection


def count_simulated(settings: Settings, source: Source, design: Design, seed: int) -> Counts:
    """Simulate a benchmark, take it through the stages' own SQL and data tests, and count.

    Raises:
        PipelineError: a data test fails.
    """
    rows = benchmark.simulate(design, benchmark.Knobs(), seed)
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        load_seeds(connection, settings)
        stage_table(connection, settings, source, benchmark.write(rows, Path(folder) / "simulated.parquet"))
        database.build_tables(connection, source.folders(settings, "curves"))
        database.run_checks(connection, source.folders(settings, "checks/curves"))
        return count(connection, settings)


def count(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Counts:
    """Count emergent curves by convention and metric, and measure what the knobs were fitted to.

    Args:
        connection: holds the seeds and `curves`, `curve_points`, `emergence`.
        settings: the run.
    """
    connection.execute("set variable threshold = ?::double", [settings.threshold])
    connection.read_parquet(str(settings.committed / "emergence.parquet")).create("committed_curves")
    database.make_macros(connection, settings.sql / "macros")
    for name in ("convention_values", "by_metric"):
        database.build_table(connection, settings.sql / "studies" / "conventions" / f"{name}.sql")
    database.build_tables(connection, [settings.sql / "studies" / "smooth_worlds" / "compute"])
    by_metric = connection.execute(
        "select convention, metric, curves, emergent from by_metric order by convention, metric"
    ).df()
    two = connection.execute("from seed_two_metrics").df()["metric"]
    return Counts(_with_totals(by_metric, set(two)), connection.execute("from benchmark_fit order by all").df())


def _with_totals(by_metric: pd.DataFrame, two_metrics: set[str]) -> pd.DataFrame:
    totals = []
    for name, rows in (
        (TWO_METRICS, by_metric[by_metric["metric"].isin(two_metrics)]),
        (ALL_METRICS, by_metric),
    ):
        totals.append(rows.groupby("convention")[["curves", "emergent"]].sum().reset_index().assign(metric=name))
    return pd.concat([by_metric, *totals])[[*CURVE_KEY, "curves", "emergent"]]


def compare(real: Counts, worlds: list[Counts]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Real numbers beside the mean and the central 95 % of the worlds.

    Returns:
        By convention and metric: `real_curves` (kept by the convention), `real_emergent`, `simulated_emergent` (mean),
        `simulated_low`, `simulated_high`, `real_share`, `simulated_share` (of the curves kept), `is_within`.
        By fitted quantity: `quantity`, `metric`, `member` (model or class of n_test), `family` and `params` of a
        model, `count` (scores or curves),
        `real`, `simulated`, `simulated_low`, `simulated_high`, `is_within`.
    """
    spread = _spread([own.by_metric.set_index(CURVE_KEY)["emergent"] for own in worlds], "emergent")
    kept = pd.concat([own.by_metric.set_index(CURVE_KEY)["curves"] for own in worlds]).groupby(level=CURVE_KEY).mean()
    counted = real.by_metric.set_index(CURVE_KEY).add_prefix("real_").join(spread)
    counted["real_share"] = counted["real_emergent"] / counted["real_curves"].where(counted["real_curves"] > 0)
    counted["simulated_share"] = counted["simulated_emergent"] / kept.where(kept > 0)
    counted["is_within"] = counted["real_emergent"].between(counted["simulated_low"], counted["simulated_high"])
    fit = real.fit.set_index(FIT_KEY).rename(columns={"value": "real"})
    fit = fit.join(_spread([own.fit.set_index(FIT_KEY)["value"] for own in worlds], ""))
    fit["is_within"] = fit["real"].between(fit["simulated_low"], fit["simulated_high"])
    return counted.reset_index(), fit.reset_index()


def _spread(worlds: list[pd.Series], name: str) -> pd.DataFrame:
    together = pd.concat(worlds, axis=1)
    tail = (1 - LEVEL) / 2
    return pd.DataFrame(
        {
            f"simulated_{name}".rstrip("_"): together.mean(axis=1),
            "simulated_low": together.quantile(tail, axis=1),
            "simulated_high": together.quantile(1 - tail, axis=1),
        }
    )
