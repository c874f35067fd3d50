"""The paper's model: sharp under some metrics, smooth under others, from the same power law."""

import duckdb
import pandas as pd
from matplotlib.figure import Figure

from pipeline.core import database
from pipeline.core.study import Frame, Query, Row, Run, Study, has_table, on_default_run
from pipeline.studies.theory.figures import draw_figure_2, draw_figure_3, draw_figure_4
from pipeline.studies.theory.predictions import verdicts
from pipeline.studies.theory.stage import MADE_BY

# Figures have names, which a CSV file does not tell from numbers.
CURVES = "select * replace (figure::varchar as figure) from theory_curves"


def absence(_: Run, rows: Query) -> str:
    """Why there is nothing to say."""
    return "" if has_table(rows, "predictions") else "its tables are missing. To make them: `make mirage`"


def numbers(_: Run, rows: Query) -> Row:
    """The emergence scores of the drawn curves, and how many comparisons of the three predictions hold."""
    curves = rows("select grid, metric, length, emergence_score from theory_curves where figure = 2 order by all")
    return {
        "model_scores": {row["metric"]: row["emergence_score"] for row in curves if row["grid"] == "BIG-G"},
        "accuracy_on": {row["grid"]: row["emergence_score"] for row in curves if row["metric"] == "accuracy"},
        "predictions": rows("from predictions_overview order by prediction"),
    }


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """Count the comparisons that hold; nothing where the committed table is missing."""
    if not database.has_table(connection, "predictions"):
        return {}
    return {"predictions_overview": verdicts(connection.execute("from predictions").df())}


def draw_2(frame: Frame) -> Figure:
    """One smooth model under six metrics."""
    return draw_figure_2(frame(CURVES))


def draw_3(frame: Frame) -> Figure:
    """Accuracy and token edit distance by target length."""
    return draw_figure_3(frame(CURVES), frame("from arithmetic"))


def draw_4(frame: Frame) -> Figure:
    """Accuracy at three test sizes."""
    return draw_figure_4(frame("from arithmetic"))


STUDY = Study(
    "theory",
    "Can smooth models look emergent? The paper's model",
    numbers,
    {"figure_2": draw_2, "figure_3": draw_3, "figure_4": draw_4},
    sometimes=("predictions_overview",),
    tool=("mirage", *MADE_BY),
    committed=("theory_curves", "arithmetic", "predictions"),
    compute=compute,
    absence=absence,
    belongs=on_default_run,
)
