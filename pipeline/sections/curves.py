"""What becomes of every curve, and how it can be read."""

from pipeline.sections.section import Query, Row, Section

MEANINGS = {
    "finite": "E is a number",
    "flat": "all scores equal: E is 0/0",
    "infinite": "more than half of the steps are zero: E is +-infinity",
    "single": "one scale only: no step",
    "invalid": "a score is NaN or infinite",
}


def numbers(rows: Query) -> Row:
    """The curves by status, and the readings."""
    counts = rows("select status, count(*) as curves from emergence group by status order by curves desc, status")
    total = sum(row["curves"] for row in counts)
    by_status = {row["status"]: row["curves"] for row in counts}
    left_out = {
        row["reading"]: row["left_out"]
        for row in rows("select reading, sum(left_out)::bigint as left_out from by_metric group by reading")
    }
    metrics = rows("from by_metric where reading = 'published' order by maximum desc nulls last, metric")
    return {
        "metrics": len(metrics),
        "metrics_over": [row["metric"] for row in metrics if row["emergent"]],
        "curves_total": total,
        "status": dict.fromkeys(MEANINGS, 0) | by_status,
        "statuses": [row | {"meaning": MEANINGS[row["status"]], "share": row["curves"] / total} for row in counts],
        "reading_seeds": [row | {"left_out": left_out[row["reading"]]} for row in chosen_readings(rows)],
    }


def chosen_readings(rows: Query) -> list[Row]:
    """The readings at the chosen threshold, in the order of the report."""
    return rows(
        "select readings.*, seed_readings.description from readings inner join seed_readings using (reading)"
        " where threshold = (select threshold from options) order by keeps_infinite, is_absolute desc"
    )


SECTION = Section("What is measured, and what becomes of every curve?", "curves", numbers)
