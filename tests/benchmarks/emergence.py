"""`make bench`: speed and memory of the emergence score, of a warm report and of the tests, as ratios in one run."""

import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from tqdm import tqdm

from pipeline import bench_sharpness, database
from pipeline.settings import Settings

ROUNDS = 5
SYNTHETIC_CURVES, SYNTHETIC_SCALES = 1_000_000, 12
LOOP_SAMPLE, SERIES_SAMPLE = 50_000, 5_000
SEED = 20230428

POINTS = "curve_id integer, position integer, score double"


def run(settings: Settings) -> list[Path]:
    """Print the tables of measurements: medians of five rounds, the contestants in turn within each round.

    Raises:
        PipelineError: there is no database with curves.
    """
    print(f"bench    {describe_machine()}")
    print(f"         medians of {ROUNDS} rounds, warm; the contestants take turns in each round\n")
    _bench_emergence("the real curves", real_points(settings), settings)
    _bench_emergence(
        f"{SYNTHETIC_CURVES:,} synthetic curves of {SYNTHETIC_SCALES} scales", synthetic_points(), settings
    )
    _bench_memory(settings)
    _bench_report(settings)
    print("Tests of curves, five of each, in one process")
    print(bench_sharpness.show(bench_sharpness.measure()))
    return []


def describe_machine() -> str:
    """Processor, cores, system and Python of this machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line for line in cpuinfo.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


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
    database.build_table(connection, settings.sql / "22_curve_emergence.sql")


def of_one_curve(scores: np.ndarray) -> float:
    """E of one curve in numpy: NaN where undefined, infinite where the median step is zero."""
    span = scores.max() - scores.min()
    if len(scores) < 2 or not math.isfinite(span) or span == 0:
        return math.nan
    median_step = math.sqrt(np.median(np.diff(scores) ** 2))
    direction = math.copysign(1, scores.argmax() - scores.argmin())
    return float(direction * span / median_step) if median_step else direction * math.inf


def by_numpy_loop(points: pd.DataFrame) -> list[float]:
    """E of every curve in a plain loop over slices of one array."""
    starts = np.flatnonzero(np.diff(points["curve_id"].to_numpy(), prepend=-1))
    return [of_one_curve(scores) for scores in np.split(points["score"].to_numpy(), starts[1:])]


def by_pandas_arrays(points: pd.DataFrame) -> pd.Series:
    """E of every curve by groupby-apply of the numpy function."""
    return points.groupby("curve_id")["score"].apply(lambda scores: of_one_curve(scores.to_numpy()))


def by_pandas_series(points: pd.DataFrame) -> pd.Series:
    """E of every curve by groupby-apply of Series methods, as one would write it without thinking of speed."""

    def score(scores: pd.Series) -> float:
        span = scores.max() - scores.min()
        median_step = math.sqrt((scores.diff() ** 2).median()) if len(scores) > 1 else math.nan
        direction = math.copysign(1, scores.argmax() - scores.argmin())
        return float(direction * span / median_step) if median_step and span else math.nan

    return points.groupby("curve_id")["score"].apply(score)


def _bench_emergence(title: str, points: pd.DataFrame, settings: Settings) -> None:
    curves = points["curve_id"].nunique()

    def first(number: int) -> pd.DataFrame:
        # A loop takes the same time for each curve, so some of many curves tell its pace.
        chosen: pd.DataFrame = points[points["curve_id"] < points["curve_id"].min() + number]
        return chosen

    some, few = first(LOOP_SAMPLE), first(SERIES_SAMPLE)
    some_curves, few_curves = (frame["curve_id"].nunique() for frame in (some, few))
    with duckdb.connect() as connection:
        connection.execute(f"create table curve_points ({POINTS})")
        connection.execute("insert into curve_points select curve_id, position, score from points")
        contestants: dict[str, tuple[int, Callable[[], object]]] = {
            "SQL (sql/22_curve_emergence.sql)": (curves, lambda: by_sql(connection, settings)),
            "numpy, a loop over curves": (some_curves, lambda: by_numpy_loop(some)),
            "pandas, groupby-apply of numpy": (some_curves, lambda: by_pandas_arrays(some)),
            "pandas, groupby-apply of Series": (few_curves, lambda: by_pandas_series(few)),
        }
        seconds = _rounds({name: call for name, (_, call) in contestants.items()}, title)
    pace = {name: contestants[name][0] / statistics.median(times) for name, times in seconds.items()}
    ours = pace["SQL (sql/22_curve_emergence.sql)"]
    rows = [
        (name, f"{contestants[name][0]:,}", f"{curves_per_second:,.0f}", f"{ours / curves_per_second:.1f}")
        for name, curves_per_second in pace.items()
    ]
    _print_table(f"E on {title}", ("contestant", "curves", "curves/s", "SQL is faster by"), rows)


def _rounds(contestants: dict[str, Callable[[], object]], title: str) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    steps = [(number, name) for number in range(ROUNDS + 1) for name in contestants]
    for number, name in tqdm(steps, desc=title, delay=1, leave=False, disable=None):
        started = time.perf_counter()
        contestants[name]()
        if number > 0:  # the first round warms up
            seconds[name].append(time.perf_counter() - started)
    return seconds


MEMORY_CHILD = """
import json, resource, sys
import duckdb
from pathlib import Path
from pipeline import bench
from pipeline.settings import Settings
connection = duckdb.connect()
connection.execute("create table curve_points as from read_parquet(?)", [sys.argv[1]])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
bench.by_sql(connection, Settings())
print(json.dumps([before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def _bench_memory(settings: Settings) -> None:
    """Peak memory of a process that reads a million curves from Parquet and scores them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "points.parquet"
        points = synthetic_points()  # noqa: F841 - read by the query below
        with duckdb.connect() as connection:
            connection.execute(f"copy (from points) to '{path}' (format parquet)")
        output = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", MEMORY_CHILD, str(path)],
            cwd=settings.root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    before, peak = (kilobytes / 1024 for kilobytes in json.loads(output))
    rows = [("curves loaded", f"{before:,.0f}"), ("curves scored", f"{peak:,.0f}")]
    _print_table(f"Peak memory, {SYNTHETIC_CURVES:,} curves in a process of their own", ("when", "MiB"), rows)


def _bench_report(settings: Settings) -> None:
    """Seconds of each stage as make runs it, scores present, beside the import of its libraries alone."""
    stages = ("fetch", "load", "score", "sharpness", "analyse", "report")
    with tempfile.TemporaryDirectory() as folder:
        # A copy, so that neither the database nor the results of this checkout are touched.
        for name in ("pipeline", "sql", "data/raw", "outputs/tables"):
            shutil.copytree(settings.root / name, Path(folder) / name)
        commands: dict[str, Sequence[str]] = {}
        for stage in stages:
            commands[stage] = [sys.executable, "-m", "pipeline", stage, "--source", settings.source]
            commands[f"{stage}, imports alone"] = [sys.executable, "-c", f"import pipeline.{stage}"]

        def call(command: Sequence[str]) -> Callable[[], object]:
            return lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603

        seconds = _rounds({name: call(command) for name, command in commands.items()}, "a warm report")
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    rows = [(stage, f"{medians[stage]:.2f}", f"{medians[f'{stage}, imports alone']:.2f}") for stage in stages]
    total = sum(medians[stage] for stage in stages)
    imports = sum(medians[f"{stage}, imports alone"] for stage in stages)
    rows.append(("all stages", f"{total:.2f}", f"{imports:.2f}"))
    _print_table("A warm report, scores present", ("stage", "seconds", "of which imports"), rows)


def _print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    print(title)
    for row in (header, *rows):
        first, *others = (
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  " + "  ".join([first, *others]))
    print()
