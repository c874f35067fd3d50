"""What the chapter says, whichever way the numbers fall."""

import pytest

from pipeline.studies.sudden.section import REASONS, _by_verdict, verdict


@pytest.mark.parametrize(
    ("low", "high", "words"), [(0.06, 0.1, "above"), (0.04, 0.1, "not distinguishable from"), (0.01, 0.02, "below")]
)
def test_a_share_is_held_against_the_scenario_without_the_property(low, high, words):
    told = verdict({"low": low, "high": high, "null_share": 0.05})
    assert told.startswith(f"{words} the calibrated false-positive rate")
    assert told.endswith("(5.0 %)")
    assert not verdict({"low": low, "high": high, "null_share": float("nan")})


def test_a_test_is_as_good_as_its_worst_scenario():
    rows = [
        {"test": test, "verdict": word, "is_claimed": claimed}
        for test, word, claimed in [
            ("break", "holds", True),
            ("break", "liberal", False),
            ("emergence", "holds", True),
            ("emergence", "conservative", True),
            ("without_1", "conservative", True),
            ("without_1", "liberal", True),
        ]
    ]
    assert _by_verdict(rows) == {
        "holds": ["upward break"],
        "conservative": ["E"],
        "liberal": ["largest model outside its interval"],
    }


def test_without_the_tests_the_chapters_say_so(made_up_report):
    text = (made_up_report.results() / "report.md").read_text()
    assert text.count("*Left out: no curve of these scores can be tested. That takes four scales") == 2


def test_every_reason_is_told():
    told = {"aggregate", "too_few_scales", "invalid", "no_n", "no_chance_level", "not_counts", "flat", "below_chance"}
    assert set(REASONS) == told
