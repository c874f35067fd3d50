"""What the report says of the networks trained here, for the claim and against it."""

import pytest

from pipeline.induce.equivalence import JUMP, NO_JUMP, UNDECIDED
from pipeline.sections.induced import said


def curve(metric, score, verdict, *, is_smooth=False, is_emergent=False):
    return {
        "metric": metric, "emergence_score": score, "verdict": verdict, "is_smooth": is_smooth,
        "is_emergent": is_emergent, "step": "2 to 3", "largest_share": 0.25, "upper_limit": 0.375,
    }  # fmt: skip


def smooth(score=5.0, verdict=NO_JUMP, **others):
    return curve("smooth_metric", score, verdict, is_smooth=True, **others)


def sharp(score=500.0, verdict=JUMP, **others):
    return curve("sharp_metric", score, verdict, **others)


@pytest.mark.parametrize(
    ("curves", "words"),
    [
        ([smooth(), sharp(is_emergent=True)], "Emergence by the metric alone: `sharp_metric`, while"),
        ([smooth(verdict=UNDECIDED), sharp(is_emergent=True)], "that the smooth ones have no jump was not shown"),
        ([smooth(is_emergent=True), sharp(is_emergent=True)], "The smooth side is emergent too (`smooth_metric`)"),
        ([smooth(17.3), sharp(12.5)], "largest E is 12.5, no more than the 17.3 of the smooth one"),
        ([smooth(5.0), sharp(12.5)], "largest E is 12.5, more than the 5 of the smooth one"),
        ([smooth(5.0), sharp(float("nan"))], "largest E is 0, no more than the 5 of the smooth one"),
    ],
)
def test_the_outcome_comes_first_and_is_said_either_way(curves, words):
    assert words in said(curves)[0]


def test_the_bound_is_reported_whether_it_held_or_not():
    assert "the bound held: the steepest step, 2 to 3, has 25.0 % of the range" in said([smooth(), sharp()])[1]
    assert "the bound was broken: " in said([smooth(verdict=JUMP), sharp()])[1]
    assert "the bound was not shown to hold (undecided): " in said([smooth(verdict=UNDECIDED), sharp()])[1]


def test_the_sharp_metrics_get_their_scores():
    assert said([smooth(), sharp(float("inf"))])[2] == "Of the same outputs, `sharp_metric` has E = ∞ (jump)."
