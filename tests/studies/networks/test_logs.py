"""Networks' answers as logs of a harness: read and scored again like anybody's."""

from dataclasses import replace

import duckdb
import pandas as pd
import pytest
from rapidfuzz.distance import Levenshtein

from pipeline import sources
from pipeline.studies.networks.logs import write_logs
from pipeline.studies.networks.plan import FULL

JOB = next(job for experiment in FULL for job in experiment.jobs() if job.experiment == "addition")
TARGETS = ["123", "456", "789", "120"]
ANSWERS = {
    4: ["023", "999", "781", ""],
    6: ["123", "406", "781", "120"],
    8: ["123", "456", "789", "120"],
}


def test_their_answers_score_the_same_when_read_like_anybody_s(project):
    answers = [
        (
            replace(JOB, size=size, seed=0),
            pd.DataFrame({"target": TARGETS, "answer": given, "parameters": 100 * size}),
        )
        for size, given in ANSWERS.items()
    ]
    write_logs(answers, project.root / "logs")
    settings = replace(project, source="logs/seed-0")
    for stage in (sources.fetch, sources.load):
        stage(settings)
    with duckdb.connect(str(settings.database), read_only=True) as connection:
        found = connection.execute("from stg_scores").df()
    assert set(found["family"]) == {"adder"}
    scores = found.pivot_table(index="scale", columns="metric", values="score")
    for size, given in ANSWERS.items():
        pairs = list(zip(TARGETS, given, strict=True))
        exact = sum(target == answer for target, answer in pairs) / len(pairs)
        distance = sum(Levenshtein.normalized_distance(*pair) for pair in pairs) / len(pairs)
        assert scores.loc[100 * size, "exact_match"] == exact
        assert scores.loc[100 * size, "edit_distance"] == pytest.approx(distance)
