"""Which gains were sudden: largest models above their forecast, steps that no smooth curve explains, jumps excluded."""

from functools import partial

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table, without_tests
from pipeline.curve_tests.calibration import MADE_BY
from pipeline.curve_tests.source import MOST_EXAMPLES
from pipeline.studies.sudden.compute import compute
from pipeline.studies.sudden.figures import draw_late_gains, draw_power

# Why a curve cannot be tested.
REASONS = {
    "aggregate": "aggregates of subtasks, which have no examples of their own",
    "below_chance": "significantly below chance at some scale, where the model cannot follow",
    "flat": "flat",
    "invalid": "with a score that is no number",
    "neutral": "of metrics whose best value lies between their ends",
    "no_chance_level": "without a known chance level",
    "no_n": "with an unknown number of test examples",
    "not_counts": "no multiples of 1/n",
    "too_few_scales": "of fewer than four scales",
    "too_many_examples": f"of more than {MOST_EXAMPLES:,} test examples",
}
# What a status says of a tested curve.
TESTED = {
    "fitted": "a power law was fitted",
    "at_chance": "chance alone fits as well, so that alpha means little",
    "separated": "at chance or at 1 at all scales but one: a clean step, which a steep power law fits",
}
TESTS = {
    "goodness": "smooth model does not fit",
    "curved": "curved",
    "broken": "broken upward",
    "without_1_upper": "late gain",
    "without_1_lower": "late loss",
    "without_2_upper": "late gain, two models held out",
    "without_2_lower": "late loss, two models held out",
    "jump_excluded_10": "jump above 0.1 excluded",
    "jump_excluded_20": "jump above 0.2 excluded",
    "jump_excluded_30": "jump above 0.3 excluded",
}
POPULATIONS = {
    "annotated": "tasks annotated as emergent",
    "with_infinite": "E-emergent, infinite kept",
    "published": "E-emergent, published",
}
SHOWN = ("curved", "broken", "without_1_upper", "jump_excluded_20")


def numbers(_: Run, rows: Query) -> Row:
    """Late gains and losses, what every test finds and what it gives in smooth worlds, and how curves were tested."""
    is_calibrated = has_table(rows, "test_verdicts")
    known = {row["test"]: row for row in rows("from test_verdicts")} if is_calibrated else {}
    shares = rows("from tested_shares where population = 'all'") if has_table(rows, "tested_shares") else []
    return {
        "late": rows("from late_overview")[0],
        "late_gains_shown": rows(
            "from late_gains qualify row_number() over (partition by task order by p, curve_id) = 1 order by p limit 10"
        ),
        "false_range": rows("from false_range")[0] if has_table(rows, "false_range") else None,
        "effects": rows("from effects_overview")[0] if has_table(rows, "effects_overview") else None,
        "model_effects": rows("from common_effects order by effect desc") if has_table(rows, "common_effects") else [],
        "broken_overview": rows("from broken_overview")[0],
        "broken_shown": rows("from broken_curves order by p, task, subtask, family, shots limit 10"),
        "tested": rows("from tested_overview")[0],
        "curve_test_rows": [_with_verdict(row, known) for row in shares],
        "curve_tests_by_population": _by_population(rows) if shares else [],
        "power_shown": bool(known),
        "wrongly_excluded": rows("select min(share) as least, max(share) as largest from wrongly_excluded")[0]
        if is_calibrated
        else None,
        "test_statuses": [
            _status(row)
            for row in rows("from test_statuses order by is_tested desc, is_proportion desc, curves desc, status")
        ],
        "published": rows("from published_overview")[0],
    }


def _with_verdict(row: Row, known: dict[str, Row]) -> Row:
    """A test's shares beside what it rejects where nothing is sudden."""
    absent: Row = {"least": None, "largest": None, "verdict": ""}
    own = known.get(row["test"], absent)
    ends = {"low_share": row["low"], "high_share": row["high"]}
    ends |= {"least_share": own["least"], "largest_share": own["largest"]}
    return row | own | ends | {"test": TESTS[row["test"]]}


def _by_population(rows: Query) -> list[Row]:
    """One line per population, with a column for each of the tests that are shown."""
    lines: dict[str, Row] = {}
    for row in rows("from tested_shares"):
        if row["population"] in POPULATIONS:
            empty = {f"{test}_share": None for test in SHOWN}
            line = lines.setdefault(row["population"], empty | {"curves": POPULATIONS[row["population"]]})
            line[f"{row['test']}_share"] = row["share"]
    return [lines[name] for name in POPULATIONS if name in lines]


def _status(row: Row) -> Row:
    told = (TESTED if row["is_tested"] else REASONS)[row["status"]]
    if row["is_tested"] and not row["is_proportion"]:
        told = "a straight line was fitted, with normal noise"
    return row | {"kind": "proportion" if row["is_proportion"] else "other metric", "meaning": told}


def draw_gains(frame: Frame) -> Figure | None:
    """The late gains with the smallest p, one per task."""
    return draw_late_gains(frame("from late_gain_points order by place"))


def draw_found(frame: Frame) -> Figure | None:
    """What the tests find of planted jumps."""
    has_power = len(frame("from information_schema.tables where table_name = 'power'")) > 0
    return draw_power(frame("from power")) if has_power else None


STUDY = Study(
    "sudden",
    "Which gains were sudden?",
    numbers,
    {"late_gains": draw_gains, "power": draw_found},
    sometimes=(
        "late_gains",
        "late_losses",
        "late_overview",
        "late_by_model",
        "late_gain_tasks",
        "late_gain_points",
        "false_late_gains",
        "false_range",
        "common_effects",
        "effects_overview",
        "broken_curves",
        "broken_overview",
        "tested_shares",
        "tested_overview",
        "test_statuses",
        "test_verdicts",
        "wrongly_excluded",
        "power",
        "published_tested",
        "published_overview",
    ),
    tool=("calibrate", *MADE_BY),
    committed=("calibration", "late_gain_scenarios"),
    compute=compute,
    absence=partial(without_tests, "tested_shares"),
)
