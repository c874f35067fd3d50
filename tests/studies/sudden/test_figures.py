"""Pictures of late gains and of power: what is drawn of small frames."""

import pandas as pd
import pytest

from pipeline.core.plotting import LONGEST_TITLE, shortened
from pipeline.core.sample_sizes import CLASSES
from pipeline.studies.sudden.figures import draw_late_gains, draw_power
from tests.made import title_of


def points(curves, task="codenames"):
    rows = [
        {
            "curve_id": curve, "task": task, "family": "GPT", "n_test": 85.0, "low": 0.1, "high": 0.4, "predicted": 0.2,
            "scale": 10.0**scale, "scale_name": "tokens", "score_at": scale / 10,
            "score_low": scale / 10 - 0.05, "score_high": scale / 10 + 0.05, "fitted": 0.5,
        }
        for curve in range(curves)
        for scale in range(6, 10)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize("curves", [1, 4, 5, 12])
def test_every_late_gain_has_a_panel(curves):
    figure = draw_late_gains(points(curves))
    assert [title_of(axes) for axes in figure.axes] == ["codenames\nGPT, n = 85"] * curves
    assert all(axes.get_xscale() == "log" for axes in figure.axes)
    assert figure.get_supxlabel() == "tokens"


def test_the_last_score_stands_beside_its_forecast():
    [axes] = draw_late_gains(points(1)).axes
    scores, fitted, forecast, last = axes.lines
    assert list(scores.get_ydata()) == [0.6, 0.7, 0.8, 0.9]
    assert list(fitted.get_ydata()) == [0.5] * 4
    assert (list(forecast.get_xdata()), list(forecast.get_ydata())) == ([1e9], [0.2])
    assert (list(last.get_xdata()), list(last.get_ydata())) == ([1e9], [0.9])
    intervals, interval = axes.collections
    assert [segment[:, 1].round(2).tolist() for segment in intervals.get_segments()][-1] == [0.85, 0.95]
    assert interval.get_segments()[0].tolist() == [[1e9, 0.1], [1e9, 0.4]]


def test_long_names_are_shortened():
    longest = "x" * LONGEST_TITLE
    assert shortened(longest) == longest
    assert shortened(longest + "y") == "x" * (LONGEST_TITLE - 3) + "..."
    [axes] = draw_late_gains(points(1, "y" * 80)).axes
    assert len(title_of(axes).splitlines()[0]) == LONGEST_TITLE


def power_of(*rows):
    columns = ["test", "place", "jump", "n_test_class", "found"]
    return pd.DataFrame(rows, columns=columns).assign(low=0.0, high=1.0)


def test_power_has_a_panel_for_each_place_of_a_jump():
    found = power_of(
        ("broken", "upper half", 0.5, "200+", 0.9), ("broken", "upper half", 0.1, "200+", 0.2),
        ("without_1_upper", "last", 0.1, "10-49", 0.1), ("broken", "last", 0.1, "200+", 0.3),
        ("without_1_upper", "upper half", 0.1, "200+", 0.4), ("jump_excluded_10", "last", 0.1, "200+", 0.5),
    )  # fmt: skip
    left, right = draw_power(found).axes
    shown = [
        {line.get_label().split()[0]: list(line.get_ydata()) for line in axes.lines if len(line.get_ydata()) and
         not line.get_label().startswith("_")}
        for axes in (left, right)
    ]  # fmt: skip
    # By size of the jump; the other places and tests are in neither.
    assert shown == [{"200+": [0.2, 0.9]}, {"10-49": [0.1]}]
    assert [text.get_text().split()[0] for text in left.get_legend().get_texts()] == list(CLASSES)


def test_of_nothing_there_is_no_picture():
    assert draw_late_gains(points(0)) is None
    assert draw_power(power_of()) is None
