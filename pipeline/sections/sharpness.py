"""The two halves of "emergent", tested: is a curve sharp beyond noise, and could its end not have been foreseen?"""

from matplotlib.figure import Figure

from pipeline.figures import Frame
from pipeline.figures_sharpness import draw_by_n, draw_shares
from pipeline.sections.observed_expected import absence
from pipeline.sections.section import Query, Row, Section

# How a status is told of a curve that cannot be tested.
REASONS = {
    "aggregate": "aggregates of subtasks, with no items of their own",
    "below_chance": "significantly below chance somewhere, where the model cannot follow",
    "flat": "flat",
    "invalid": "with a score that is no number",
    "no_chance_level": "without a known chance level",
    "no_n": "with an unknown number of test items",
    "not_counts": "no multiples of 1/n",
    "too_few_scales": "of fewer than four scales",
}
STEEPER, CURVED, BROKEN = "steeper than the benchmark's slopes", "curved", "broken"
PAPER = "steeper than the paper's slope"
UNFORESEEN, OUTSIDE = "largest scale higher than foreseen, without_1", "largest scale outside its interval, without_1"
JUMP, EXCLUDED = "break: jump", ("jump above 0.1 excluded", "jump above 0.2 excluded")
SHOWN = {
    (PAPER, "p"): "steeper than alpha = -0.5",
    (STEEPER, "p"): "steeper than 97.5 % of slopes",
    (CURVED, "p"): "curved",
    (BROKEN, "p"): "broken",
    (JUMP, "verdict"): "broken, both tests, q < 5 %",
    ("emergence score beyond noise", "p"): "emergence score beyond noise",
    (UNFORESEEN, "p"): "largest model better than foreseen",
    (OUTSIDE, "verdict"): "largest model outside its interval",
    (EXCLUDED[0], "verdict"): "no jump above 0.1",
    (EXCLUDED[1], "verdict"): "no jump above 0.2",
}
POPULATIONS = ("all", "tasks annotated as emergent", "emergent under with_infinite", "emergent under published")


def numbers(rows: Query) -> Row:
    """Shares of proportions, by metric and by population; what can be seen at all; the published curves one by one."""
    found = rows("from sharpness_shares order by all")
    every = {
        (row["property"], row["level"]): row
        for row in found
        if row["population"] == "all" and row["metric"] == "all proportions"
    }
    reasons = rows(
        "select status, basis, count(*) as curves from sharpness_published where not is_tested"
        " group by all order by curves desc, status, basis"
    )
    tested = rows("from sharpness_published where is_tested order by all")
    return {
        "sharp_all": {_slug(*key): row for key, row in every.items()},
        "sharp_shares": _named([row for row in every.values() if (row["property"], row["level"]) in SHOWN]),
        "sharp_by_metric": _by_metric(found),
        "sharp_populations": _by_population(found),
        "sharp_by_n": rows("from sharpness_by_n order by min(curves) over (), curves desc"),
        "sharp_published": tested,
        "sharp_published_untested": [row | {"reason": REASONS[row["status"]]} for row in reasons],
    }
