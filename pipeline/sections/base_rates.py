"""How much of the share of the two metrics is their share of everything."""

from matplotlib.figure import Figure

from pipeline.figures import Frame, draw_base_rates
from pipeline.sections.section import Query, Row, Section, on_published


def numbers(rows: Query) -> Row:
    """The shares of the two metrics among tasks, and how far the annotated tasks lean towards them."""
    odds = {
        row["is_emergent"]: row | {"all": row["two_metrics"] + row["other_metrics"]}
        for row in rows("from annotated_odds")
    }
    tests = rows("from annotated_tests order by statistic desc")
    by_name = {row["statistic"]: row for row in tests}
    [json_tasks] = rows("from task_base_rates where population = 'tasks: JSON'")
    return {
        "json_tasks": json_tasks,
        "emergent_json": odds[True],
        "other_json": odds[False],
        "tests": tests,
        "odds": by_name["odds ratio, conditional"],
        "fisher": by_name["Fisher's exact p, two-sided"],
    }


def draw(frame: Frame) -> Figure:
    """The share of the two metrics among curves."""
    return draw_base_rates(frame("from base_rates order by number"))


SECTION = Section(
    "How much of that is the base rate?", "base_rates", numbers, {"base_rates": draw}, belongs=on_published
)
