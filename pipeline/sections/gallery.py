"""What the most emergent curves look like."""

from functools import partial

from matplotlib.figure import Figure

from pipeline.figures import Frame, draw_gallery
from pipeline.sections.section import Query, Row, Section, without_scores


def numbers(rows: Query) -> Row:
    """How many of the curves with the largest finite E are over the threshold, jump at the end, or fall."""
    finite = rows("from gallery where gallery = 'finite' order by rank")
    [options] = rows("from options")
    return {
        "gallery_finite": finite,
        "gallery_infinite": rows("from gallery where gallery = 'infinite' order by rank"),
        "gallery_over": sum(abs(row["emergence_score"]) > options["threshold"] for row in finite),
        "gallery_at_end": len(rows("from gallery_steps where gallery = 'finite' and is_largest_at_end")),
        "gallery_falling": sum(row["emergence_score"] < 0 for row in finite),
    }


def draw(kind: str, frame: Frame) -> Figure | None:
    """The curves of one gallery, `finite` or `infinite`."""
    curves = frame(
        "from gallery left join curves using (task, subtask, metric, shots, family)"
        f" where gallery = '{kind}' order by rank"
    )
    points = frame(
        "select rank, params, score from gallery inner join curves using (task, subtask, metric, shots, family)"
        f" inner join curve_points using (curve_id) where gallery = '{kind}' order by rank, position"
    )
    return draw_gallery(curves, points) if len(curves) else None


SECTION = Section(
    "What do the most emergent curves look like?",
    "gallery",
    numbers,
    {f"gallery_{kind}": partial(draw, kind) for kind in ("finite", "infinite")},
    absence=without_scores,
)
