"""Which metrics do the tasks use that people called emergent, and how much of that is the base rate?"""

import duckdb
import pandas as pd
from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, on_published
from pipeline.studies.annotations.compute import association
from pipeline.studies.annotations.figures import draw_base_rates, draw_figure_5bc


def numbers(_: Run, rows: Query) -> Row:
    """The annotated tasks by metric, the share of the two metrics among tasks and curves, and the tests."""
    tests = rows("from annotated_tests order by statistic desc")
    return {
        "annotated": rows("from annotated order by tasks desc, metric"),
        "tasks": {row["population"].removeprefix("tasks: "): row for row in rows("from task_base_rates")},
        "among": {row["population"].removeprefix("curves: "): row for row in rows("from base_rates")},
        "tests": tests,
        "test": {row["statistic"]: row for row in tests},
    }


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """Test whether annotated tasks lean towards the two metrics."""
    odds = connection.execute("from annotated_odds order by is_emergent desc").df()
    return {"annotated_tests": association(odds[["two_metrics", "other_metrics"]].to_numpy())}


def draw_annotated(frame: Frame) -> Figure:
    """Annotated tasks by metric, and the share of the two among tasks."""
    return draw_figure_5bc(
        frame("from annotated order by tasks desc, metric"),
        frame("from task_base_rates order by number"),
        frame("from seed_two_metrics")["metric"].tolist(),
    )


def draw_rates(frame: Frame) -> Figure:
    """The share of the two metrics among curves."""
    return draw_base_rates(frame("from base_rates order by number"))


STUDY = Study(
    "annotations",
    "Which metrics do the tasks use that people called emergent?",
    numbers,
    {"figure_5bc": draw_annotated, "base_rates": draw_rates},
    tables=("annotated", "annotated_odds", "annotated_tests", "task_base_rates"),
    compute=compute,
    belongs=on_published,
)
