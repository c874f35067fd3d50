"""What the report says of the networks trained here, for the claim and against it."""

import pytest

from pipeline.report.stage import render
from pipeline.studies.networks.equivalence import JUMP, NO_JUMP, UNDECIDED, UNDEFINED
from pipeline.studies.networks.section import STUDY


def curve(metric, score, verdict, *, is_smooth=False, is_emergent=False):
    return {
        "experiment": "images", "metric": metric, "emergence_score": score, "status": "finite", "verdict": verdict,
        "is_smooth": is_smooth, "is_emergent": is_emergent, "kind": "", "emergent": "", "seeds_emergent": "",
        "step": "2 to 3", "largest_share": 0.25, "upper_limit": 0.375, "test_size": 797,
    }  # fmt: skip


def smooth(score=5.0, verdict=NO_JUMP, **others):
    return curve("smooth_metric", score, verdict, is_smooth=True, **others)


def sharp(score=500.0, verdict=JUMP, **others):
    return curve("sharp_metric", score, verdict, **others)


def said(*curves):
    """The paragraph on one experiment with these median curves."""
    sides = {
        "smooth_curves": [row for row in curves if row["is_smooth"]],
        "sharp_curves": [row for row in curves if not row["is_smooth"]],
    }
    largest = {
        f"largest_{name.removesuffix('_curves')}": max(row["emergence_score"] or 0.0 for row in own)
        for name, own in sides.items()
    }
    experiment = {"experiment": "images", "title": "Digits", "sizes": 13, "seeds": 5, "test_size": 797}
    sharpness = {f"{kind}{what}": 1 for kind in ("smooth", "sharp") for what in ("", "_no_jump", "_emergent")}
    context = {
        "induced": {"networks": 65, "bound": 0.5, **sharpness},
        "induced_curves": curves,
        "induced_experiments": [experiment | sides | largest],
        "induced_resampling": [
            {"metric": "accuracy", "groups": 1000, "largest_error": 0.1, "largest_difference": 0.1,
             "share_within": 1.0, "expected_score": 5.0, "sampled_score": 5.0}
        ],
        "induced_by_test_size": [],
    }  # fmt: skip
    text = render(context, STUDY.template)
    (told,) = (line for line in text.splitlines() if line.startswith("**Digits** (13 sizes, 5 seeds each)."))
    return told


@pytest.mark.parametrize(
    ("curves", "words"),
    [
        ([smooth(), sharp(is_emergent=True)], "Emergence by the metric alone: sharp_metric, while the smooth metric"),
        ([smooth(verdict=UNDECIDED), sharp(is_emergent=True)], "That the smooth ones have no jump was not shown"),
        ([smooth(is_emergent=True), sharp(is_emergent=True)], "The smooth side is emergent too (smooth_metric)"),
        ([smooth(17.3), sharp(12.5)], "largest E is 12.5, against 17.3 of the smooth one"),
        ([smooth(5.0), sharp(12.5)], "largest E is 12.5, against 5 of the smooth one"),
        ([smooth(5.0), sharp(None)], "largest E is 0, against 5 of the smooth one"),
    ],
)
def test_the_outcome_comes_first_and_is_said_either_way(curves, words):
    assert words in said(*curves).split(" Under ")[0]


@pytest.mark.parametrize("verdict", [NO_JUMP, JUMP, UNDECIDED])
def test_the_verdict_is_reported_whichever_it_is(verdict):
    told = said(smooth(verdict=verdict), sharp())
    assert f"Under `smooth_metric`, E = 5, the verdict is *{verdict}*: the steepest step, 2 to 3, has 25.0 %" in told
    assert "the largest limit of any step is 37.5 %." in told


def test_the_sharp_metrics_get_their_scores():
    assert said(smooth(), sharp(float("inf"))).endswith("Of the same outputs, `sharp_metric` has E = ∞ (jump).")
    told = said(smooth(), sharp(), sharp(None, UNDEFINED))
    assert told.endswith("`sharp_metric` has E = 500 (jump), `sharp_metric` is flat (undefined).")
