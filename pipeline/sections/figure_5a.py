"""Figure 5A: the largest emergence scores by metric, beside the published ones."""

from matplotlib.figure import Figure

from pipeline.figures import Frame, draw_figure_5a
from pipeline.sections.section import Query, Row, Section, on_published


def numbers(rows: Query) -> Row:
    """How many of the published maxima are matched, and by which readings."""
    maxima = rows("from reproduction where starts_with(claim, 'Figure 5A: largest score under ')")
    whole_figure = rows("from reproduction where starts_with(claim, 'Figure 5A')")
    fit = {row["reading"]: row["maxima_matched"] for row in rows("from reading_fit")}
    return {
        "maxima": len(maxima),
        "maxima_agree": sum(row["agrees"] for row in maxima),
        "figure_5a_agrees": all(row["agrees"] for row in whole_figure),
        "maxima_matched": fit,
    }


def draw(frame: Frame) -> Figure | None:
    """Every curve by metric, with the published maxima."""
    return draw_figure_5a(
        frame("select metric, value from reading_values where reading = 'published' and is_kept order by all"),
        frame("from seed_published_maxima order by metric"),
        float(frame("from options")["threshold"][0]),
    )


SECTION = Section(
    "Is the published Figure 5A reproduced?", "figure_5a", numbers, {"figure_5a": draw}, belongs=on_published
)
