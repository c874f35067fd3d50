"""The two halves of "emergent", tested: is a curve sharp beyond noise, and could its end not have been foreseen?"""

from collections.abc import Mapping

from matplotlib.figure import Figure

from pipeline.figures import Frame
from pipeline.figures_sharpness import draw_by_n, draw_shares
from pipeline.sections.observed_expected import absence
from pipeline.sections.section import Query, Row, Section, has_table
from pipeline.wording import counted, percent

# How a status is told of a curve that cannot be tested.
REASONS = {
    "aggregate": "aggregates of subtasks, which have no items of their own",
    "below_chance": "significantly below chance at some scale, where the model cannot follow",
    "flat": "flat",
    "invalid": "with a score that is no number",
    "no_chance_level": "without a known chance level",
    "no_n": "with an unknown number of test items",
    "not_counts": "no multiples of 1/n",
    "too_few_scales": "of fewer than four scales",
}
# What the text calls a property, by its name and level in sharpness_shares.
NAMES = {
    "paper": ("steeper than the paper's slope", "p"),
    "steeper": ("steeper than the benchmark's slopes", "p"),
    "curved": ("curved", "p"),
    "broken": ("broken", "p"),
    "jump": ("break: jump", "verdict"),
    "beyond_noise": ("emergence score beyond noise", "p"),
    "unforeseen": ("largest scale higher than foreseen, without_1", "p"),
    "outside": ("largest scale outside its interval, without_1", "verdict"),
    "excluded_10": ("jump above 0.1 excluded", "verdict"),
    "excluded_20": ("jump above 0.2 excluded", "verdict"),
}
TOLD = {
    "paper": "steeper than alpha = -0.5",
    "steeper": "steeper than 97.5 % of slopes",
    "curved": "curved",
    "broken": "broken",
    "jump": "broken: both tests, corrected",
    "beyond_noise": "E beyond noise",
    "unforeseen": "largest model better than foreseen",
    "outside": "largest model outside its interval",
    "excluded_10": "no jump above 0.1",
    "excluded_20": "no jump above 0.2",
}
PANELS = ("steeper", "curved", "broken", "unforeseen", "excluded_10", "excluded_20")
PROPORTIONS, OTHERS = "all proportions", "all other metrics"
METRICS = (PROPORTIONS, "exact_str_match", "multiple_choice_grade", OTHERS)
POPULATIONS = {
    "all": "all curves",
    "tasks annotated as emergent": "tasks annotated as emergent",
    "emergent under with_infinite": "emergent, infinite kept",
    "emergent under published": "emergent, published",
}


def numbers(rows: Query) -> Row:
    """Shares by property, metric and population; what can be seen at all; the published curves one by one."""
    found: dict[tuple[str, ...], Row] = {
        (row["population"], row["metric"], row["property"], row["level"]): row for row in rows("from sharpness_shares")
    }
    tested = rows("from sharpness_published where is_tested order by all")
    reasons = rows(
        "select status, count(*) as curves from sharpness_published where not is_tested"
        " group by all order by curves desc, status"
    )
    (counts,) = rows(
        "select count(*) filter (where is_tested and basis = 'binomial') as proportions,"
        " count(*) filter (where is_tested and basis = 'gaussian') as others, count(*) as curves from curve_tests"
    )
    every = {name: row for name in NAMES if (row := found.get(("all", PROPORTIONS, *NAMES[name])))}
    return {
        "sharp": every,
        "sharp_counts": counts,
        "sharp_shares": [_with_percent(row) | {"what": TOLD[name]} for name, row in every.items()],
        "sharp_verdicts": {name: verdict(row) for name, row in every.items()},
        "sharp_by_metric": _lines(found, {("all", metric): metric for metric in METRICS}),
        "sharp_by_population": _lines(
            found, {(name, PROPORTIONS): told for name, told in POPULATIONS.items() if name != "all"}
        ),
        "sharp_by_n": rows("from sharpness_by_n order by split_part(n_class, ' ', 1)::integer"),
        "sharp_is_calibrated": has_table(rows, "calibration_verdicts"),
        "sharp_published": len(tested) + sum(row["curves"] for row in reasons),
        "sharp_published_tested": [_outcome(row) for row in tested if row["basis"] == "binomial"],
        "sharp_published_others": [row for row in tested if row["basis"] == "gaussian"],
        "sharp_published_untested": [row | {"reason": REASONS[row["status"]]} for row in reasons],
    }


def _lines(found: Mapping[tuple[str, ...], Row], groups: Mapping[tuple[str, str], str]) -> list[Row]:
    """Two lines a group, over curves and over tasks, with a column a property."""
    lines = []
    for group, name in groups.items():
        own = {panel: found.get((*group, *NAMES[panel])) for panel in PANELS}
        some = next((row for row in own.values() if row), None)
        if some is None:
            continue
        for by, share in ((counted(some["curves"], "curve"), "share"), (counted(some["tasks"], "task"), "task_share")):
            shares = {f"{panel}_share": row[share] if row else None for panel, row in own.items()}
            lines.append({"group": name, "counted": by, **shares})
    return lines


def verdict(row: Row) -> str:
    """The share beside the one that a world without the property gives; empty where that is not known."""
    absent = row["null_share"]
    if absent is None or absent != absent:  # noqa: PLR0124 - NaN
        return ""
    how = "more often than" if row["low"] > absent else "less often than" if row["high"] < absent else "as often as"
    return f"{how} where it is absent ({percent(absent)})"


def _with_percent(row: Row) -> Row:
    """The ends of the interval under names that are written in per cent."""
    return row | {"low_share": row["low"], "high_share": row["high"]}


def _outcome(row: Row) -> Row:
    """A curve's verdicts in words."""
    tests = {"steeper_p": "steeper", "curvature_p": "curved", "break_p": "broken", "without_1_surprise": "unforeseen"}
    small = [word for name, word in tests.items() if row[name] is not None and row[name] < 0.05]
    return row | {"found": ", ".join(small) or "none"}


def draw_by_metric(frame: Frame) -> Figure | None:
    """The shares beside level and power, by metric and by population."""
    groups = {("all", metric): metric for metric in METRICS}
    groups |= {(name, PROPORTIONS): told for name, told in POPULATIONS.items() if name != "all"}
    panels = {NAMES[panel]: TOLD[panel] for panel in PANELS}
    return draw_shares(frame("from sharpness_shares"), panels, groups)


def draw_visible(frame: Frame) -> Figure | None:
    """What can be seen, by the size of test sets."""
    return draw_by_n(frame("from sharpness_by_n"))


SECTION = Section(
    "Sharp, curved, broken, unpredictable?",
    "sharpness",
    numbers,
    {"sharpness": draw_by_metric, "sharpness_by_n": draw_visible},
    absence=absence,
)
