"""E and the conventions on arrays: by hand, and the same as the SQL that makes every exported number."""

import math

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.core import database
from pipeline.core.emergence import emergence_score, is_emergent
from pipeline.core.settings import ROOT
from tests import oracle

CONVENTIONS = [(is_absolute, keeps_infinite) for is_absolute in (True, False) for keeps_infinite in (True, False)]
THRESHOLD = 3.0
# One table of values by convention, as sql/studies/conventions/convention_values.sql makes them.
VALUES = """
select
    curve_id,
    status,
    emergence_score,
    coalesce(convention_value(status, emergence_score, ?, ?) > ?, false) as is_emergent
from curve_emergence
order by curve_id
"""


@pytest.mark.parametrize(
    ("curve", "score"),
    [
        ([0, 5], 1.0),
        ([5, 0], -1.0),
        ([0, 1, 2, 3, 9], 9.0),
        ([0, 1, 1, 5], 5.0),
        # Two zero steps of four: the median is between 0 and 1.
        ([0, 0, 1, 0, 0], math.sqrt(2)),
        ([0, 0, 0, 1], math.inf),
        ([1, 1, 1, 0], -math.inf),
        # The first of tied extremes counts.
        ([0, 0, 0, 1, 0, 0], math.inf),
        ([1, 0, 0, 0, 0, 1], -math.inf),
        ([3, 3, 3], 0.0),
    ],
)
@pytest.mark.parametrize("kind", [float, np.int32])
def test_worked_examples(curve, score, kind):
    assert emergence_score(np.array(curve, kind)) == pytest.approx(score)


def test_conventions_by_hand():
    scores = np.array([150.0, -150, np.inf, -np.inf, 3, 0])
    told = {
        (True, False): [1, 1, 0, 0, 0, 0],
        (False, False): [1, 0, 0, 0, 0, 0],
        (True, True): [1, 1, 1, 1, 0, 0],
        (False, True): [1, 0, 1, 0, 0, 0],
    }
    for (is_absolute, keeps_infinite), expected in told.items():
        found = is_emergent(scores, 100.0, is_absolute=is_absolute, keeps_infinite=keeps_infinite)
        assert found.astype(int).tolist() == expected


def test_curves_lie_along_the_last_axis():
    many = np.random.default_rng(1).integers(0, 4, (2, 3, 7))
    found = emergence_score(many)
    assert found.shape == (2, 3)
    assert found[1, 2] == emergence_score(many[1, 2])


# A coarse grid makes ties, flat curves and zero steps common, as they are in real scores.
counts = st.lists(st.integers(0, 4), min_size=2, max_size=12)
small_counts = st.integers(2, 12).flatmap(lambda n: st.lists(st.integers(0, n), min_size=2, max_size=12))
long_steps = st.lists(st.integers(0, 100_000), min_size=2, max_size=12)
proportions = st.lists(st.floats(-100, 100, width=32), min_size=2, max_size=12)
curves = st.lists(st.one_of(counts, small_counts, long_steps, proportions), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def in_sql():
    """A function from curves to (status, score, whether it is emergent) of each, under one convention."""
    with duckdb.connect() as connection:
        connection.execute((ROOT / "sql" / "macros" / "convention_value.sql").read_text(encoding="utf-8"))

        def scored(many, is_absolute, keeps_infinite):
            points = pd.DataFrame(
                [(curve_id, place, float(y)) for curve_id, curve in enumerate(many) for place, y in enumerate(curve)],
                columns=["curve_id", "position", "score"],
            )
            database.make_table(connection, "curve_points", points)
            database.build_table(connection, ROOT / "sql" / "curves" / "curve_emergence.sql")
            rows = connection.execute(VALUES, [is_absolute, keeps_infinite, THRESHOLD]).fetchall()
            return [(status, score, is_over) for _, status, score, is_over in rows]

        yield scored


@settings(deadline=None)
@given(curves, st.sampled_from(CONVENTIONS))
@example([[0, 0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0, 0, 1], [2, 2]], (True, True))
@example([[0, 1, 4], [4, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]], (False, False))
def test_arrays_and_sql_agree(in_sql, many, convention):
    is_absolute, keeps_infinite = convention
    for curve, (status, in_table, is_over) in zip(many, in_sql(many, *convention), strict=True):
        scores = [np.array(curve, float)]
        if all(isinstance(score, int) for score in curve):
            scores.append(np.array(curve, np.int32))
        for one in scores:
            found = emergence_score(one)
            assert status == oracle.status(curve)
            assert found == pytest.approx(0.0 if status == "flat" else in_table, rel=1e-12)
            # Flat curves count as 0 in all.
            told = is_emergent(found, THRESHOLD, is_absolute=is_absolute, keeps_infinite=keeps_infinite)
            if found != pytest.approx(THRESHOLD) and found != pytest.approx(-THRESHOLD):
                assert bool(told) == is_over
        if status != "flat":
            assert in_table == pytest.approx(oracle.emergence_score(curve), rel=1e-12)
