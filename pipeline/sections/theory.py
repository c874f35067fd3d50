"""The paper's model: sharp under some metrics, smooth under others, from the same power law."""

from pipeline.predictions import CLAIMS
from pipeline.sections.section import Query, Row, Run, Section, has_table, on_default_run


def absence(_: Run, rows: Query) -> str:
    """Why there is nothing to say."""
    return "" if has_table(rows, "predictions") else "its tables are missing. To make them: `make mirage`"


def numbers(rows: Query) -> Row:
    """The emergence scores of the drawn curves, and the verdicts on the three predictions."""
    curves = rows(
        "select metric, length, emergence_score from theory_curves where figure = 2 and grid = 'BIG-G' order by all"
    )
    verdicts = rows(
        "select prediction, count(*) as comparisons, count(*) filter (where holds) as hold from predictions"
        " group by prediction order by prediction"
    )
    return {
        "model_scores": {row["metric"]: row["emergence_score"] for row in curves},
        "predictions": [row | {"claim": CLAIMS[row["prediction"]]} for row in verdicts],
    }


SECTION = Section(
    "Can smooth models look emergent? The paper's model", "theory", numbers, absence=absence, belongs=on_default_run
)
