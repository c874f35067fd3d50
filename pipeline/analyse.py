"""Emergence -> findings: tables in the database and files in tables/."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2, mcnemar

from pipeline import database, drivers
from pipeline.settings import Settings
from pipeline.sharpness import findings

FINDINGS, RAW_FINDINGS, REPRODUCTION = (30, 49), (50, 59), (60, 69)

CSV_TABLES = (
    "row_counts",
    "rows_set_aside",
    "by_metric",
    "readings",
    "annotated",
    "annotated_odds",
    "annotated_tests",
    "base_rates",
    "task_base_rates",
    "emergent_curves",
    "emergent_kinds",
    "infinite_by_task",
    "by_n_test",
    "ties",
    "families",
    "driver_exclusions",
    "driver_cells",
    "driver_odds",
    "driver_fits",
    "specification_choices",
    "reading_fit",
    "gallery",
    "n_test_disagreements",
    "n_test_cells",
    "copies",
    "gallery_steps",
    "reproduction",
)
COMMITTED = (
    "theory_curves",
    "predictions",
    "simulated_world",
    "simulated_fit",
    "calibration",
    "induced_scores",
    "induced_emergence",
    "induced_jumps",
)
# Written only where there is something to tell.
OCCASIONAL = (
    "rejected_files",
    "conflicting_rows",
    "unusable_rows",
    "scale_ties",
    "metric_swap",
    "swap_statuses",
    *findings.TABLES,
)


def run(settings: Settings) -> list[Path]:
    """Build every finding, test it, and export it.

    Raises:
        PipelineError: there is no database, a check fails, or the results folder cannot be written.
    """
    with database.connect(settings.database) as connection:
        (is_stand_in,) = database.fetch_row(connection, "select is_stand_in from provenance")
        with database.transaction(connection):
            adopt_committed(connection, settings)
            build(connection, settings, is_stand_in=is_stand_in)
        tables = settings.results(is_stand_in=is_stand_in) / "tables"
        products = export(connection, tables)
        reproduced = _reproduced(connection) if settings.is_published else ""
    print(f"analyse  {reproduced}{len(products)} tables in {settings.shown(tables)}")
    return [settings.database, *products]


def _reproduced(connection: duckdb.DuckDBPyConnection) -> str:
    agreeing, claims = database.fetch_row(
        connection, "select count(*) filter (where agrees), count(*) from reproduction"
    )
    return f"{agreeing} of {claims} published numbers reproduced; "


def adopt_committed(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Take in the committed tables of tools of their own: `make mirage`, `simulate`, `calibrate` and `induce`."""
    for name in COMMITTED:
        path = settings.root / "outputs" / "tables" / f"{name}.csv"
        connection.execute(f"drop table if exists {name}")
        if path.is_file():
            connection.read_csv(str(path), header=True).create(name)


def build(connection: duckdb.DuckDBPyConnection, settings: Settings, *, is_stand_in: bool = False) -> None:
    """Make the tables of findings; those that need raw scores are left out for a stand-in.

    Raises:
        PipelineError: a check fails.
    """
    connection.execute("set variable threshold = ?::double", [settings.threshold])
    connection.execute("create or replace table options as select getvariable('threshold')::double as threshold")
    database.make_macros(connection, settings.sql / "macros")
    groups = [FINDINGS, REPRODUCTION] if is_stand_in else [FINDINGS, RAW_FINDINGS, REPRODUCTION]
    for group in groups:
        database.build_tables(connection, database.stage_files(settings.queries, *group))
        database.run_checks(connection, database.stage_files(settings.checks, *group))
    drivers.build(connection)
    if not is_stand_in:
        _test_swaps(connection)
        findings.build(connection, is_published=settings.is_published)
    if settings.is_bigbench:
        _test_association(connection)


def _test_swaps(connection: duckdb.DuckDBPyConnection) -> None:
    swaps = connection.execute("from swap_counts order by all").df()
    disagreeing = zip(swaps["emergent_under_from_only"], swaps["emergent_under_to_only"], strict=True)
    swaps.insert(7, "mcnemar_p", np.array([mcnemar_p(*counts) for counts in disagreeing], dtype=float))
    connection.execute("create or replace table metric_swap as from swaps")


def mcnemar_p(from_only: int, to_only: int) -> float:
    """McNemar's exact two-sided p for paired yes and no: are both ways of disagreeing equally likely?

    Under the null the smaller count is Binomial(from_only + to_only, 1/2); p = min(1, 2 P(X <= min)). 1 without a
    disagreement.

    Args:
        from_only: curves that are emergent under the first metric only.
        to_only: curves that are emergent under the second metric only.
    """
    return float(mcnemar([[0, from_only], [to_only, 0]], exact=True).pvalue) if from_only + to_only else 1.0


def _test_association(connection: duckdb.DuckDBPyConnection) -> None:
    odds = connection.execute("from annotated_odds order by is_emergent desc").df()
    tests = association(odds[["two_metrics", "other_metrics"]].to_numpy())  # noqa: F841 - read by the query below
    connection.execute("create or replace table annotated_tests as select * from tests")


def association(counts: np.ndarray) -> pd.DataFrame:
    """Fisher's exact test and the odds ratio of a two-by-two table, each with a 95 % interval.

    The sample odds ratio is ad / bc for counts [[a, b], [c, d]], with the interval exp(log OR +- 1.96 SE),
    SE^2 = 1/a + 1/b + 1/c + 1/d (Woolf 1955); where a cell is empty, a half is added to each (Haldane 1956,
    Anscombe 1956). With cells as small as three that interval is rough; the
    conditional estimate and its interval come from the same noncentral hypergeometric distribution as
    Fisher's test and agree with it.

    Args:
        counts: shape (2, 2), counts of tasks; rows are emergent and other, columns the two metrics and other.

    Returns:
        One row a statistic: `statistic`, `value`, `low`, `high`; p values have no interval.
    """
    woolf = Table2x2(counts.astype(float), shift_zeros=True)
    exact = stats.contingency.odds_ratio(counts.astype(int), kind="conditional")
    exact_interval = exact.confidence_interval(0.95)
    rows = [
        ("odds ratio, sample", woolf.oddsratio, *woolf.oddsratio_confint(0.05)),
        ("odds ratio, conditional", exact.statistic, exact_interval.low, exact_interval.high),
        ("Fisher's exact p, two-sided", stats.fisher_exact(counts).pvalue, np.nan, np.nan),
        ("Fisher's exact p, greater", stats.fisher_exact(counts, alternative="greater").pvalue, np.nan, np.nan),
    ]
    frame = pd.DataFrame(rows, columns=["statistic", "value", "low", "high"])
    return frame.astype({"value": float, "low": float, "high": float}).astype({"low": "Float64", "high": "Float64"})


def export(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write the tables that the database holds: emergence as Parquet, findings as CSV."""
    tables = ["emergence"]
    if has_other_metrics(connection):
        tables.append("emergence_all")
    tables += [name for name in ("swap_curves", "specification_curve") if database.holds_rows(connection, name)]
    products = [database.export_parquet(connection, name, folder / f"{name}.parquet") for name in tables]
    present = [name for name in CSV_TABLES if database.has_table(connection, name)]
    told = [name for name in OCCASIONAL if database.holds_rows(connection, name)]
    return products + [database.export_csv(connection, name, folder / f"{name}.csv") for name in (*present, *told)]


def has_other_metrics(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the source holds scores under metrics besides the preferred ones."""
    return database.has_table(connection, "emergence_all") and bool(
        database.count(connection, "select count(*) from emergence_all where not is_preferred")
    )
