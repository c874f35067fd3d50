"""From curve_tests to the benchmark: observed against expected emergence, shares, and what could not be tested.

Everything here is made from tables in the database and takes seconds, so that it follows THRESHOLD; the tests do not.
"""

import duckdb
import pandas as pd

from pipeline import database
from pipeline.sharpness import power
from pipeline.sharpness.observed import observed_expected, under
from pipeline.sharpness.shares import by_n, shares, untested
from pipeline.sharpness.source import KEY

TABLES = (
    "observed_expected",
    "sharpness_shares",
    "sharpness_by_n",
    "sharpness_published",
    "sharpness_untested",
    "calibration_verdicts",
)
PUBLISHED = (
    *KEY, "basis", "status", "is_tested", "n_scales", "n_test", "emergence_p", "steep_p", "steeper_p", "curvature_p",
    "break_p", "jump", "without_1_surprise",
)  # fmt: skip
CURVES = """
with

emergent_by as (
    select
        task,
        subtask,
        metric,
        shots,
        family,
        list(reading) filter (where is_emergent) as emergent_under
    from reading_values
    group by all
),

final as (
    select
        curve_tests.*,
        emergent_by.emergent_under,
        seed_annotations.category
    from curve_tests
    left join emergent_by using (task, subtask, metric, shots, family)
    left join seed_annotations using (task)
)

select * from final
order by task, subtask, metric, shots, family
"""


def build(connection: duckdb.DuckDBPyConnection, *, is_published: bool = True) -> None:
    """Make the tables of TABLES from curve_tests, reading_values and the seeds; none without a tested curve.

    Args:
        connection: the database, after `adopt_committed`.
        is_published: whether people's judgements of tasks are about these scores.
    """
    for name in TABLES:
        connection.execute(f"drop table if exists {name}")
    if not has_tests(connection):
        return
    curves = connection.execute(CURVES).df()
    if not is_published:
        curves["category"] = None
    readings = connection.execute("from seed_readings order by reading").df()
    names = list(readings["reading"])
    (threshold,) = connection.execute("select threshold from options").fetchall()[0]
    made = {
        "observed_expected": observed_expected(curves, readings, threshold),
        "sharpness_published": curves.loc[under(curves, "published"), list(PUBLISHED)],
        "sharpness_untested": untested(curves, names),
    }
    calibration = pd.DataFrame(columns=["world", "test", "n_class", "condition", "rejected_share"])
    if database.has_table(connection, "calibration"):
        calibration = connection.execute("from calibration").df()
        made["calibration_verdicts"] = power.verdicts(calibration)
    made |= {
        "sharpness_shares": shares(curves, names, calibration),
        "sharpness_by_n": by_n(curves, calibration),
    }
    for name, table in made.items():
        connection.register("made", table)
        connection.execute(f"create or replace table {name} as from made")
        connection.unregister("made")


def has_tests(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any curve of the database was tested."""
    return database.has_table(connection, "curve_tests") and bool(
        database.count(connection, "select count(*) from curve_tests where is_tested")
    )
