"""`make simulate`: many worlds without emergence, counted beside the real benchmark."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
from tqdm import tqdm

from pipeline import database, figures_world, load, score, world
from pipeline.errors import PipelineError
from pipeline.fetch import table
from pipeline.settings import Settings

# Others than those that the knobs were fitted with.
SEEDS = range(101, 141)
LEVEL = 0.95
READINGS = (30, 31)
TABLES = ("simulated_world", "simulated_fit")
CURVE_KEY = ["reading", "metric"]
FIT_KEY = ["quantity", "metric", "member"]
TWO_METRICS, ALL_METRICS = "the two metrics", "all metrics"


class Counts(NamedTuple):
    """What is counted in one world, real or simulated."""

    by_metric: pd.DataFrame
    fit: pd.DataFrame


@dataclass(frozen=True)
class Findings:
    """The answer to: where nothing emerges, what does each reading call emergent?

    Attributes:
        worlds: how many were simulated.
        emergent: a row a reading, of all metrics: `reading`, `real_emergent`, `simulated_emergent` (mean over worlds),
            `simulated_low`, `simulated_high`, `ratio` (simulated to real).
        share_two_metrics: the same rows for the share of the two metrics among the emergent curves.
        beyond: metrics with more real emergent curves than any but a fortieth of the worlds has: `reading`, `metric`
            and the counts.
        fit: a row a quantity and metric that the knobs were fitted to: `quantity`, `metric`, `compared`, `within` (how
            many real numbers lie in the interval of the worlds), `mean_gap` (distance of the mean of the worlds from
            the real number, weighted by the scores or curves behind it, in the metric's unit).
    """

    worlds: int
    emergent: pd.DataFrame
    share_two_metrics: pd.DataFrame
    beyond: pd.DataFrame
    fit: pd.DataFrame


def run(settings: Settings) -> list[Path]:
    """Count the real curves and those of every world, and write both tables and figures.

    Raises:
        PipelineError: there are no real scores to compare with, or a world fails a data test.
    """
    if settings.is_simulated:
        raise _nothing_to_compare(settings)
    design = world.read_design(settings)
    with _real(settings) as connection:
        real = count(connection, settings)
    worlds = [
        count_world(settings, design, seed)
        for seed in tqdm(SEEDS, desc="simulate", unit="world", delay=1, leave=False, disable=None)
    ]
    compared, fit = compare(real, worlds)
    folder = settings.results(is_stand_in=False)
    with duckdb.connect() as connection:
        products = []
        for name, frame in zip(TABLES, (compared, fit), strict=True):
            connection.register("frame", frame)
            connection.execute(f"create table {name} as from frame")
            products.append(database.export_csv(connection, name, folder / "tables" / f"{name}.csv"))
    products += figures_world.draw_all(compared, fit, folder / "figures")
    for row in findings(compared, fit).emergent.itertuples():
        print(
            f"simulate {row.reading}: {row.real_emergent:,} real curves emergent, in a world without emergence "
            f"{row.simulated_emergent:,.0f} ({row.simulated_low:,.0f} to {row.simulated_high:,.0f})"
        )
    print(f"simulate {len(SEEDS)} worlds; tables and figures in {settings.shown(folder)}")
    return products


@contextmanager
def _real(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The real curves in a database of its own, so that the stages' own is only read."""
    with database.connect(settings.database, read_only=True) as connection:
        (is_stand_in,) = database.fetch_row(connection, "select is_stand_in from provenance")
    if is_stand_in:
        raise _nothing_to_compare(settings)
    with duckdb.connect() as connection:
        load.load_seeds(connection, settings)
        place = str(settings.database).replace("'", "''")
        connection.execute(f"attach '{place}' as stages (read_only)")
        for name in ("curves", "curve_points", "emergence"):
            connection.execute(f"create table {name} as from stages.{name}")
        connection.execute("detach stages")
        yield connection


def _nothing_to_compare(settings: Settings) -> PipelineError:
    return PipelineError(
        "a simulated world is compared with real scores, and this run has none. "
        f"Next: {table.how_to_get_scores(settings)}, and leave SOURCE out."
    )


def count_world(settings: Settings, design: world.Design, seed: int) -> Counts:
    """Simulate a world, take it through the stages' own SQL and data tests, and count.

    Raises:
        PipelineError: a data test fails.
    """
    rows = world.simulate(design, world.Knobs(), seed)
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        load.load_seeds(connection, settings)
        load.stage_scores(connection, settings, world.write(rows, Path(folder) / "world.parquet"))
        database.build_tables(connection, database.stage_files(settings.queries, *score.CURVES))
        database.run_checks(connection, database.stage_files(settings.checks, *score.CURVES))
        return count(connection, settings)


def count(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Counts:
    """Count emergent curves by reading and metric, and measure what the knobs were fitted to.

    Args:
        connection: holds the seeds and `curves`, `curve_points`, `emergence`.
        settings: the run.
    """
    connection.execute("set variable threshold = ?::double", [settings.threshold])
    connection.read_parquet(str(table.stand_in_path(settings))).create("committed_curves")
    database.make_macros(connection, settings.sql / "macros")
    database.build_tables(connection, database.stage_files([settings.sql], *READINGS))
    database.build_tables(connection, database.stage_files([settings.sql / "simulated"], 2, 9))
    by_metric = connection.execute(
        "select reading, metric, curves, emergent from by_metric order by reading, metric"
    ).df()
    two = connection.execute("from seed_two_metrics").df()["metric"]
    return Counts(_with_totals(by_metric, set(two)), connection.execute("from world_fit order by all").df())


def _with_totals(by_metric: pd.DataFrame, two_metrics: set[str]) -> pd.DataFrame:
    totals = []
    for name, rows in (
        (TWO_METRICS, by_metric[by_metric["metric"].isin(two_metrics)]),
        (ALL_METRICS, by_metric),
    ):
        totals.append(rows.groupby("reading")[["curves", "emergent"]].sum().reset_index().assign(metric=name))
    return pd.concat([by_metric, *totals])[[*CURVE_KEY, "curves", "emergent"]]


def compare(real: Counts, worlds: list[Counts]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Real numbers beside the mean and the central 95 % of the worlds.

    Returns:
        By reading and metric: `real_curves` (kept by the reading), `real_emergent`, `simulated_emergent` (mean),
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


def findings(compared: pd.DataFrame, fit: pd.DataFrame, worlds: int = len(SEEDS)) -> Findings:
    """What the report says of the simulated worlds, from the two exported tables."""
    counts = compared.set_index("metric")
    everything = counts.loc[[ALL_METRICS]].reset_index(drop=True)
    two = counts.loc[[TWO_METRICS]].reset_index(drop=True)
    columns = ["reading", "real_emergent", "simulated_emergent", "simulated_low", "simulated_high"]
    ratio = everything["simulated_emergent"] / everything["real_emergent"].replace(0, np.nan)
    shares = pd.DataFrame(
        {
            "reading": everything["reading"],
            "real_share": two["real_emergent"] / everything["real_emergent"].replace(0, np.nan),
            "simulated_share": two["simulated_emergent"] / everything["simulated_emergent"].replace(0, np.nan),
        }
    )
    single = compared[~compared["metric"].isin([TWO_METRICS, ALL_METRICS])]
    beyond = single[single["real_emergent"] > single["simulated_high"]]
    gaps = fit.assign(gap=(fit["real"] - fit["simulated"]).abs() * fit["count"]).groupby(["quantity", "metric"])
    summary = gaps.agg(
        compared=("real", "size"), within=("is_within", "sum"), gap=("gap", "sum"), count=("count", "sum")
    )
    summary["mean_gap"] = summary["gap"] / summary["count"]
    return Findings(
        worlds=worlds,
        emergent=everything[columns].assign(ratio=ratio),
        share_two_metrics=shares,
        beyond=beyond[["metric", *columns]].reset_index(drop=True),
        fit=summary.drop(columns=["gap", "count"]).reset_index(),
    )
