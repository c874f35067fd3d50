"""sql/curves/curve_emergence.sql against worked examples, a reference in Python, and the properties of E."""

import itertools
import math
import statistics

import duckdb
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline.core import database
from pipeline.core.settings import ROOT

SQL_FILE = ROOT / "sql" / "curves" / "curve_emergence.sql"
QUERY = SQL_FILE.read_text(encoding="utf-8")
INF, NAN = math.inf, math.nan
# One for all examples: to open a database takes longer than to score a curve.
CONNECTION = duckdb.connect()
POINTS = """
create or replace table curve_points as
select
    unnest(?::integer[]) as curve_id,
    unnest(?::integer[]) as position,
    unnest(?::double[]) as score
"""


def emergence(*curves: list[float]) -> list[tuple]:
    """(emergence_score, status, span, median_step, turns_on_ties) of each curve, computed in SQL."""
    return emergence_of_points([(c, i, y) for c, curve in enumerate(curves) for i, y in enumerate(curve)])


def emergence_of_points(points: list[tuple[int, int, float]]) -> list[tuple]:
    """The same, of points (curve, position, score) in the order in which the table is to hold them."""
    CONNECTION.execute(POINTS, [list(column) for column in zip(*points, strict=True)])
    return CONNECTION.execute(
        f"select emergence_score, status, span, median_step, turns_on_ties from ({QUERY}) order by curve_id"
    ).fetchall()


def reference(y: list[float]) -> tuple[float | None, str]:
    if len(y) == 1:
        return None, "single"
    if not all(map(math.isfinite, y)):
        return None, "invalid"
    if max(y) == min(y):
        return None, "flat"
    direction = math.copysign(1, y.index(max(y)) - y.index(min(y)))
    median = statistics.median((b - a) * (b - a) for a, b in itertools.pairwise(y))
    if median == 0:
        return direction * INF, "infinite"
    return direction * (max(y) - min(y)) / math.sqrt(median), "finite"


@pytest.mark.parametrize(
    ("curve", "score", "status"),
    [
        ([3.0], None, "single"),
        ([1.0, 1.0, 1.0], None, "flat"),
        ([0.0, -0.0], None, "flat"),
        ([0.0, NAN, 1.0], None, "invalid"),
        ([NAN], None, "single"),
        ([0.0, INF], None, "invalid"),
        ([-INF, -INF], None, "invalid"),
        ([0.0, 5.0], 1.0, "finite"),
        ([5.0, 0.0], -1.0, "finite"),
        ([1.0, 2.0, 3.0], 2.0, "finite"),
        ([0.0, 1.0, 2.0, 3.0, 9.0], 9.0, "finite"),
        ([0.0, 0.0, 0.0, 1.0], INF, "infinite"),
        ([1.0, 1.0, 1.0, 0.0], -INF, "infinite"),
        # Two zero steps of four: the median is between 0 and 1, so this is finite.
        ([0.0, 0.0, 1.0, 0.0, 0.0], math.sqrt(2), "finite"),
    ],
)
def test_worked_examples(curve, score, status):
    [(found, found_status, *_)] = emergence(curve)
    assert found_status == status
    assert found is None if score is None else found == pytest.approx(score, rel=1e-15)


def test_span_and_median_step_are_exact():
    [(_, _, span, median_step, _)] = emergence([0.0, 1.0, 1.0, 5.0])
    assert (span, median_step) == (5.0, 1.0)


def test_first_of_ties_counts_and_the_turn_is_noted():
    rising_blip, falling, plain = emergence([0, 0, 0, 1, 0, 0], [1, 0, 0, 0, 0, 1], [0, 0, 0, 0, 1])
    assert (rising_blip[0], rising_blip[4]) == (INF, True)
    assert (falling[0], falling[4]) == (-INF, True)
    assert (plain[0], plain[4]) == (INF, False)


# A coarse grid makes ties, flat curves and zero steps common, as they are in real scores.
scores = st.one_of(st.integers(0, 3).map(float), st.sampled_from([NAN, INF, -INF]), st.floats(-100, 100, width=32))
curves = st.lists(scores, min_size=1, max_size=12)
tidy_curves = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=12)


@given(st.lists(curves, min_size=1, max_size=30))
@example([[0.0, 0.0, 1.0, 0.0, 0.0]])
def test_sql_equals_the_reference(many):
    for (score, status, *_), curve in zip(emergence(*many), many, strict=True):
        expected, expected_status = reference(curve)
        assert status == expected_status
        assert score == expected


@given(tidy_curves, st.integers(1, 1000), st.integers(-1000, 1000))
def test_positive_affine_maps_leave_it_unchanged(curve, factor, shift):
    plain, mapped = emergence(curve, [factor * y + shift for y in curve])
    assert mapped[1] == plain[1]
    assert (mapped[0] is plain[0] is None) or mapped[0] == pytest.approx(plain[0], rel=1e-12)


@given(tidy_curves)
def test_reversing_turns_the_sign_where_nothing_ties(curve):
    assume(curve.count(max(curve)) == 1 and curve.count(min(curve)) == 1)
    forward, backward = emergence(curve, curve[::-1])
    assert backward[0] == -forward[0]
    assert not forward[4]


@given(tidy_curves, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(curve, random):
    points = [(0, position, score) for position, score in enumerate(curve)]
    random.shuffle(points)
    assert emergence_of_points(points) == emergence(curve)


@given(st.lists(st.integers(-50, 50).map(float), min_size=3, max_size=3))
def test_three_scales_cap_it_at_two(curve):
    [(score, status, *_)] = emergence(curve)
    assert status != "infinite"
    assert score is None or 1 - 1e-12 <= abs(score) <= 2 + 1e-12


def test_the_table_is_named_by_its_file():
    expected = emergence([0.0, 5.0])
    database.build_table(CONNECTION, SQL_FILE)
    table = CONNECTION.execute(
        "select emergence_score, status, span, median_step, turns_on_ties from curve_emergence"
    ).fetchall()
    assert table == expected
