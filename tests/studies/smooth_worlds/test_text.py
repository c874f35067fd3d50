"""What the chapter says, whichever way the numbers fall."""

import pytest

from pipeline.core.study import Run
from pipeline.report.stage import render
from pipeline.studies.smooth_worlds.section import STUDY

KEPT = {
    "convention": "with_infinite", "observed": 3000, "curves": 9000, "expected": 2000.4, "low": 1900.0, "high": 2100.0,
    "binomial_expected": 2100.0, "binomial_low": 2000.0, "binomial_high": 2200.0, "emergent": 3100,
    "emergent_untested": 100, "draws": 200,
}  # fmt: skip


def told(*, choice=None, **changes):
    kept = KEPT | changes
    published = kept | {"convention": "published", "observed": 40, "expected": 12.25, "low": 8.0, "high": 16.0}
    context = {
        "expected": {"with_infinite": kept, "published": published},
        "expected_totals": [published, kept],
        "expected_groups": [],
        "expected_choice": choice,
        "simulated": None,
    }
    return render(context, STUDY.template)


@pytest.mark.parametrize(("observed", "words"), [(3000, "3,000"), (2000, "2,000"), (1000, "1,000"), (0, "0"), (1, "1")])
def test_the_counts_stand_beside_each_other(observed, words):
    text = told(observed=observed)
    verb = "is" if observed == 1 else "are"
    assert f"With infinite scores kept, {words} of the 9,000 curves that can be tested {verb} emergent" in text
    assert "give 2,000 (1,900 to 2,100 in 95 % of draws)." in text
    assert "Under the published convention there are 40 against 12 (8 to 16)." in text


def test_multiple_choice_is_told_where_it_was_tested():
    assert "Under multiple choice grade" not in told()
    choice = {"observed": 700, "expected": 512.3, "low": 480.0, "high": 540.0}
    assert "Under multiple choice grade there are 700 against 512 (480 to 540)." in told(choice=choice)


def test_without_tests_the_chapter_says_why():
    def no_rows(*_):
        return []

    assert STUDY.absence(Run(), no_rows).startswith("no curve of these scores can be tested")
    assert "raw scores" in STUDY.absence(Run(has_scores=False, how_to_get_scores="fetch them"), no_rows)
