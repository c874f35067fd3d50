"""What do smooth worlds give: how many curves would be E-emergent if every ability grew smoothly?"""

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, without_tests
from pipeline.curve_tests.worlds import SHARED
from pipeline.studies.smooth_worlds.figures import draw_scenarios

OVERVIEW = "from scenario_overview where convention = 'with_infinite' order by place"


def numbers(_: Run, rows: Query) -> Row:
    """Observed and expected counts by scenario, and what was estimated for the scenarios."""
    scenarios = rows(OVERVIEW)
    by_convention = {row["convention"]: row for row in rows("from scenario_range")}
    return {
        "worlds": by_convention.get("with_infinite"),
        "worlds_published": by_convention.get("published"),
        "world_scenarios": [
            row | {"low_share": row["share_low"], "high_share": row["share_high"]} for row in scenarios
        ],
        "plausible_names": [row["scenario"] for row in scenarios if not row["is_ruled_out"]],
        "largest_r": SHARED[-1],
        "world_strata": next(iter(rows("from strata_overview")), None),
        "temperatures": {row["temperature"]: row for row in rows("from temperatures")},
    }


def draw(frame: Frame) -> Figure | None:
    """Observed against expected counts, by scenario and by group."""
    if not len(frame("from information_schema.tables where table_name = 'scenario_overview'")):
        return None
    return draw_scenarios(
        frame(OVERVIEW),
        frame("from scenario_groups where n_test_class <> 'all' order by observed desc, metric, n_test_class limit 8"),
    )


def absence(run: Run, rows: Query) -> str:
    """Why the chapter is left out, where it is."""
    reason = without_tests("scenario_overview", run, rows)
    if reason or run.is_bigbench or any(row["observed"] for row in rows(OVERVIEW)):
        return reason
    return "no tested proportion is E-emergent"


STUDY = Study(
    "smooth_worlds",
    "What do smooth worlds give?",
    numbers,
    {"scenarios": draw},
    sometimes=(
        "strata",
        "scenario_counts",
        "scenario_checks",
        "scenario_overview",
        "scenario_range",
        "scenario_groups",
        "temperatures",
        "strata_overview",
    ),
    absence=absence,
)
