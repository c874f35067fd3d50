"""The stage: which curves it takes, what it keeps when killed, and when it leaves a table as it is."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from pipeline import analyse, score, sources
from pipeline.core import database, freshness, parallel
from pipeline.core.settings import Settings
from pipeline.curve_tests import parts, plan, source, stage
from pipeline.report import narrative
from pipeline.report import stage as report
from tests.conftest import copy_of, project_at
from tests.made import frame_of, smooth_curves

REPS = (50,)
SIZES = [10.0**power for power in range(6, 12)]
# One of each: tested, no n_test, too few scales, flat, no proportion.
CURVES = {
    "tested": ("exact_str_match", SIZES, [0, 0.02, 0.04, 0.1, 0.3, 0.7], 50),
    "nameless": ("exact_str_match", SIZES, [0, 0.02, 0.04, 0.1, 0.3, 0.7], None),
    "short": ("exact_str_match", SIZES[:3], [0, 0.5, 1], 50),
    "flat": ("exact_str_match", SIZES, [0.5] * 6, 50),
    "odd": ("exact_str_match", SIZES, [0.013, 0.1, 0.2, 0.3, 0.4, 0.5], 50),
    "choice": ("multiple_choice_grade", SIZES, [0.3, 0.2, 0.3, 0.3, 0.4, 0.5], 50),
    "words": ("rougeLsum", SIZES, [1.0, 3.0, 2.0, 4.0, 9.0, 12.0], None),
}
STATUSES = {
    "tested": "fitted",
    "nameless": "no_n",
    "short": "too_few_scales",
    "flat": "flat",
    "odd": "not_counts",
    "choice": "no_chance_level",
    "words": "fitted",
}


@pytest.fixture(autouse=True)
def _few_replicates(monkeypatch):
    monkeypatch.setattr(stage, "SCHEDULE", REPS)
    monkeypatch.setattr(stage.os, "cpu_count", lambda: 1)


def scored(root, names):
    """Take a tidy table of the named curves up to their emergence scores, and return the settings."""
    with (root / "scores.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["task", "subtask", "metric", "shots", "family", "model", "params", "score", "n_test"])
        for name in names:
            metric, sizes, scores, n = CURVES[name]
            writer.writerows(
                [name, name, metric, 0, "Tiny", f"tiny-{size:g}", f"{size:.0f}", value, n or ""]
                for size, value in zip(sizes, scores, strict=True)
            )
    settings = Settings(root=root, source="scores.csv")
    for step in (sources.fetch, sources.load, score.run):
        step(settings)
    return settings


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    """Settings of a project in which every curve went through the stage; not to be changed."""
    root = tmp_path_factory.mktemp("tested")
    settings = scored(project_at(root).root, CURVES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "SCHEDULE", REPS)
        patch.setattr(stage.os, "cpu_count", lambda: 1)
        stage.run(settings)
    return settings


@pytest.fixture
def own(tested, tmp_path):
    """A copy of it."""
    return replace(tested, root=copy_of(tested, tmp_path).root)


def folder_of(settings):
    return stage.places(settings)[-1].parent


def rows_of(settings, query):
    with database.connect(settings.database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def told(settings):
    """The report without its pictures."""
    analyse.run(settings)
    with database.connect(settings.database, read_only=True) as connection:
        return report.render(narrative.gather(connection, settings), "report.md.j2")


def test_every_curve_has_a_status_and_only_some_are_tested(tested):
    assert dict(rows_of(tested, "select task, status from curve_tests")) == STATUSES
    chosen = rows_of(tested, "select task, basis from curve_tests where is_tested order by all")
    assert chosen == [("tested", "binomial"), ("words", "gaussian")]


def test_a_second_run_computes_nothing(own, monkeypatch, capsys):
    path = folder_of(own) / "curve_tests.parquet"
    before = path.read_bytes()
    monkeypatch.setattr(parts, "run", lambda *_, **__: pytest.fail("tested again"))
    assert path in stage.run(own)
    assert path.read_bytes() == before
    assert "is up to date" in capsys.readouterr().out.splitlines()[-1]


def test_a_table_of_other_scores_or_code_is_made_again(own, monkeypatch):
    keys = [keys_of(own)]
    stage.run(scored(own.root, [name for name in CURVES if name != "odd"]))
    keys.append(keys_of(own))
    monkeypatch.setattr(freshness, "code_key", lambda *_: "new code")
    stage.run(own)
    keys.append(keys_of(own))
    assert len(set(keys)) == 3


def keys_of(settings):
    return (folder_of(settings) / freshness.NAME).read_text().splitlines()[1].split(",")[1]


def test_a_table_counts_as_made_where_it_lies_unaltered_beside_its_key(tested, tmp_path):
    path, key = folder_of(tested) / stage.NAME, keys_of(tested)
    assert freshness.is_made_from(path, key)
    assert not freshness.is_made_from(path, "another")
    assert not freshness.is_made_from(tmp_path / stage.NAME, key)


def test_a_table_that_was_damaged_is_made_again(own):
    path = folder_of(own) / stage.NAME
    whole = path.read_bytes()
    path.write_bytes(b"nothing")
    stage.run(own)
    assert path.read_bytes() == whole


def test_curves_of_which_none_can_be_tested_are_told_in_the_report(project):
    settings = scored(project.root, ["nameless", "short"])
    stage.run(settings)
    assert rows_of(settings, "select count(*) from curve_tests where is_tested") == [(0,)]
    text = told(settings)
    assert text.count("*Left out: no curve of these scores can be tested. That takes four scales") == 2


def test_tested_curves_of_one_s_own_come_with_a_report(own):
    text = told(own)
    assert "1 curve was tested for both" in text
    assert "tasks annotated as emergent" not in text
    assert "steeper than 97.5 % of slopes" in text


@pytest.fixture(scope="module")
def planned():
    frame = frame_of(smooth_curves(6, 30))
    return [replace_seed(one, number) for number, one in enumerate(_pieces(frame))]


def _pieces(frame):
    whole = plan.plan(frame)[0]
    for first in range(0, 6, 2):
        rows = slice(first, first + 2)
        design = type(whole.chunk.design)(*(values[rows] for values in whole.chunk.design))
        chunk = whole.chunk._replace(counts=whole.chunk.counts[rows], n=whole.chunk.n[rows], design=design)
        yield plan.Planned(whole.rows[rows], chunk)


def replace_seed(one, number):
    return one._replace(chunk=one.chunk._replace(seed=np.random.SeedSequence([5, number])))


@pytest.fixture(scope="module")
def whole(planned, tmp_path_factory):
    """What one run in this process finds."""
    return parts.run(planned, REPS, tmp_path_factory.mktemp("whole"), workers=1)


def test_a_run_that_was_killed_goes_on_where_it_was(planned, whole, tmp_path, monkeypatch):
    written, make = [], parallel.make_and_keep

    def dying(part):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(part.path)
        make(part)

    monkeypatch.setattr(parallel, "make_and_keep", dying)
    with pytest.raises(KeyboardInterrupt):
        parts.run(planned, REPS, tmp_path / "parts", workers=1)
    assert sorted((tmp_path / "parts").iterdir()) == sorted(written)
    monkeypatch.setattr(parallel, "make_and_keep", lambda part: (written.append(part.path), make(part)))
    found = parts.run(planned, REPS, tmp_path / "parts", workers=1)
    assert len(written) == 3
    assert found.equals(whole)
    assert list(found.index) == list(range(6))


def test_workers_change_nothing(planned, whole, tmp_path):
    assert whole.equals(parts.run(planned, REPS, tmp_path, workers=2))


def test_the_name_of_a_part_changes_with_what_is_in_it(planned):
    chunk = planned[0].chunk
    known = parts.name_of(chunk, REPS, "v")
    others = [
        parts.name_of(chunk._replace(counts=chunk.counts + 1), REPS, "v"),
        parts.name_of(chunk._replace(seed=np.random.SeedSequence(8)), REPS, "v"),
        parts.name_of(chunk, (60,), "v"),
        parts.name_of(chunk, REPS, "w"),
    ]
    assert len({known, *others}) == 5
    assert known == parts.name_of(chunk, REPS, "v")


def test_no_chunk_is_no_row(tmp_path):
    assert parts.run([], REPS, tmp_path, workers=1).empty


def test_wrong_answers_become_right_ones(own):
    with database.connect(own.database) as connection:
        connection.execute("update testable_curves set higher_is_better = false")
        frame = source.read(connection)
    scores = frame.set_index("task")["scores"]
    assert scores["tested"] == pytest.approx(1 - np.array(CURVES["tested"][2]))
    assert scores["words"] == pytest.approx(-np.array(CURVES["words"][2]))
