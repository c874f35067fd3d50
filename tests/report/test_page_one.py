"""The figure of the first page, where some kinds of curves do not occur."""

import pandas as pd
import pytest

from pipeline.core import plotting
from pipeline.report import page_one

POINTS = pd.DataFrame(
    [
        {"kind": kind, "number": number, "position": place, "scale": 10.0 ** (6 + place), "score": place / 10}
        for number, kind in enumerate(page_one.TITLES)
        for place in range(1, 6)
    ]
).assign(
    task="a_task", family="F", n_test=50, emergence_score=3.0, chance=0.0, fitted=0.2, low=0.1, high=0.3,
    predicted=0.2, forecast_low=0.1, forecast_high=0.3,
)  # fmt: skip
COUNTS = pd.DataFrame(
    [("spans one example at most", 5, 4), ("falls", 0, 0), ("late gain", 0, 0), ("other", 7, 2)],
    columns=["kind", "curves", "under_ten"],
)


def frames(*kinds):
    def frame(query, *_):
        return COUNTS if "false_alarms" in query else POINTS[POINTS["kind"].isin(kinds)]

    return frame


@pytest.mark.parametrize(
    ("kinds", "title"),
    [
        (["guessing"], "Two ways to look emergent without a sudden gain"),
        (["late gain"], "One way to look emergent without a sudden gain, and one sudden gain"),
        (["small test set", "guessing"], "Three ways to look emergent without a sudden gain"),
        (
            ["late gain", "guessing", "small test set"],
            "Three ways to look emergent without a sudden gain, and one sudden gain",
        ),
    ],
)
def test_it_shows_the_kinds_that_there_are(kinds, title):
    plotting.set_style()
    figure = page_one.draw(frames(*kinds))
    upper, lower = figure.subfigs
    assert upper._suptitle.get_text() == title
    assert [axes.get_title(loc="left") for axes in upper.axes[1:]] == [
        told for kind, told in page_one.TITLES.items() if kind in kinds
    ]
    # A kind without curves has neither bar nor label.
    assert [text.get_text() for text in lower.axes[0].texts] == [
        "5\nspan one test example\nat most", "7\nother (2 of them on\nfewer than ten examples)",
    ]  # fmt: skip
