"""Resolution: which curves are infinite, and on how many test examples are they scored?"""

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table
from pipeline.studies.resolution.figures import draw_infinite


def numbers(_: Run, rows: Query) -> Row:
    """The infinite curves by n_test and by task, what ties do to their signs, and how n_test is known."""
    has_cells = has_table(rows, "n_test_cells")
    return {
        "infinite": rows("from infinite_overview")[0],
        "emergent_shapes": rows("from emergent_shapes where convention = 'with_infinite'")[0],
        "by_n_test": rows("from by_n_test order by number"),
        "top_tasks": rows("from infinite_by_task order by infinite desc, task limit 3"),
        "ties": rows("from ties order by status"),
        "n_test_cells": rows("from n_test_cells order by outcome") if has_cells else [],
        "n_test": rows("from n_test_overview")[0] if has_cells else None,
    }


def draw(frame: Frame) -> Figure:
    """Statuses by number of test examples, and the tasks with most infinite curves."""
    return draw_infinite(
        frame("from by_n_test order by number"), frame("from infinite_by_task order by infinite desc, task")
    )


STUDY = Study(
    "resolution",
    "Which curves have an infinite score?",
    numbers,
    {"infinite": draw},
    tables=("infinite_overview", "emergent_shapes", "infinite_by_task", "by_n_test", "ties"),
    sometimes=("n_test_overview", "n_test_cells", "n_test_disagreements"),
)
