"""Who the infinite curves are."""

from matplotlib.figure import Figure

from pipeline.figures import Frame, draw_infinite
from pipeline.sections.section import Query, Row, Section


def numbers(rows: Query) -> Row:
    """The infinite curves by number of test examples and by task, and what ties do to their signs."""
    by_n_test = rows("from by_n_test order by number")
    ties = rows("from ties order by status")
    top_tasks = rows("from infinite_by_task order by infinite desc, task limit 3")
    none: Row = {"share_of_infinite": 0.0, "infinite": 0, "curves": 0, "smallest_n_test": None, "largest_n_test": None}
    known = [row for row in by_n_test if row["number"] in (2, 3, 4)]
    return {
        "by_n_test": by_n_test,
        "few": next((row for row in by_n_test if row["number"] == 1), none),
        "end_worst": sum(row["end_worst"] for row in by_n_test),
        "blips": sum(row["blips"] for row in by_n_test),
        "many": {
            "curves": sum(row["curves"] for row in known),
            "infinite": sum(row["infinite"] for row in known),
        },
        "top_tasks": top_tasks,
        "top_tasks_share": sum(row["share_of_infinite"] for row in top_tasks),
        "ties": ties,
        "ties_total": sum(row["turn_on_ties"] for row in ties),
        "ties_emergent_first": sum(row["emergent_by_first"] for row in ties),
        "ties_emergent_last": sum(row["emergent_by_last"] for row in ties),
    }


def draw(frame: Frame) -> Figure:
    """Statuses by number of test examples, and the tasks with most infinite curves."""
    return draw_infinite(
        frame("from by_n_test order by number"), frame("from infinite_by_task order by infinite desc, task")
    )


SECTION = Section("Who are the infinite curves?", "infinite", numbers, {"infinite": draw})
