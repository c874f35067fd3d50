"""What a report says of its own making."""

import pytest

from pipeline.core.settings import Settings
from pipeline.report.narrative import command


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), "make report"),
        (Settings(source="my results", scale="training"), "make report SOURCE='my results' SCALE=training"),
        (
            Settings(source="r", scale="loss", loss="a_task", models="m.csv", tasks="t.csv", ref="v1", threshold=50.0),
            "make report SOURCE=r SCALE=loss LOSS=a_task MODELS=m.csv TASKS=t.csv REF=v1 THRESHOLD=50",
        ),
        (Settings(keep_going=True), "make report KEEP_GOING=1"),
    ],
)
def test_the_command_names_the_options_that_are_not_the_usual_ones(settings, expected):
    assert command(settings) == expected
