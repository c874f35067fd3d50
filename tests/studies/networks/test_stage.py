"""From made-up outcomes to tables, figures and findings; nothing is trained."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import PipelineError
from pipeline.induce import drawing, stage
from pipeline.induce.findings import Findings
from pipeline.induce.metrics import METRICS
from pipeline.induce.plan import ADDITION, AUTOENCODERS, IMAGES, Experiment, Recipe
from pipeline.induce.scoring import score

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


@pytest.fixture
def tables(scores, project):
    return stage.make_tables(scores, project)


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


def test_a_curve_that_is_flat_and_then_steps_is_infinite_and_read_as_such(scores, project):
    exact = scores[(scores["metric"] == "exact_match") & (scores["test_size"] == 50)]
    stepped = exact.assign(score=(exact["size"] == max(SIZES)).astype(float))
    [row] = stage.make_tables(stepped, project)["induced_emergence"].query("seed == 'median'").to_dict("records")
    assert row["emergence_score"] == math.inf
    assert (row["emergent_published"], row["emergent_with_infinite"]) == (False, True)
    assert row["verdict"] == "jump"


def test_findings_read_what_was_written(tables, tmp_path):
    stage.export(tables, tmp_path)
    findings = Findings.read(tmp_path)
    numbers = findings.numbers()
    assert numbers["networks"] == 63
    assert (numbers["images_sizes"], numbers["addition_seeds"]) == (7, 3)
    assert numbers["curves_smooth"] + numbers["curves_sharp"] == len(tables["induced_jumps"]) == len(numbers["rows"])
    rows = {(row["metric"], row["estimator"], row["test_size"]): row for row in numbers["rows"]}
    assert rows["accuracy", "expected", 60]["emergence_score"] == pytest.approx(6)
    assert rows["accuracy", "expected", 60]["seeds"] == 3
    assert rows["accuracy", "expected", 60]["seeds_emergent_published"] == 0
    assert len(list(findings.lines())) == 2 + len(numbers["rows"])


def test_tables_are_the_same_whatever_the_order_of_scores(scores, project, tmp_path):
    keys = ["experiment", "metric", "estimator", "test_size", "size", "seed"]
    for name, table in (("a", scores), ("b", scores.sample(frac=1, random_state=1))):
        stage.export(stage.make_tables(table.sort_values(keys, ignore_index=True), project), tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_figures_are_drawn_and_the_same_twice(tables, tmp_path):
    parts = (tables["induced_scores"], tables["induced_emergence"], EXPERIMENTS)
    first, second = (drawing.draw_all(*parts, tmp_path / name) for name in ("a", "b"))
    assert [path.name for path in first] == [
        "induced_addition.png", "induced_images.png", "induced_autoencoders.png",
    ]  # fmt: skip
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_findings_without_tables_say_what_to_do(tmp_path):
    with pytest.raises(PipelineError, match="holds no induced_scores.csv. Next: run `make induce`"):
        Findings.read(tmp_path)


def test_only_the_full_run_writes_committed_results(project):
    quick = dataclasses.replace(project, quick=True)
    assert stage.results(project) == project.root / "outputs"
    assert stage.results(quick) == project.data / "runs" / "induce-quick"
    assert stage.results(dataclasses.replace(quick, out="mine")) == project.root / "mine"
    with pytest.raises(PipelineError, match="this run is quick"):
        stage.results(dataclasses.replace(quick, out="outputs"))
