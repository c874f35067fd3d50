"""What becomes of every curve, how a convention turns its score into a value, and how many scales it has."""

from pipeline.core.study import Query, Row, Run, Study, has_table

MEANINGS = {
    "finite": "E is a number",
    "flat": "all scores are equal: E is 0/0",
    "infinite": "more than half of the steps are zero: E is +-infinity",
    "single": "one scale only, so there is no step",
    "invalid": "a score is NaN or infinite",
}


def numbers(_: Run, rows: Query) -> Row:
    """The curves by status, the conventions at the chosen threshold, and the families."""
    statuses = rows("from statuses order by curves desc, status")
    families = rows("from families order by n_scales desc, family")
    return {
        "overview": rows("from curve_overview")[0],
        "status": dict.fromkeys(MEANINGS, 0) | {row["status"]: row["curves"] for row in statuses},
        "statuses": [row | {"meaning": MEANINGS[row["status"]]} for row in statuses],
        "convention_seeds": rows(
            "from chosen_conventions inner join seed_conventions using (convention)"
            " order by keeps_infinite, is_absolute desc"
        ),
        "metrics_over": [
            row["metric"]
            for row in rows("from by_metric where convention = 'published' order by maximum desc nulls last, metric")
            if row["emergent"]
        ],
        "families": families,
        "capped": [row["family"] for row in families if row["n_scales"] == 3],
        "steepest_smooth": next(iter(rows("from smooth_grids order by emergence_score desc, family limit 1")), None)
        if has_table(rows, "smooth_grids")
        else None,
        "scale_ties": rows("from scale_ties order by all") if has_table(rows, "scale_ties") else [],
    }


STUDY = Study(
    "curves",
    "What is measured, and what becomes of every curve?",
    numbers,
    tables=("statuses", "curve_overview", "families"),
)
