"""Is the published Figure 5A reproduced? For other scores: which metrics have emergent curves?"""

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study
from pipeline.studies.reproduction.figures import draw_figure_5a

VALUES = "select metric, value from convention_values where convention = 'published' and is_kept order by all"
BY_METRIC = "from by_metric where convention = 'published' order by maximum desc nulls last, metric"


def numbers(run: Run, rows: Query) -> Row:
    """The metrics under the published convention, and how many published numbers they give again."""
    found: Row = {"by_metric": rows(BY_METRIC)}
    if run.is_published:
        found |= {
            "reproduced": rows("from reproduction_overview")[0],
            "maxima_matched": {row["convention"]: row["maxima_matched"] for row in rows("from convention_fit")},
            "reproduction": rows("from reproduction order by starts_with(claim, 'Figure 5A: largest'), claim"),
        }
    return found


def draw(frame: Frame) -> Figure | None:
    """Every curve by metric, with the published maxima where the scores are those."""
    (options,) = frame("from options").to_dict("records")
    maxima = frame("from seed_published_maxima where ? order by metric", options["is_published"])
    return draw_figure_5a(frame(VALUES), maxima, options["threshold"])


STUDY = Study(
    "reproduction",
    "Is the published Figure 5A reproduced?",
    numbers,
    {"figure_5a": draw},
    tables=("convention_fit", "reproduction", "reproduction_overview"),
)
