"""Which curves are emergent: aggregates, falls and copies among them, and what the largest look like."""

from functools import partial

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table
from pipeline.studies.emergent.figures import draw_gallery

COPIES = (
    "from copies where metric in ('multiple_choice_grade', 'exact_str_match', 'bleu') order by share_equal desc, metric"
)


def numbers(_: Run, rows: Query) -> Row:
    """The kinds of emergent curves under each convention, those of the published one by task, and the galleries."""
    has_points = has_table(rows, "gallery_overview")
    kinds = rows(
        "select seed_conventions.convention, emergent_kinds.* exclude (convention)"
        " from emergent_kinds inner join seed_conventions using (convention)"
        " order by keeps_infinite, is_absolute desc"
    )
    return {
        "kinds": kinds,
        "kinds_published": next((row for row in kinds if row["convention"] == "published"), None),
        "copies_by_metric": rows(COPIES) if has_table(rows, "copies") else [],
        "emergent_tasks": rows("from emergent_tasks order by curves desc, task, metric"),
        "galleries": {row["gallery"]: row for row in rows("from gallery_overview")} if has_points else {},
    }


def draw(kind: str, frame: Frame) -> Figure | None:
    """The curves of one gallery, `finite` or `infinite`."""
    if not len(frame("from information_schema.tables where table_name = 'curve_points'")):
        return None
    curves = frame("from gallery inner join curves using (curve_id) where gallery = ? order by rank", kind)
    points = frame(
        "select rank, scale, scale_name, score from gallery inner join curve_points using (curve_id)"
        " cross join scale_names where gallery = ? order by rank, position",
        kind,
    )
    return draw_gallery(curves, points) if len(curves) else None


STUDY = Study(
    "emergent",
    "Which curves are emergent?",
    numbers,
    {f"gallery_{kind}": partial(draw, kind) for kind in ("finite", "infinite")},
    tables=("emergent_curves", "emergent_tasks", "emergent_kinds", "gallery"),
    sometimes=("gallery_overview", "gallery_steps", "copies"),
)
