"""The specification curve: small tables counted by hand, and the published choice against the published reading."""

import pandas as pd
import pytest

from pipeline import database
from pipeline.figures_drivers import draw_specifications
from pipeline.settings import ROOT

BASE = {"task": "t", "subtask": "t", "metric": "bleu", "shots": 0, "family": "GPT", "is_aggregate": False}
BASE |= {"n_scales": 8, "n_test": None, "status": "finite", "value": 5.0}


@pytest.fixture
def build(connection):
    """The specification curve of curves that differ from BASE as said, under one reading."""
    connection.execute("set variable threshold = 100.0")
    connection.execute("create table seed_readings as select 'published' as reading")

    def make(*changes):
        made = pd.DataFrame([BASE | change for change in changes]).astype({"n_test": "Int64"})
        made["subtask"] = [f"s{number}" for number in range(len(made))]
        connection.execute("create or replace table emergence as from made")
        connection.execute(
            "create or replace table driver_curves as select *, family = 'BIG-G T=1' as is_copy from made"
        )
        connection.execute(
            "create or replace table reading_values as select *, 'published' as reading, value is not null as is_kept,"
            " metric = 'exact_str_match' as is_two_metrics from made"
        )
        for name in ("46_specification_curve", "47_specification_choices"):
            database.build_table(connection, ROOT / f"sql/{name}.sql")
        return connection

    return make


def one(connection, **choices):
    """(curves, emergent, under the two, share, set aside because) of one combination."""
    usual = {"threshold": 100.0, "families": "all", "shots": "all", "aggregates": "in", "min_scales": 1}
    usual |= {"min_n_test": "none"} | choices
    where = " and ".join(f"{name} = ?" for name in usual)
    [row] = connection.execute(
        "select curves, emergent, emergent_two_metrics, share_two_metrics, set_aside_because"
        f" from specification_curve where {where}",
        list(usual.values()),
    ).fetchall()
    return row


EXACT = {"metric": "exact_str_match"}


def test_counts_by_hand(build):
    connection = build(
        {"value": 150.0},
        EXACT | {"value": 200.0, "n_test": 20, "n_scales": 5},
        EXACT | {"value": 20.0, "n_test": 5, "shots": 1},
        {"value": 400.0, "is_aggregate": True, "family": "BIG-G T=0"},
        EXACT | {"value": 400.0, "n_test": 60, "family": "BIG-G T=1"},
        {"value": None, "status": "infinite"},
    )
    assert one(connection) == (5, 4, 2, 0.5, None)
    assert one(connection, threshold=10.0) == (5, 5, 3, 0.6, None)
    assert one(connection, threshold=300.0) == (5, 2, 1, 0.5, None)
    assert one(connection, aggregates="out") == (4, 3, 2, pytest.approx(2 / 3), None)
    assert one(connection, families="all, no T=1 copies") == (4, 3, 1, pytest.approx(1 / 3), None)
    assert one(connection, families="GPT") == (3, 2, 1, 0.5, None)
    assert one(connection, shots="0") == (4, 4, 2, 0.5, None)
    assert one(connection, min_scales=8) == (4, 3, 1, pytest.approx(1 / 3), None)
    assert one(connection, min_n_test="10") == (2, 2, 2, 1.0, None)
    assert one(connection, min_n_test="50") == (1, 1, 1, 1.0, None)
    assert one(connection, min_n_test="10 or unknown") == (4, 4, 2, 0.5, None)
    assert one(connection, min_n_test="50 or unknown") == (3, 3, 1, pytest.approx(1 / 3), None)


def test_what_has_no_share_is_set_aside_with_its_reason(build):
    connection = build({}, {"n_scales": 3, "value": 2.0, "family": "PaLM"}, {"shots": 1, "value": None})
    assert one(connection)[3:] == (None, "none of the curves left is emergent")
    assert one(connection, families="PaLM")[4] == "only curves of fewer than four scales are left: |E| is at most 2"
    assert one(connection, shots="1")[4] == "no curve is left"


def test_combinations_that_select_the_same_curves_are_told(build):
    connection = build({"value": 150.0})
    counted = connection.execute(
        "select threshold, count(*) filter (where not is_repeat and curves > 0) from specification_curve group by 1"
    ).fetchall()
    # A single curve: whatever selects it is one specification, and the plainest combination stands for it.
    assert {number for _, number in counted} == {1}
    [published] = connection.execute(
        "select families, shots, is_repeat from specification_curve where choices_changed = 0"
    ).fetchall()
    assert published == ("all", "all", False)


def test_shots_that_are_not_known_are_nobodys_choice(build):
    connection = build({"shots": -1}, {"shots": 0})
    assert connection.execute("select distinct shots from specification_curve order by 1").fetchall() == [
        ("0",),
        ("all",),
    ]


def test_a_threshold_of_ones_own_is_among_the_choices(build, connection):
    connection.execute("set variable threshold = 7.0")
    build({"value": 8.0})
    assert one(connection, threshold=7.0)[1] == 1
    [(threshold,)] = connection.execute(
        "select threshold from specification_curve where choices_changed = 0"
    ).fetchall()
    assert threshold == 7.0


def test_a_choice_that_decides_alone_holds_all_of_the_variance(build):
    connection = build(EXACT | {"value": 500.0, "shots": 0}, {"value": 500.0, "shots": 1})
    connection.execute("delete from specification_curve where shots = 'all'")
    database.build_table(connection, ROOT / "sql/47_specification_choices.sql")
    found = {
        choice: (variance, moved)
        for choice, variance, moved in connection.execute(
            "select distinct choice, variance_share, median_moved from specification_choices"
        ).fetchall()
    }
    assert found["shots"] == pytest.approx((1.0, 1.0))
    assert found["threshold"] == pytest.approx((0.0, 0.0))
    assert found["families"] == pytest.approx((0.0, 0.0))


def test_the_published_choice_gives_the_published_readings_numbers(real):
    [row] = real.execute(
        "select reading, threshold, curves, emergent, emergent_two_metrics, share_two_metrics, base_share_two_metrics"
        " from specification_curve where choices_changed = 0"
    ).fetchall()
    [reading] = real.execute(
        "select reading, threshold, curves, emergent, emergent_two_metrics, share_two_metrics, base_share_two_metrics"
        " from readings where reading = 'published' and threshold = 100"
    ).fetchall()
    assert row == reading


def test_every_reading_and_threshold_agrees_with_the_table_of_readings(real):
    [(compared, agree)] = real.execute(
        "select count(*), count(*) filter (where spec.emergent = readings.emergent and spec.emergent_two_metrics ="
        " readings.emergent_two_metrics) from specification_curve as spec"
        " inner join readings using (reading, threshold)"
        " where families = 'all' and shots = 'all' and aggregates = 'in' and min_scales = 1 and min_n_test = 'none'"
    ).fetchall()
    assert compared == agree == 12


def test_tied_estimates_are_drawn_in_the_same_order_whatever_the_order_of_rows(build):
    connection = build(EXACT | {"value": 500.0}, {"value": 500.0, "shots": 1})
    frame = connection.execute("from specification_curve where emergent > 0").df()
    first, second = (
        draw_specifications(rows, "share_two_metrics", 0.92) for rows in (frame, frame.sample(frac=1, random_state=3))
    )
    offsets = [figure.axes[0].collections[0].get_offsets().tolist() for figure in (first, second)]
    assert offsets[0] == offsets[1]
    meshes = [figure.axes[1].collections[0].get_array().tolist() for figure in (first, second)]
    assert meshes[0] == meshes[1]
