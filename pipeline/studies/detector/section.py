"""Is E a detector of sudden gains? What it finds, what it misses, and what else it picks."""

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table, on_bigbench, without_tests
from pipeline.studies.detector.compute import compute
from pipeline.studies.detector.figures import draw_detector

CONVENTIONS = ["published", "signed", "with_infinite", "signed_with_infinite", "x-aware"]
LARGE, PLANTED = "large late gain", "planted jump "
# The families of most curves stand for the others: of one's own there may be hundreds.
FAMILIES_SHOWN = 6
PLANTED_COLUMNS = {"planted": "planted"} | {
    f"{convention}_{n_test_class}_share": f"{convention}, {told}"
    for n_test_class, told in (("all", "all curves"), ("200+", "n_test 200+"))
    for convention in ("published", "with_infinite")
}
SPACING = {"family": "family", "n_scales": "scales", "median_step_factor": "median step"}
SPACING |= {"last_step_factor": "last step"}


def absence(run: Run, rows: Query) -> str:
    """Why there is nothing to detect."""
    reason = without_tests("detected_curves", run, rows)
    if reason or rows("from detected_curves limit 1"):
        return reason
    return (
        "no proportion among these scores can be tested. That takes four scales and a known number of test examples "
        "(`n_test`)"
    )


def numbers(_: Run, rows: Query) -> Row:
    """The detector's rates by truth, what the emergent curves are, and how the scales of families are spaced."""
    found = [_told(row) for row in rows("from detector order by truth, list_position(?, convention)", CONVENTIONS)]
    by_truth: dict[str, dict[str, Row]] = {}
    for row in found:
        by_truth.setdefault(row["truth"], {})[row["convention"]] = row
    kinds = rows("from false_alarms order by number")
    families = rows("from spacing order by curves desc, family") if has_table(rows, "spacing") else []
    shapes = rows("select distinct number, shape, definition from smooth_grids order by number") if families else []
    return {
        "detector": rows("from detector_overview")[0],
        "detector_rows": [row for row in found if row["positives"] and not row["truth"].startswith(PLANTED)],
        "large_gains_found": by_truth.get(LARGE, {}),
        "planted_rows": _planted(rows),
        "planted_columns": PLANTED_COLUMNS,
        "alarms": {row["kind"]: row for row in kinds},
        "alarm_rows": [row for row in kinds if row["with_property"]],
        "spacing_rows": [row | _smooth(row["family"], rows) for row in families[:FAMILIES_SHOWN]],
        "spacing_columns": SPACING | {f"shape_{row['number']}": f"E, {row['shape']}" for row in shapes},
        "families_shown": FAMILIES_SHOWN,
        "shapes": shapes,
        "steepest": rows("from smooth_grids order by emergence_score desc, family limit 1")[0] if families else None,
    }


def _told(row: Row) -> Row:
    """With the rates under names that are written in per cent."""
    shares = {"found": "sensitivity", "precision": "precision", "left": "specificity", "area": "area"}
    return row | {f"{name}_share": row[rate] for name, rate in shares.items()}


def _planted(rows: Query) -> list[Row]:
    """The share over the threshold with each planted jump, after the one without it, all tests and the largest."""
    found: dict[str, Row] = {}
    if has_table(rows, "detector_planted"):
        for row in rows("from detector_planted order by truth"):
            name = f"{row['convention']}_{row['n_test_class']}_share"
            found.setdefault("nothing", {})[name] = row["false_positive_share"]
            found.setdefault(row["truth"].removeprefix("planted "), {})[name] = row["sensitivity"]
    return [dict.fromkeys(PLANTED_COLUMNS) | shares | {"planted": planted} for planted, shares in found.items()]


def _smooth(family: str, rows: Query) -> Row:
    """E of every smooth shape on the scales of a family, by the shape's number."""
    return {
        f"shape_{row['number']}": row["emergence_score"] for row in rows("from smooth_grids where family = ?", family)
    }


def draw(frame: Frame) -> Figure | None:
    """What the E-emergent curves are, and sensitivity against the false-positive rate."""
    return draw_detector(
        frame("from false_alarms where with_property > 0 order by number"),
        frame("from detector where positives > 0 order by truth, convention"),
        float(frame("from options")["threshold"].iloc[0]),
    )


STUDY = Study(
    "detector",
    "Is E a detector of sudden gains?",
    numbers,
    {"detector": draw},
    sometimes=(
        "example_curves",
        "detector",
        "detector_planted",
        "detector_overview",
        "false_alarms",
        "spacing",
        "smooth_grids",
    ),
    compute=compute,
    absence=absence,
    told=on_bigbench,
)
