"""How does the answer depend on the convention and the threshold?"""

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, on_bigbench
from pipeline.studies.conventions.figures import draw_conventions

TABLE = (
    "select conventions.* from conventions inner join seed_conventions using (convention)"
    " order by keeps_infinite, is_absolute desc, threshold"
)


COLUMNS = {
    "convention": "convention",
    "threshold": "threshold",
    "emergent": "emergent curves",
    "tasks_with_emergent": "tasks",
    "metrics_with_emergent": "metrics",
}
# The published claim is about two metrics of BIG-bench: elsewhere their share says nothing.
OF_TWO_METRICS = {
    "emergent_two_metrics": "under the two",
    "share_two_metrics": "share of the two",
    "base_share_two_metrics": "among kept curves",
}


def numbers(run: Run, rows: Query) -> Row:
    """The conventions over a range of thresholds, and how far the share of the two metrics moves."""
    return {
        "chosen": {row["convention"]: row for row in rows("from chosen_conventions")},
        "conventions_table": rows(TABLE),
        "conventions_columns": COLUMNS | (OF_TWO_METRICS if run.is_bigbench else {}),
        "range": rows("from convention_range")[0],
        "base": {row["population"].removeprefix("curves: "): row for row in rows("from base_rates")},
    }


def draw(frame: Frame) -> Figure:
    """Share of the two metrics and number of emergent curves, by convention and threshold."""
    (options,) = frame("from options").to_dict("records")
    claim = frame("from seed_published_claims where starts_with(claim, 'Figure 5C')")["published"][0]
    return draw_conventions(frame(TABLE), options["threshold"], float(claim) if options["is_bigbench"] else None)


STUDY = Study(
    "conventions",
    "How does the answer depend on the convention and the threshold?",
    numbers,
    {"conventions": draw},
    tables=("by_metric", "conventions", "chosen_conventions", "convention_range", "base_rates"),
    told=on_bigbench,
)
