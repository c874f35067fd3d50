"""How curves were tested: what was fitted, to which curves, what was left out, and what the tests cannot tell."""

from pipeline.sections.observed_expected import absence
from pipeline.sections.section import Query, Row, Section, has_table
from pipeline.sections.sharpness import REASONS

TESTED = {
    "fitted": "a power law was fitted",
    "at_chance": "chance alone fits as well, so that alpha means little",
    "separated": "the likelihood grows without end as |alpha| does: a clean step",
}
CLASS = "if(metric = 'multiple_choice_grade', 'multiple choice', 'free answer')"
TESTS = {
    "curvature": "curvature",
    "break": "upward break",
    "jump": "upward break with its likelihood ratio",
    "emergence": "E",
    "steep": "steeper than alpha = -0.5",
    "without_1": "largest model outside its interval",
    "without_2": "largest model outside its interval, two held out",
    "surprise_1": "largest model higher than foreseen",
    "surprise_2": "largest model higher than foreseen, two held out",
}


def numbers(rows: Query) -> Row:
    """Counts by status, what was pooled, the verdicts of calibration, and two checks of the fits."""
    statuses = rows(
        "select status, basis = 'binomial' as is_proportion, is_tested, count(*) as curves from curve_tests"
        " group by all order by is_tested desc, is_proportion desc, curves desc, status"
    )
    is_calibrated = has_table(rows, "calibration_verdicts")
    verdicts = (
        rows(f"from calibration_verdicts order by list_position({list(TESTS)}, test), is_claimed desc, world")
        if is_calibrated
        else []
    )
    return {
        "test_statuses": [_status(row) for row in statuses],
        "test_total": sum(row["curves"] for row in statuses),
        "test_pooled": rows(
            f"select {CLASS} as answers, n_class, count(*) as curves, any_value(rho) as rho,"
            " median(dispersion) as dispersion, median(alpha) as alpha, any_value(slope_edge) as slope_edge"
            " from curve_tests where is_tested and basis = 'binomial'"
            " group by all order by answers, min(n_test)"
        ),
        "test_zeros": rows(
            "select sum(zeros) as seen, sum(zeros_expected) as expected, avg((zeros_p < 0.05)::integer) as share"
            " from curve_tests where zeros_p is not null"
        )[0],
        "test_chance": rows(
            "select count(*) as curves, count(*) filter (where chance_free < chance) as lower,"
            " median(alpha) as alpha, median(alpha_chance_free) as alpha_free"
            " from curve_tests where basis = 'binomial' and chance > 0 and alpha is not null"
        )[0],
        "test_largest": rows(
            "select count(*) as tasks, sum(curves) filter (where number <= 3) / sum(curves) as share,"
            " sum(curves) ** 2 / sum(curves ** 2) as effective from ("
            " select count(*) as curves, row_number() over (order by count(*) desc, task) as number"
            " from curve_tests where is_tested and basis = 'binomial' group by task)"
        )[0],
        "test_verdicts": [
            row | {"test": TESTS[row["test"]], "low_share": row["low"], "high_share": row["high"]}
            for row in verdicts
            if row["is_claimed"]
        ],
        "test_is_current": all(row["is_current"] for row in verdicts),
        "test_bold_elsewhere": [
            row | {"test": TESTS[row["test"]]}
            for row in verdicts
            if not row["is_claimed"] and row["verdict"] == "liberal"
        ],
        "test_by_verdict": _by_verdict(verdicts),
    }


def _status(row: Row) -> Row:
    meaning = TESTED if row["is_tested"] else REASONS
    told = meaning[row["status"]]
    if row["is_tested"] and not row["is_proportion"]:
        told = "a straight line was fitted, with normal noise"
    return row | {"kind": "proportion" if row["is_proportion"] else "other metric", "meaning": told}


def _by_verdict(verdicts: list[Row]) -> dict[str, list[str]]:
    """The tests that hold their level in every world for which it is claimed, are too cautious in some, or too bold."""
    found: dict[str, list[str]] = {"holds": [], "conservative": [], "liberal": []}
    for test in dict.fromkeys(row["test"] for row in verdicts):
        own = {row["verdict"] for row in verdicts if row["test"] == test and row["is_claimed"]}
        verdict = "liberal" if "liberal" in own else "conservative" if "conservative" in own else "holds"
        found[verdict].append(TESTS[test])
    return found


SECTION = Section("Appendix: how curves were tested", "sharpness_appendix", numbers, absence=absence)
