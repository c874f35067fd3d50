"""What the numbers would be had the analyst made one choice otherwise."""

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, on_bigbench
from pipeline.studies.choices.figures import draw_changes

# A share of fewer emergent curves is mostly chance.
SEVERAL = 10
CHANGES = "from one_change_at_a_time order by number"


def absence(_: Run, rows: Query) -> str:
    """Why there is nothing to compare."""
    if rows("from one_change_at_a_time where emergent > 0 limit 1"):
        return ""
    return "no change of one choice makes any of these curves emergent"


def numbers(_: Run, rows: Query) -> Row:
    """Every change, and those that move the answer furthest."""
    unchanged, *changes = rows(CHANGES)
    several = [row for row in changes if row["emergent"] >= SEVERAL]
    return {
        "unchanged": unchanged,
        "changes": changes,
        "changes_by_emergent": sorted(changes, key=lambda row: (row["emergent"], row["number"])),
        "changes_several": SEVERAL,
        "changes_by_share": sorted(several, key=lambda row: (row["share_two_metrics"], row["number"])),
        "changes_of_n_test": {row["level"]: row for row in changes if row["choice"] == "minimum n_test"},
    }


def draw(frame: Frame) -> Figure | None:
    """The share of the two metrics after each change, where any curve is under one of the two."""
    changes = frame(CHANGES)
    [share] = frame("from seed_published_claims where starts_with(claim, 'Figure 5C')")["published"]
    return draw_changes(changes, float(share)) if (changes["base_share_two_metrics"] > 0).any() else None


STUDY = Study(
    "choices",
    "What if the analyst had chosen otherwise?",
    numbers,
    {"one_change_at_a_time": draw},
    tables=("one_change_at_a_time",),
    absence=absence,
    told=on_bigbench,
)
