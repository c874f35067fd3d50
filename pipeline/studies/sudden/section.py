"""Which gains are sudden: sharp beyond noise, and not to be foreseen?"""

from collections.abc import Mapping
from functools import partial

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table, without_tests
from pipeline.core.wording import counted, percent
from pipeline.studies.sudden.compute import compute
from pipeline.studies.sudden.figures import draw_by_n, draw_shares

# Why a curve cannot be tested.
REASONS = {
    "aggregate": "aggregates of subtasks, which have no examples of their own",
    "below_chance": "significantly below chance at some scale, where the model cannot follow",
    "flat": "flat",
    "invalid": "with a score that is no number",
    "no_chance_level": "without a known chance level",
    "no_n": "with an unknown number of test examples",
    "not_counts": "no multiples of 1/n",
    "too_few_scales": "of fewer than four scales",
}
# What a status says of a tested curve.
TESTED = {
    "fitted": "a power law was fitted",
    "at_chance": "chance alone fits as well, so that alpha means little",
    "separated": "the likelihood grows without end as |alpha| does: a clean step",
}
TESTS = {
    "curvature": "curvature",
    "break": "upward break",
    "jump": "upward break with its likelihood ratio",
    "emergence": "E",
    "steep": "steeper than alpha = -0.5",
    "without_1": "largest model outside its interval",
    "without_2": "largest model outside its interval, two held out",
    "surprise_1": "largest model above its forecast",
    "surprise_2": "largest model above its forecast, two held out",
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
    "unforeseen": "largest model better than predicted",
    "outside": "largest model outside its interval",
    "excluded_10": "no jump above 0.1",
    "excluded_20": "no jump above 0.2",
}
PANELS = ("steeper", "curved", "broken", "unforeseen", "excluded_10", "excluded_20")
BY_N_TEST = "from tested_by_n_test inner join seed_n_test_classes using (n_test_class) order by number"
PROPORTIONS, OTHERS = "all proportions", "all other metrics"
METRICS = (PROPORTIONS, "exact_str_match", "multiple_choice_grade", OTHERS)
POPULATIONS = {
    "all": "all curves",
    "tasks annotated as emergent": "tasks annotated as emergent",
    "emergent under with_infinite": "emergent, infinite kept",
    "emergent under published": "emergent, published",
}


def numbers(_: Run, rows: Query) -> Row:
    """Shares by property, metric and population; what can be seen at all; the published curves; how it was tested."""
    found: dict[tuple[str, ...], Row] = {
        (row["population"], row["metric"], row["property"], row["level"]): row for row in rows("from tested_shares")
    }
    every = {name: row for name in NAMES if (row := found.get(("all", PROPORTIONS, *NAMES[name])))}
    tested = rows("from tested_published where is_tested and basis = 'binomial' order by all")
    return {
        "sharp": every,
        "tested": rows("from tested_overview")[0],
        "sharp_shares": [_with_percent(row) | {"what": TOLD[name]} for name, row in every.items()],
        "sharp_verdicts": {name: verdict(row) for name, row in every.items()},
        "sharp_by_metric": _lines(found, {("all", metric): metric for metric in METRICS}),
        "sharp_by_population": _lines(
            found, {(name, PROPORTIONS): told for name, told in POPULATIONS.items() if name != "all"}
        ),
        "sharp_by_n": rows(BY_N_TEST) if has_table(rows, "tested_by_n_test") else [],
        "published": rows("from published_tests_overview")[0],
        "published_tested": [_outcome(row) for row in tested],
        "published_untested": [
            row | {"reason": REASONS[row["status"]]}
            for row in rows("from untested_published order by curves desc, status")
        ],
    } | _methods(rows)


