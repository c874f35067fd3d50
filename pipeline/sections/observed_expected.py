"""Emergent curves beside those that smooth power laws, seen through as many test items, would give."""

from matplotlib.figure import Figure

from pipeline.figures import Frame
from pipeline.figures_sharpness import draw_observed
from pipeline.sections.section import Query, Row, Run, Section, has_table, without_scores
from pipeline.wording import thousands

# The world whose items of one test set agree as much as the real ones seem to: the more cautious of the two.
WORLD = "overdispersed"
ALL = "metric = 'all' and n_class = 'all'"


def absence(run: Run, rows: Query) -> str:
    """Why no curve was tested."""
    if run.is_stand_in:
        return without_scores(run, rows)
    if not has_table(rows, "curve_tests"):
        return "its curves were not tested. To test them: `make sharpness`"
    if not has_table(rows, "observed_expected"):
        return (
            "no curve of these scores can be tested. That takes four scales, and for a proportion a known number of "
            "test items (`n_test`)"
        )
    return ""


def numbers(rows: Query) -> Row:
    """Observed and expected counts by reading, for all curves, multiple choice and the most telling groups."""
    chosen = f"from observed_expected where world = '{WORLD}'"
    totals = rows(
        "select o.reading, o.curves, o.observed, b.expected as binomial_expected, b.low as binomial_low,"
        " b.high as binomial_high, o.expected, o.low, o.high, o.p, o.worlds"
        " from observed_expected as o inner join observed_expected as b using (reading, metric, n_class)"
        " inner join seed_readings using (reading)"
        f" where o.world = '{WORLD}' and b.world = 'binomial' and o.{ALL.replace('and ', 'and o.')}"
        " order by keeps_infinite, is_absolute desc"
    )
    groups = "metric, n_class, curves, observed, expected, low, high"
    kept = rows(f"select {groups} {chosen} and reading = 'with_infinite' and not ({ALL})")
    by_reading = {row["reading"]: row for row in totals}
    return {
        "expected_totals": totals,
        "expected_published": by_reading["published"],
        "expected_kept": by_reading["with_infinite"],
        "expected_sentence": sentence(by_reading["with_infinite"]),
        "expected_choice": next(
            (row for row in kept if row["metric"] == "multiple_choice_grade" and row["n_class"] == "all"), None
        ),
        "expected_beyond": _largest([row for row in kept if row["observed"] > row["high"]]),
        "expected_by_metric": [row for row in kept if row["n_class"] == "all" and row["observed"]],
        "expected_by_n": [row for row in kept if row["metric"] == "all"],
        "expected_worlds": _worlds(rows),
        "emergent_untested": rows(
            "select sum(curves) filter (where not is_tested)::integer as untested, sum(curves)::integer as emergent"
            " from sharpness_untested where population = 'emergent under with_infinite'"
        )[0],
    }


def _worlds(rows: Query) -> Row | None:
    """What worlds give whose models answer the same items and sometimes constantly, all curves counted."""
    if not has_table(rows, "simulated_world"):
        return None
    (found,) = rows("from simulated_world where metric = 'all metrics' and reading = 'with_infinite'")
    return found


def sentence(kept: Row) -> str:
    """The count that is observed beside the one that is expected."""
    return (
        f"With infinite scores kept, {thousands(kept['observed'])} of the {thousands(kept['curves'])} curves that can "
        f"be tested are emergent; their smooth power laws give {thousands(kept['expected'])} "
        f"({thousands(kept['low'])} to {thousands(kept['high'])})."
    )


def _largest(groups: list[Row]) -> list[Row]:
    """The groups of one metric and one class of n, those with most emergent curves beyond the expected first."""
    single = [row for row in groups if row["metric"] != "all" and row["n_class"] != "all"]
    return sorted(single, key=lambda row: (row["expected"] - row["observed"], row["metric"], row["n_class"]))[:8]


def draw(frame: Frame) -> Figure | None:
    """Observed against expected counts, by metric and by class of n."""
    return draw_observed(frame("from observed_expected order by all"))


SECTION = Section(
    "How many emergent curves would smooth power laws give?",
    "observed_expected",
    numbers,
    {"observed_expected": draw},
    absence=absence,
)
