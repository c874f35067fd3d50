"""From made-up outcomes to tables, figures and findings; nothing is trained."""

import dataclasses
import math

import duckdb
import numpy as np
import pandas as pd
import pytest

from pipeline.core import database, freshness, plotting
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.study import Run
from pipeline.report import narrative
from pipeline.studies.networks import stage
from pipeline.studies.networks.compute import compute, experiments
from pipeline.studies.networks.compute import medians as compute_medians
from pipeline.studies.networks.metrics import METRICS
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES, Experiment, Recipe
from pipeline.studies.networks.scoring import score
from pipeline.studies.networks.section import STUDY

RECIPE = Recipe(1, 1, 0.1, 60)
SIZES = (1, 2, 3, 4, 5, 6, 7)
EXPERIMENTS = tuple(Experiment(name, "size", SIZES, 3, RECIPE) for name in (ADDITION, IMAGES, AUTOENCODERS))


def made_up_outcomes(job):
    """Answers that get better by the same amount with every size, alike for every seed but for a shift of one."""
    count, right = 60, 8 * job.size + job.seed
    is_right = np.arange(count) < right
    return {
        IMAGES: {"label": np.ones(count), "predicted": is_right.astype(int)},
        AUTOENCODERS: {"squared_error": np.linspace(0.1, 0.4, count) * (8 - job.size) + job.seed / 100},
        ADDITION: {"target": ["12340"] * count, "answer": ["12340" if ok else "12345" for ok in is_right]},
    }[job.experiment]


@pytest.fixture(scope="module")
def scores():
    jobs = [job for experiment in EXPERIMENTS for job in experiment.jobs()]
    return pd.concat(
        [score(job, pd.DataFrame({"parameters": job.size, **made_up_outcomes(job)})) for job in jobs],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def tables(scores):
    return stage.make_tables(scores, Settings())


def test_even_steps_have_the_least_emergence_and_no_jump(tables):
    table = tables["induced_emergence"].set_index(["metric", "estimator", "test_size", "seed"])
    row = table.loc["accuracy", "expected", 60, "median"]
    # Seven scales, six equal steps.
    assert row["emergence_score"] == pytest.approx(6)
    assert (row["status"], row["verdict"], row["emergent_published"]) == ("finite", "no jump", False)


def test_curves_are_turned_so_that_better_is_higher(tables):
    table = tables["induced_emergence"]
    errors = table[table["metric"] == "mean_squared_error"]
    assert (errors["emergence_score"] > 0).all()
    assert (errors["highest"] < 0).all()


def test_every_metric_has_a_curve_a_seed_and_one_of_medians(tables):
    seeds = tables["induced_emergence"].groupby(["experiment", "metric", "estimator", "test_size"])["seed"].agg(set)
    assert all(found == {"0", "1", "2", "median"} for found in seeds)
    assert {metric for _, metric, *_ in seeds.index} == {metric.name for metric in METRICS}


def test_the_median_curve_is_that_of_the_middle_seed(tables):
    table = tables["induced_emergence"].query("metric == 'exact_match' and test_size == 50").set_index("seed")
    assert table.loc["median", "lowest"] == table.loc["1", "lowest"]
    assert table.loc["median", "highest"] == table.loc["1", "highest"]


def test_a_curve_that_is_flat_and_then_steps_is_infinite_and_valued_as_such(scores, project):
    exact = scores[(scores["metric"] == "exact_match") & (scores["test_size"] == 50)]
    stepped = exact.assign(score=(exact["size"] == max(SIZES)).astype(float))
    [row] = stage.make_tables(stepped, project)["induced_emergence"].query("seed == 'median'").to_dict("records")
    assert row["emergence_score"] == math.inf
    assert (row["emergent_published"], row["emergent_with_infinite"]) == (False, True)
    assert row["verdict"] == "jump"


@pytest.fixture(scope="module")
def read_back(tables, tmp_path_factory):
    """A database that took in the exported tables as the analysis does, and made the study's others from them."""
    folder = tmp_path_factory.mktemp("tables")
    stage.export(tables, folder)
    with duckdb.connect() as connection:
        for name in STUDY.committed:
            connection.read_csv(str(folder / f"{name}.csv"), header=True).create(name)
        for name, frame in compute(connection, Run()).items():
            database.make_table(connection, name, frame)
        yield connection


def test_findings_read_what_was_written(tables, read_back):
    (overview,) = read_back.execute("from induced_overview").df().to_dict("records")
    experiments = read_back.execute("from induced_experiments").df().set_index("experiment")
    medians = read_back.execute("from induced_medians").df().set_index(["metric", "estimator", "test_size"])
    assert overview["networks"] == 63
    assert (experiments.loc[IMAGES, "sizes"], experiments.loc[ADDITION, "seeds"]) == (7, 3)
    assert len(medians) == len(tables["induced_jumps"])
    assert overview["smooth"] + overview["sharp"] == medians["is_main"].sum()
    row = medians.loc["accuracy", "expected", 60]
    assert row["emergence_score"] == pytest.approx(6)
    assert row["seeds"] == 3
    assert row["seeds_emergent_published"] == 0


def test_a_flat_sharp_curve_counts_as_no_emergence(scores, project):
    of_exact = scores["metric"] == "exact_match"
    made = stage.make_tables(scores.assign(score=scores["score"].where(~of_exact, 0.5)), project)
    medians = compute_medians(made["induced_emergence"], made["induced_jumps"])
    found = experiments(made["induced_scores"], medians).set_index("experiment")
    assert found.loc[ADDITION, "largest_sharp"] == 0


def test_the_run_says_what_came_of_each_metric(scores, tables, project, monkeypatch, capsys):
    monkeypatch.setattr(stage, "scored", lambda *_: scores)
    products = stage.run(project)
    assert [path.name for path in products] == [*(f"{name}.csv" for name in STUDY.committed), freshness.NAME]
    assert len(capsys.readouterr().out.splitlines()) == len(tables["induced_jumps"]) + 1


def test_tables_are_the_same_whatever_the_order_of_scores(scores, project, tmp_path):
    keys = ["experiment", "metric", "estimator", "test_size", "size", "seed"]
    for name, table in (("a", scores), ("b", scores.sample(frac=1, random_state=1))):
        stage.export(stage.make_tables(table.sort_values(keys, ignore_index=True), project), tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_figures_are_drawn_and_the_same_twice(read_back, tmp_path):
    first, second = (plotting.draw_all(read_back, STUDY.figures, tmp_path / name) for name in ("a", "b"))
    assert {path.name for path in first} == {"induced_addition.png", "induced_images.png", "induced_autoencoders.png"}
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_without_tables_there_are_no_findings_and_the_report_says_what_to_do(connection):
    assert compute(connection, Run()) == {}
    said = STUDY.absence(Run(), narrative.queries(connection))
    assert said == "its tables are missing. To make them: `make induce`"


def test_only_the_full_run_writes_committed_results(project):
    quick = dataclasses.replace(project, quick=True)
    assert stage.results(project) == project.root / "outputs"
    assert stage.results(quick) == project.data / "runs" / "induce-quick"
    assert stage.results(dataclasses.replace(quick, out="mine")) == project.root / "mine"
    with pytest.raises(PipelineError, match="this run is quick"):
        stage.results(dataclasses.replace(quick, out="outputs"))
