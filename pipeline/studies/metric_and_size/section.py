"""Is it the metric or the size of the test set that goes with being emergent?"""

import duckdb
import pandas as pd

from pipeline.core.study import Query, Row, Run, Study, on_bigbench
from pipeline.studies.metric_and_size.compute import FEWEST_EFFECTIVE, FEWEST_TASKS, UNIDENTIFIED, regress

CURVES = "from regressed_curves order by curve_id"
ODDS = "from metric_and_size order by term, verdict <> 'reference', starts_with(verdict, 'left out'), level"
CELLS = "from metric_by_n_test inner join seed_n_test_classes using (n_test_class) order by number, metric_class"


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """The odds ratios of metric and number of test examples."""
    return {"metric_and_size": regress(connection.execute(CURVES).df())}


def absence(_: Run, rows: Query) -> str:
    """Why no odds ratio can be given."""
    if rows("from metric_and_size where odds_ratio is not null limit 1"):
        return ""
    [size] = rows("from metric_and_size where term = 'n_test'")
    if not size["curves"]:
        return "no curve of a single subtask has both a known n_test and four or more scales"
    return (
        f"{size['verdict'].removeprefix('not fitted: ')}. With infinite scores kept, {size['emergent']} of "
        f"{size['curves']} curves with a known n_test and four or more scales are emergent, from "
        f"{size['tasks_with_emergent']} of {size['tasks']} tasks"
    )


def numbers(_: Run, rows: Query) -> Row:
    """The odds ratios, and the curves that they rest on by metric and number of test examples."""
    odds, cells = rows(ODDS), rows(CELLS)
    return {
        "odds": odds,
        "odds_of_size": next(row for row in odds if row["term"] == "n_test"),
        "odds_reference": next((row for row in odds if row["verdict"] == "reference"), None),
        "odds_estimated": [row for row in odds if row["odds_ratio"] is not None],
        "odds_open": [row for row in odds if row["verdict"] == UNIDENTIFIED],
        "fewest_tasks": FEWEST_TASKS,
        "fewest_effective": FEWEST_EFFECTIVE,
        "metric_by_n_test": cells,
        "smallest_tests": [row for row in cells if row["number"] == cells[0]["number"]],
    }


STUDY = Study(
    "metric_and_size",
    "Is it the metric or the size of the test set?",
    numbers,
    tables=("metric_and_size", "metric_by_n_test"),
    compute=compute,
    absence=absence,
    told=on_bigbench,
)
