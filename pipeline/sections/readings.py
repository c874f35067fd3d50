"""How the answer depends on the reading and the threshold."""

from matplotlib.figure import Figure

from pipeline.figures import Frame, draw_readings
from pipeline.sections.curves import chosen_readings
from pipeline.sections.section import Query, Row, Section

TABLE = (
    "select readings.*, seed_readings.description from readings inner join seed_readings using (reading)"
    " order by keeps_infinite, is_absolute desc, threshold"
)


def numbers(rows: Query) -> Row:
    """The readings over a range of thresholds, and how far the share of the two metrics moves."""
    table = rows(TABLE)
    chosen = {row["reading"]: row for row in chosen_readings(rows)}
    shares = [row["share_two_metrics"] for row in table if row["share_two_metrics"] is not None]
    none: Row = {"members": 0, "two_metrics": 0, "share": None}
    rates = {row["population"]: row for row in rows("from base_rates")}
    return {
        "readings": chosen,
        "published": chosen["published"],
        "readings_table": table,
        "base": {
            "all_curves": rates["curves: all"],
            "emergent_published": rates.get("curves: emergent, published", none),
            "emergent_with_infinite": rates.get("curves: emergent, with_infinite", none),
        },
        "range": {
            "lowest_threshold": min(row["threshold"] for row in table),
            "highest_threshold": max(row["threshold"] for row in table),
            "fewest": min(row["emergent"] for row in table),
            "most": max(row["emergent"] for row in table),
            "fewest_metrics": min(row["metrics_with_emergent"] for row in table),
            "most_metrics": max(row["metrics_with_emergent"] for row in table),
            "lowest_share": min(shares, default=None),
            "highest_share": max(shares, default=None),
            "moved_by_infinite": max(
                _moved(table, "published", "with_infinite"), _moved(table, "signed", "signed_with_infinite")
            ),
            "moved_by_sign": max(
                _moved(table, "published", "signed"), _moved(table, "with_infinite", "signed_with_infinite")
            ),
        },
    }


def _moved(table: list[Row], left: str, right: str) -> float:
    """The largest difference between two readings' shares of the two metrics, over thresholds."""
    shares = {(row["reading"], row["threshold"]): row["share_two_metrics"] for row in table}
    pairs = [(shares[left, t], shares[right, t]) for t in {row["threshold"] for row in table}]
    return max((abs(a - b) for a, b in pairs if a is not None and b is not None), default=0.0)


def draw(frame: Frame) -> Figure:
    """Share of the two metrics and number of emergent curves, by reading and threshold."""
    return draw_readings(
        frame(TABLE),
        float(frame("from options")["threshold"][0]),
        float(frame("from seed_published_claims where starts_with(claim, 'Figure 5C')")["published"][0]),
    )


SECTION = Section(
    "How does the answer depend on the reading and the threshold?", "readings", numbers, {"readings": draw}
)
