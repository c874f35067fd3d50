"""What the sections say, whichever way the numbers fall."""

import pytest

from pipeline import narrative, report
from pipeline.sections.observed_expected import sentence
from pipeline.sections.sharpness import REASONS, verdict
from pipeline.sections.sharpness_appendix import _by_verdict

KEPT = {"observed": 3000, "curves": 9000, "expected": 2000.4, "low": 1900.0, "high": 2100.0}


@pytest.mark.parametrize(("observed", "words"), [(3000, "More than"), (2000, "As many as"), (1000, "Fewer than")])
def test_the_headline_follows_the_numbers(observed, words):
    kept = KEPT | {"observed": observed}
    context = {"expected_sentence": sentence(kept), "expected_kept": kept, "expected_choice": None}
    line = narrative._observed_expected(context)
    assert line.startswith(f"**{words} smooth power laws give.** With infinite scores kept, {observed:,} of the 9,000")
    assert "give 2,000 (1,900 to 2,100)." in line


def test_without_tests_there_is_no_headline_of_them():
    assert not narrative._observed_expected({})


@pytest.mark.parametrize(
    ("low", "high", "words"), [(0.06, 0.1, "more often"), (0.04, 0.1, "as often"), (0.01, 0.02, "less often")]
)
def test_a_share_is_held_against_the_world_without_the_property(low, high, words):
    told = verdict({"low": low, "high": high, "null_share": 0.05})
    assert told.startswith(words)
    assert told.endswith("(5.0 %)")
    assert not verdict({"low": low, "high": high, "null_share": float("nan")})


def test_a_test_is_as_good_as_its_worst_world():
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


def test_without_the_tests_the_sections_say_so(made_up):
    report.run(made_up)
    text = (made_up.results(is_stand_in=False) / "report.md").read_text()
    assert text.count("*Left out: its curves were not tested. To test them: `make sharpness`.*") == 3


def test_every_reason_is_told():
    told = {"aggregate", "too_few_scales", "invalid", "no_n", "no_chance_level", "not_counts", "flat", "below_chance"}
    assert set(REASONS) == told
