"""The stage: which curves it takes, what it keeps when killed, and when it leaves a table as it is."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from pipeline import analyse, database, fetch, load, narrative, report, score
from pipeline.settings import Settings
from pipeline.sharpness import fingerprint, parts, plan, source, stage
from tests.sharpness.made import frame_of, smooth_world

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


@pytest.fixture
def own(project, monkeypatch):
    """A function that takes a tidy table of the named curves up to the curves, and returns the settings."""
    monkeypatch.setattr(stage, "SCHEDULE", REPS)
    monkeypatch.setattr(stage.os, "cpu_count", lambda: 1)

    def scored(names):
        with (project.root / "scores.csv").open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines)
            writer.writerow(["task", "subtask", "metric", "shots", "family", "model", "params", "score", "n_test"])
            for name in names:
                metric, sizes, scores, n = CURVES[name]
                writer.writerows(
                    [name, name, metric, 0, "Tiny", f"tiny-{size:g}", f"{size:.0f}", value, n or ""]
                    for size, value in zip(sizes, scores, strict=True)
                )
        settings = Settings(root=project.root, source="scores.csv")
        for one in (fetch, load, score):
            one.run(settings)
        return settings

    return scored


def rows_of(settings, query):
    with database.connect(settings.database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def told(settings):
    """The report without its pictures."""
    analyse.run(settings)
    with database.connect(settings.database, read_only=True) as connection:
        return report.render_markdown(narrative.gather(connection, settings))


def test_every_curve_has_a_status_and_only_some_are_tested(own):
    settings = own(CURVES)
    stage.run(settings)
    assert dict(rows_of(settings, "select task, status from curve_tests")) == STATUSES
    tested = rows_of(settings, "select task, basis from curve_tests where is_tested order by all")
    assert tested == [("tested", "binomial"), ("words", "gaussian")]


def test_a_second_run_computes_nothing(own, monkeypatch, capsys):
    settings = own(CURVES)
    (_, path) = stage.run(settings)
    before = path.read_bytes()
    monkeypatch.setattr(parts, "run", lambda *_, **__: pytest.fail("tested again"))
    stage.run(settings)
    assert path.read_bytes() == before
    assert "is up to date" in capsys.readouterr().out.splitlines()[-1]


def test_a_table_of_other_scores_or_code_is_made_again(own, monkeypatch):
    settings = own(CURVES)
    (_, path) = stage.run(settings)
    first = stage.fingerprint_of(path)
    settings = own([name for name in CURVES if name != "odd"])
    stage.run(settings)
    second = stage.fingerprint_of(path)
    monkeypatch.setattr(fingerprint, "code_version", lambda _: "new code")
    stage.run(settings)
    assert len({first, second, stage.fingerprint_of(path)}) == 3


def test_a_file_that_is_no_table_has_no_fingerprint(tmp_path):
    path = tmp_path / "curve_tests.parquet"
    path.write_bytes(b"nothing")
    assert stage.fingerprint_of(path) is None
    assert stage.find([path], "mark") is None


def test_curves_of_which_none_can_be_tested_are_told_in_the_report(own):
    settings = own(["nameless", "short"])
    stage.run(settings)
    assert rows_of(settings, "select count(*) from curve_tests where is_tested") == [(0,)]
    text = told(settings)
    assert text.count("*Left out: no curve of these scores can be tested. That takes four scales") == 3


def test_tested_curves_of_one_s_own_come_with_a_report(own):
    settings = own(CURVES)
    stage.run(settings)
    text = told(settings)
    assert "1 curve was tested for both" in text
    assert "tasks annotated as emergent" not in text
    assert "steeper than 97.5 % of slopes" in text


@pytest.fixture
def planned():
    frame = frame_of(smooth_world(6, 30))
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


def test_a_run_that_was_killed_goes_on_where_it_was(planned, tmp_path, monkeypatch):
    written, write = [], parts.write_part

    def dying(one, reps, path):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(path)
        write(one, reps, path)

    monkeypatch.setattr(parts, "write_part", dying)
    with pytest.raises(KeyboardInterrupt):
        parts.run(planned, REPS, tmp_path / "parts", workers=1)
    assert sorted((tmp_path / "parts").iterdir()) == sorted(written)
    monkeypatch.setattr(parts, "write_part", lambda *args: (written.append(args[2]), write(*args)))
    found = parts.run(planned, REPS, tmp_path / "parts", workers=1)
    assert len(written) == 3
    monkeypatch.setattr(parts, "write_part", write)
    whole = parts.run(planned, REPS, tmp_path / "other", workers=1)
    assert found.equals(whole)
    assert list(found.index) == list(range(6))


def test_workers_change_nothing(planned, tmp_path):
    alone = parts.run(planned, REPS, tmp_path / "one", workers=1)
    together = parts.run(planned, REPS, tmp_path / "two", workers=2)
    assert alone.equals(together)


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
    settings = replace(own(["tested"]))
    with database.connect(settings.database) as connection:
        connection.execute("update known_metrics set higher_is_better = false")
        frame = source.read(connection)
    assert frame["scores"][0] == pytest.approx(1 - np.array(CURVES["tested"][2]))
