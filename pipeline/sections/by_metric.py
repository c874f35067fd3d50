"""Which metrics have emergent curves."""

from matplotlib.figure import Figure

from pipeline.figures import Frame, draw_figure_5a
from pipeline.sections.section import Query, Row, Section, elsewhere


def numbers(rows: Query) -> Row:
    """The metrics under the published reading."""
    return {"by_metric": rows("from by_metric where reading = 'published' order by maximum desc nulls last, metric")}


def draw(frame: Frame) -> Figure | None:
    """Every curve by metric."""
    return draw_figure_5a(
        frame("select metric, value from reading_values where reading = 'published' and is_kept order by all"),
        frame("from seed_published_maxima where false"),
        float(frame("from options")["threshold"][0]),
    )


SECTION = Section("Which metrics have emergent curves?", "by_metric", numbers, {"by_metric": draw}, belongs=elsewhere)
