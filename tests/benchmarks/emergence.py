"""Speed and memory of the emergence score: the pipeline's SQL, its function on arrays, and plainer ways."""

import math
import tempfile
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from pipeline.core import database
from pipeline.core.emergence import Floats, emergence_score
from pipeline.core.settings import Settings
from tests import oracle
from tests.benchmarks import timing

SYNTHETIC_CURVES, SYNTHETIC_SCALES = 1_000_000, 12
# A loop takes the same time for each curve, so some of many curves tell its pace.
LOOP_SAMPLE, SERIES_SAMPLE = 50_000, 5_000
SEED = 20230428

POINTS = "curve_id integer, position integer, score double"
SQL = "SQL (sql/curves/curve_emergence.sql)"


def run(settings: Settings) -> None:
    """Print the tables of measurements, on the curves of the source and on a million synthetic ones.

    Raises:
        PipelineError: there is no database with curves.
    """
    synthetic = synthetic_points()
    measure("the real curves", real_points(settings), settings)
    measure(f"{SYNTHETIC_CURVES:,} synthetic curves of {SYNTHETIC_SCALES} scales", synthetic, settings)
    measure_memory(synthetic, settings)


def real_points(settings: Settings) -> pd.DataFrame:
    """The points of the real curves: `curve_id`, `position`, `score`, in order."""
    with database.connect(settings.database, read_only=True) as connection:
        query = "select curve_id, position, score from curve_points order by curve_id, position"
        return connection.execute(query).df()


def synthetic_points(curves: int = SYNTHETIC_CURVES) -> pd.DataFrame:
    """Points of made-up curves: a rise, noise, and ties from rounding to hundredths."""
    rng = np.random.default_rng(SEED)
    rise = np.linspace(0, 1, SYNTHETIC_SCALES) ** rng.uniform(1, 8, (curves, 1))
    scores = np.round(rise + rng.normal(0, 0.02, rise.shape), 2)
    return pd.DataFrame(
        {
            "curve_id": np.repeat(np.arange(curves, dtype=np.int32), SYNTHETIC_SCALES),
            "position": np.tile(np.arange(1, SYNTHETIC_SCALES + 1, dtype=np.int32), curves),
            "score": scores.ravel(),
        }
    )


def by_sql(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """E of every curve in the table curve_points, as the pipeline computes it."""
    database.build_table(connection, settings.sql / "curves" / "curve_emergence.sql")


def by_arrays(points: pd.DataFrame) -> Floats:
    """E of every curve by the pipeline's function, curves with equally many scales at once; NaN where undefined."""
    scores = points["score"].to_numpy()
    starts = _starts(points)
    lengths = np.diff(starts, append=len(scores))
    found = np.full(len(starts), np.nan)
    for length in np.unique(lengths[lengths > 1]):
        rows = np.flatnonzero(lengths == length)
        curves = scores[starts[rows][:, None] + np.arange(length)]
        usable = np.isfinite(curves).all(axis=1) & (np.ptp(curves, axis=1) > 0)
        found[rows[usable]] = emergence_score(curves[usable])
    return found


def by_numpy_loop(points: pd.DataFrame) -> list[float]:
    """E of every curve in a plain loop over slices of one array."""
    return [oracle.emergence_score(scores) for scores in np.split(points["score"].to_numpy(), _starts(points)[1:])]


def _starts(points: pd.DataFrame) -> np.ndarray:
    """The row at which each curve starts."""
    return np.flatnonzero(np.diff(points["curve_id"].to_numpy(), prepend=-1))


def by_pandas_arrays(points: pd.DataFrame) -> pd.Series:
    """E of every curve by groupby-apply of the numpy function."""
    return points.groupby("curve_id")["score"].apply(lambda scores: oracle.emergence_score(scores.to_numpy()))


def by_pandas_series(points: pd.DataFrame) -> pd.Series:
    """E of every curve by groupby-apply of Series methods, as one would write it without thinking of speed."""

    def score(scores: pd.Series) -> float:
        span = scores.max() - scores.min()
        median_step = math.sqrt((scores.diff() ** 2).median()) if len(scores) > 1 else math.nan
        direction = math.copysign(1, scores.argmax() - scores.argmin())
        return float(direction * span / median_step) if median_step and span else math.nan

    return points.groupby("curve_id")["score"].apply(score)


def measure(title: str, points: pd.DataFrame, settings: Settings) -> None:
    """Print curves per second of every way to compute E."""
    some, few = (_first(points, number) for number in (LOOP_SAMPLE, SERIES_SAMPLE))
    with duckdb.connect() as connection:
        connection.execute(f"create table curve_points ({POINTS})")
        connection.execute("insert into curve_points select curve_id, position, score from points")
        contestants = {
            SQL: (points, partial(by_sql, connection, settings)),
            "numpy, all curves at once (pipeline/core/emergence.py)": (points, partial(by_arrays, points)),
            "numpy, a loop over curves": (some, partial(by_numpy_loop, some)),
            "pandas, groupby-apply of numpy": (some, partial(by_pandas_arrays, some)),
            "pandas, groupby-apply of Series": (few, partial(by_pandas_series, few)),
        }
        seconds = timing.medians({name: work for name, (_, work) in contestants.items()}, title)
    curves = {name: frame["curve_id"].nunique() for name, (frame, _) in contestants.items()}
    pace = {name: curves[name] / seconds[name] for name in contestants}
    rows = [(name, f"{curves[name]:,}", f"{pace[name]:,.0f}", f"{pace[SQL] / pace[name]:.1f}") for name in contestants]
    timing.print_table(f"E on {title}", ("contestant", "curves", "curves/s", "SQL is faster by"), rows)


def _first(points: pd.DataFrame, number: int) -> pd.DataFrame:
    chosen: pd.DataFrame = points[points["curve_id"] < points["curve_id"].min() + number]
    return chosen


def measure_memory(points: pd.DataFrame, settings: Settings) -> None:
    """Print the peak memory of a process that reads curves from Parquet and scores them in SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "points.parquet"
        with duckdb.connect() as connection:
            connection.register("points", points)
            database.copy_to(connection, "from points", path, "format parquet")
        before, peak = timing.in_own_process(partial(score_file, path, settings))
    title = f"Peak memory, {points['curve_id'].nunique():,} curves in a process of their own"
    timing.print_table(title, ("when", "MB"), [("curves loaded", f"{before:,.0f}"), ("curves scored", f"{peak:,.0f}")])


def score_file(path: Path, settings: Settings) -> tuple[float, float]:
    """Peak memory before and after the curves of a file of points were scored."""
    with duckdb.connect() as connection:
        connection.read_parquet(str(path)).create("curve_points")
        before = timing.peak_megabytes()
        by_sql(connection, settings)
        return before, timing.peak_megabytes()
