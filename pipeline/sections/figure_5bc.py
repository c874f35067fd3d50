"""Figures 5B and 5C: the metrics of the tasks that people called emergent."""

from matplotlib.figure import Figure

from pipeline.figures import Frame, draw_figure_5bc
from pipeline.sections.section import Query, Row, Section, on_published


def numbers(rows: Query) -> Row:
    """The annotated tasks by metric, and the share of the two."""
    [population] = rows("from task_base_rates where population = 'tasks: annotated as emergent'")
    return {
        "annotated": rows("from annotated order by tasks desc, metric"),
        "annotated_total": population["members"],
        "annotated_two": population["two_metrics"],
        "annotated_share": population["share"],
    }


def draw(frame: Frame) -> Figure:
    """Annotated tasks by metric, and the share of the two among tasks."""
    return draw_figure_5bc(
        frame("from annotated order by tasks desc, metric"),
        frame("from task_base_rates order by number"),
        frame("from seed_two_metrics")["metric"].tolist(),
    )


SECTION = Section(
    "Which metrics do the tasks use that people called emergent?",
    "figure_5bc",
    numbers,
    {"figure_5bc": draw},
    belongs=on_published,
)
