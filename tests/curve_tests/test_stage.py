"""The stage: which curves it takes, what it takes as committed, and when it makes a table anew."""

import csv
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from pipeline import analyse, score, sources
from pipeline.core import database, files, freshness
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.curve_tests import calibration, parts, source, stage
from pipeline.report import narrative
from pipeline.report import stage as report
from tests.fixtures import copy_of, hasten_curve_tests, project_at, rows

SIZES = [10.0**power for power in range(6, 12)]
# One of each: tested, no n_test, too few scales, flat, no counts, too many examples, no chance level, no proportion
# without and with standard errors.
RISING = [0, 0.02, 0.04, 0.1, 0.3, 0.7]
CURVES = {
    "tested": ("exact_str_match", SIZES, RISING, 50),
    "nameless": ("exact_str_match", SIZES, RISING, None),
    "short": ("exact_str_match", SIZES[:3], [0, 0.5, 1], 50),
    "flat": ("exact_str_match", SIZES, [0.5] * 6, 50),
    "odd": ("exact_str_match", SIZES, [0.013, 0.1, 0.2, 0.3, 0.4, 0.5], 50),
    "crowd": ("exact_str_match", SIZES, RISING, 1_000_050),
    "choice": ("multiple_choice_grade", SIZES, [0.3, 0.2, 0.3, 0.3, 0.4, 0.5], 50),
    "words": ("rougeLsum", SIZES, [1.0, 3.0, 2.0, 4.0, 9.0, 12.0], None),
    "measured": ("rougeLsum", SIZES, [1.0, 3.0, 2.0, 4.0, 9.0, 12.5], None),
    "between": ("pct_stereotype", SIZES, RISING, 50),
}
STATUSES = {
    "tested": "fitted",
    "nameless": "no_n",
    "short": "too_few_scales",
    "flat": "flat",
    "odd": "not_counts",
    "crowd": "too_many_examples",
    "choice": "no_chance_level",
    "words": "fitted",
    "measured": "fitted",
    "between": "neutral",
}
ERRORS = {"measured": 0.5}


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch):
    hasten_curve_tests(monkeypatch)