def _methods(rows: Query) -> Row:
    """Counts by status, what was pooled, the verdicts of calibration, and two checks of the fits."""
    is_calibrated = has_table(rows, "calibration_verdicts")
    order = " order by list_position(?, test), is_claimed desc, scenario"
    verdicts = rows(f"from calibration_verdicts{order}", list(TESTS)) if is_calibrated else []
    statuses = rows("from test_statuses order by is_tested desc, is_proportion desc, curves desc, status")
    return {
        "test_statuses": [_status(row) for row in statuses],
        "test_pooled": rows("from pooled_parameters order by answers, smallest_n_test"),
        "fit_checks": rows("from fit_checks")[0],
        "test_verdicts": [_named(row) for row in verdicts if row["is_claimed"]],
        "test_bold_elsewhere": [
            _named(row) for row in verdicts if not row["is_claimed"] and row["verdict"] == "liberal"
        ],
        "test_by_verdict": _by_verdict(verdicts),
    }


def _lines(found: Mapping[tuple[str, ...], Row], groups: Mapping[tuple[str, str], str]) -> list[Row]:
    """Two lines per group, over curves and over tasks, with a column for each property."""
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
    """The share beside the one that a scenario without the property gives; empty where that is not known."""
    absent = row["null_share"]
    if absent is None or absent != absent:  # noqa: PLR0124 - NaN
        return ""
    if row["low"] > absent:
        how = "above"
    elif row["high"] < absent:
        how = "below"
    else:
        how = "not distinguishable from"
    return f"{how} the calibrated false-positive rate ({percent(absent)})"


def _with_percent(row: Row) -> Row:
    """The ends of the interval under names that are written in per cent."""
    return row | {"low_share": row["low"], "high_share": row["high"]}


def _named(row: Row) -> Row:
    return _with_percent(row) | {"test": TESTS[row["test"]]}


def _outcome(row: Row) -> Row:
    """A curve's verdicts in words."""
    tests = {"steeper_p": "steeper", "curvature_p": "curved", "break_p": "broken", "without_1_surprise": "unforeseen"}
    small = [word for name, word in tests.items() if row[name] is not None and row[name] < 0.05]
    return row | {"found": ", ".join(small) or "none"}


def _status(row: Row) -> Row:
    meaning = TESTED if row["is_tested"] else REASONS
    told = meaning[row["status"]]
    if row["is_tested"] and not row["is_proportion"]:
        told = "a straight line was fitted, with normal noise"
    return row | {"kind": "proportion" if row["is_proportion"] else "other metric", "meaning": told}


def _by_verdict(verdicts: list[Row]) -> dict[str, list[str]]:
    """The tests that hold their level in every scenario for which it is claimed, and those that do not in some."""
    found: dict[str, list[str]] = {"holds": [], "conservative": [], "liberal": []}
    for test in dict.fromkeys(row["test"] for row in verdicts):
        own = {row["verdict"] for row in verdicts if row["test"] == test and row["is_claimed"]}
        verdict = "liberal" if "liberal" in own else "conservative" if "conservative" in own else "holds"
        found[verdict].append(TESTS[test])
    return found


def draw_by_metric(frame: Frame) -> Figure | None:
    """The shares beside level and power, by metric and by population."""
    groups = {("all", metric): metric for metric in METRICS}
    groups |= {(name, PROPORTIONS): told for name, told in POPULATIONS.items() if name != "all"}
    panels = {NAMES[panel]: TOLD[panel] for panel in PANELS}
    return draw_shares(frame("from tested_shares"), panels, groups)


def draw_visible(frame: Frame) -> Figure | None:
    """What can be seen, by the size of test sets."""
    has_sizes = len(frame("from information_schema.tables where table_name = 'tested_by_n_test'")) > 0
    return draw_by_n(frame("from tested_by_n_test")) if has_sizes else None


STUDY = Study(
    "sudden",
    "Which gains are sudden?",
    numbers,
    {"tested_shares": draw_by_metric, "tested_by_n_test": draw_visible},
    sometimes=(
        "tested_shares",
        "tested_by_n_test",
        "tested_published",
        "untested",
        "calibration_verdicts",
        "tested_overview",
        "test_statuses",
        "pooled_parameters",
        "fit_checks",
        "published_tests_overview",
        "untested_published",
    ),
    tool=("calibrate", "pipeline.curve_tests.calibration"),
    committed=("calibration",),
    compute=compute,
    absence=partial(without_tests, "tested_shares"),
)
