"""The contestants of `make bench` compute the same thing: a race between different sums would tell nothing."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from pipeline.core.settings import Settings
from tests.benchmarks import __main__, timing
from tests.benchmarks import curve_tests as bench_curve_tests
from tests.benchmarks import emergence as bench


def test_all_contestants_agree():
    points = bench.synthetic_points(curves=300)
    with duckdb.connect() as connection:
        connection.execute(f"create table curve_points ({bench.POINTS})")
        connection.execute("insert into curve_points select curve_id, position, score from points")
        bench.by_sql(connection, Settings())
        rows = connection.execute("select emergence_score from curve_emergence order by curve_id").fetchall()
    ours = np.array([np.nan if score is None else score for (score,) in rows])
    assert np.isfinite(ours).sum() > 250
    assert bench.by_arrays(points) == pytest.approx(ours, rel=1e-12, nan_ok=True)
    assert bench.by_numpy_loop(points) == pytest.approx(ours, rel=1e-12, nan_ok=True)
    assert bench.by_pandas_arrays(points).to_numpy() == pytest.approx(ours, rel=1e-12, nan_ok=True)
    finite = np.isfinite(ours)
    assert bench.by_pandas_series(points).to_numpy()[finite] == pytest.approx(ours[finite], rel=1e-12)


def test_synthetic_points_are_the_same_again():
    assert bench.synthetic_points(curves=10).equals(bench.synthetic_points(curves=10))


def test_every_bench_is_run():
    folder = Path(__main__.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if "\ndef run(" in path.read_text()}
    # That of the load needs the tree that score_files rebuilds, and is run by it.
    assert set(__main__.BENCHES) == modules - {"load"}


def test_the_machine_has_a_name():
    assert "cores" in timing.machine()


@pytest.mark.usefixtures("kernels")
def test_all_ways_to_a_likelihood_ratio_agree():
    counts, design = bench_curve_tests.made_up(12)
    ours = bench_curve_tests.by_kernel(counts, design)
    assert ours == pytest.approx(bench_curve_tests.by_statsmodels(counts, design), abs=1e-4)
    assert ours == pytest.approx(bench_curve_tests.by_scipy(counts, design), abs=1e-4)