def scored(root, names):
    """Take a tidy table of the named curves up to their emergence scores, and return the settings."""
    with (root / "scores.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(
            ["task", "subtask", "metric", "shots", "family", "model", "params", "score", "n_test", "standard_error"]
        )
        for name in names:
            metric, sizes, scores, n = CURVES[name]
            writer.writerows(
                [name, name, metric, 0, "Tiny", f"tiny-{size:g}", f"{size:.0f}", value, n or "", ERRORS.get(name, "")]
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
        hasten_curve_tests(patch)
        stage.run(settings)
    return settings


@pytest.fixture
def own(tested, tmp_path):
    """A copy of it."""
    return replace(tested, root=copy_of(tested, tmp_path).root)


def folder_of(settings):
    return stage.places(settings)[-1]


def told(settings):
    """The report without its pictures."""
    analyse.run(settings)
    with database.connect(settings.database, read_only=True) as connection:
        return report.render(narrative.gather(connection, settings), "report.md.j2")


def test_every_curve_has_a_status_and_only_some_are_tested(tested):
    assert dict(rows(tested, "select task, status from curve_tests")) == STATUSES
    chosen = rows(tested, "select task, basis from curve_tests where is_tested order by all")
    assert chosen == [("measured", "gaussian"), ("tested", "binomial"), ("words", "gaussian")]


def test_standard_errors_of_one_s_own_make_tests_of_more_than_exploration(tested):
    found = rows(tested, "select task from curve_tests where is_exploratory")
    assert found == [("words",)]
    assert rows(tested, "select goodness_p is not null from curve_tests where task = 'measured'") == [(True,)]


def test_smooth_worlds_come_with_tested_proportions(tested):
    assert rows(tested, "select curves, tasks from strata") == [(1, 1)]
    every = "select count(distinct scenario), count(distinct convention), max(observed) from scenario_counts"
    assert rows(tested, every)[0][:2] == (9, 4)
    # One task tells nothing of the choice of tasks.
    assert rows(tested, "select count(*) from scenario_checks") == [(0,)]


def test_a_second_run_computes_nothing(own, monkeypatch, capsys):
    names = [stage.NAME, *(f"{name}.csv" for name in stage.SCENARIO_TABLES)]
    before = [(folder_of(own) / name).read_bytes() for name in names]
    monkeypatch.setattr(parts, "run", Mock(side_effect=AssertionError("tested again")))
    monkeypatch.setattr(stage, "world", Mock(side_effect=AssertionError("drawn again")))
    made = stage.run(own)
    assert {folder_of(own) / name for name in names} < set(made)
    assert [(folder_of(own) / name).read_bytes() for name in names] == before
    assert capsys.readouterr().out.count("up to date") == 2


def committed(own):
    """The same project, with the tables that were its own committed instead."""
    own.committed.parent.mkdir(exist_ok=True)
    folder_of(own).rename(own.committed)
    return own


def is_made_anew(settings, monkeypatch):
    """Whether a run tests curves, and draws worlds, anew."""
    run, world = Mock(side_effect=parts.run), Mock(side_effect=stage.world)
    monkeypatch.setattr(parts, "run", run)
    monkeypatch.setattr(stage, "world", world)
    stage.run(settings)
    return run.called, world.called


def test_committed_tables_of_these_scores_and_this_code_are_used(own, monkeypatch):
    assert is_made_anew(committed(own), monkeypatch) == (False, False)
    assert not folder_of(own).exists()
    assert rows(own, "select count(*) from strata") == [(1,)]


def test_committed_tables_of_other_code_are_not(own, monkeypatch):
    monkeypatch.setattr(freshness, "code_key", lambda *_: "new code")
    before = {path: path.read_bytes() for path in committed(own).committed.iterdir()}
    assert is_made_anew(own, monkeypatch) == (True, True)
    assert before == {path: path.read_bytes() for path in own.committed.iterdir()}
    assert {path.name for path in folder_of(own).iterdir()} >= {path.name for path in before}


def test_committed_tables_of_other_scores_are_not(own, monkeypatch):
    other = scored(committed(own).root, [name for name in CURVES if name != "odd"])
    assert is_made_anew(other, monkeypatch) == (True, True)


def test_other_conventions_or_scenarios_have_other_worlds(own, monkeypatch):
    with database.connect(own.database) as connection:
        connection.execute("delete from seed_conventions where convention = 'signed'")
    assert is_made_anew(own, monkeypatch) == (False, True)
    known = files.sha256
    monkeypatch.setattr(files, "sha256", lambda path: "new" if path.name == "scenarios.csv" else known(path))
    assert is_made_anew(own, monkeypatch) == (False, True)


def test_another_threshold_has_worlds_of_its_own_beside_the_first(own, monkeypatch):
    other = replace(own, threshold=5.0)
    assert is_made_anew(other, monkeypatch) == (False, True)
    assert is_made_anew(other, monkeypatch) == (False, False)
    assert is_made_anew(own, monkeypatch) == (False, False)
    assert (folder_of(own) / "threshold-5" / "scenario_counts.csv").is_file()


def test_worlds_are_those_of_the_tests_beside_them(own):
    before = (folder_of(own) / "scenario_counts.csv").read_bytes()
    for path in folder_of(own).glob("s*.csv"):
        path.unlink()
    stage.run(own)
    assert (folder_of(own) / "scenario_counts.csv").read_bytes() == before


def test_a_curve_that_goes_takes_no_result_of_another_with_it(own):
    query = "from curve_tests where is_tested order by all"
    before = rows(own, f"select * exclude curve_id {query}")
    # What is kept of the others is used again.
    stage.run(scored(own.root, [name for name in CURVES if name not in ("choice", "odd")]))
    assert rows(own, f"select * exclude curve_id {query}") == before


def test_columns_of_worlds_have_types_where_they_are_empty_too(own):
    found = rows(
        own,
        """
        select table_name, column_name, data_type from duckdb_columns()
        where table_name in ('strata', 'scenario_counts', 'scenario_checks') and data_type = 'VARCHAR'
        """,
    )
    words = {"answers", "n_test_class", "temperature", "scenario", "convention", "metric", "statistic"}
    assert {column for _, column, _ in found} <= words


def keys_of(settings):
    return [line.split(",")[1] for line in (folder_of(settings) / freshness.NAME).read_text().splitlines()[1:]]


def test_keys_change_with_scores_and_code(own, monkeypatch):
    keys = [keys_of(own)]
    stage.run(scored(own.root, [name for name in CURVES if name != "odd"]))
    keys.append(keys_of(own))
    monkeypatch.setattr(freshness, "code_key", lambda *_: "new code")
    stage.run(own)
    keys.append(keys_of(own))
    # One of the tests, one of the three tables of worlds.
    assert len({key for some in keys for key in some}) == 2 * 3


def test_a_table_counts_as_made_where_it_lies_unaltered_beside_its_key(tested, tmp_path):
    path, key = folder_of(tested) / stage.NAME, keys_of(tested)[0]
    assert freshness.is_made_from(path, key)
    assert not freshness.is_made_from(path, "another")
    assert not freshness.is_made_from(tmp_path / stage.NAME, key)


@pytest.mark.parametrize("name", [stage.NAME, "strata.csv", "scenario_checks.csv"])
def test_a_table_that_was_damaged_is_made_again(own, name):
    path = folder_of(own) / name
    whole = path.read_bytes()
    path.write_bytes(b"nothing")
    stage.run(own)
    assert path.read_bytes() == whole


def test_without_a_tested_proportion_there_are_no_worlds(project):
    settings = scored(project.root, ["words", "short"])
    made = stage.run(settings)
    assert [path.name for path in made] == [settings.database.name, stage.NAME]
    with database.connect(settings.database, read_only=True) as connection:
        assert not [name for name in stage.SCENARIO_TABLES if database.has_table(connection, name)]


def test_worlds_of_scores_that_are_gone_go_with_them(own):
    settings = scored(own.root, ["words", "short"])
    stage.run(settings)
    with database.connect(settings.database, read_only=True) as connection:
        assert not [name for name in stage.SCENARIO_TABLES if database.has_table(connection, name)]


def test_without_scores_there_are_no_tests(own, monkeypatch, capsys):
    monkeypatch.setattr(sources, "find", lambda _: Mock(has_scores=False))
    assert stage.run(own) == [own.database]
    assert "curve_tests left out: it needs scores" in capsys.readouterr().out
    with database.connect(own.database, read_only=True) as connection:
        assert not database.has_table(connection, "curve_tests")
    with pytest.raises(PipelineError, match="calibrate needs scores.*Next: "):
        calibration.run(own)


def test_curves_of_which_none_can_be_tested_are_told_in_the_report(project):
    settings = scored(project.root, ["nameless", "short"])
    stage.run(settings)
    assert rows(settings, "select count(*) from curve_tests where is_tested") == [(0,)]
    assert "no curve of these scores can be tested" in told(settings)


def test_tested_curves_of_one_s_own_come_with_a_report(own):
    assert "tasks annotated as emergent" not in told(own)


def test_wrong_answers_become_right_ones(own):
    with database.connect(own.database) as connection:
        connection.execute("update testable_curves set higher_is_better = false")
        frame = source.read(connection)
    scores = frame.set_index("task")["scores"]
    assert scores["tested"] == pytest.approx(1 - np.array(CURVES["tested"][2]))
    assert scores["words"] == pytest.approx(-np.array(CURVES["words"][2]))
