"""The simulated benchmark through the stages, and counted beside the real one: the same SQL, and known answers."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline import analyse, score, sources
from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.seeds import load_seeds
from pipeline.core.settings import ROOT, Settings
from pipeline.report import narrative
from pipeline.report import stage as report
from pipeline.simulated import benchmark
from pipeline.studies.smooth_worlds import simulate
from pipeline.studies.smooth_worlds.section import _simulated
from tests.conftest import sketch

COMMITTED = ROOT / "outputs" / "tables"
KEY = ["task", "subtask", "metric", "shots", "family"]


@pytest.fixture(scope="session")
def simulated(builder):
    """A project whose scores were simulated, for which only the committed curves are needed, up to the report."""

    def build(settings):
        settings.committed.mkdir(parents=True)
        shutil.copy2(COMMITTED / "emergence.parquet", settings.committed)
        settings = replace(settings, source="simulated")
        for step in (sources.fetch, sources.load, score.run, analyse.run):
            step(settings)
        with pytest.MonkeyPatch.context() as patch:
            sketch(patch)
            report.run(settings)

    return replace(builder.project("simulated", build), source="simulated")


@pytest.fixture
def made(simulated):
    """Its tables, to be read."""
    with database.connect(simulated.database, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def real_design():
    return benchmark.read_design(Settings(root=ROOT))


def test_the_design_is_the_real_one(made, real_design):
    scales = made.execute("select task, subtask, metric, shots, family, n_scales from emergence").df()
    scales = scales.set_index(KEY)["n_scales"].sort_index()
    expected = real_design.curves.set_index(KEY)["n_scales"].sort_index()
    assert len(scales) == 20_500
    assert (scales == expected).all()
    assert database.count(made, "select count(*) from stg_scores where score is null or isnan(score)") == 0
    assert real_design.curves["n_test"].between(1, 1024).all()


def test_it_goes_through_the_stages_without_scores_or_network(made):
    counts = dict(made.execute("from row_counts").fetchall())
    statuses = dict(made.execute("select status, count(*) from emergence group by status").fetchall())
    (address,) = database.fetch_row(made, "select address from provenance")
    scores = made.execute("select emergence_score from emergence where status = 'finite'").df()["emergence_score"]
    assert counts["in"] == counts["kept"] > 180_000
    assert sum(statuses.values()) == 20_500
    assert "simulated" in address
    assert (abs(scores) < 1e6).all(), "steps of rounding errors"


def test_whatever_shows_it_says_so(simulated):
    assert sources.find(simulated).is_simulated
    assert not sources.find(Settings()).is_simulated
    assert simulated.results() == simulated.data / "runs" / "simulated"
    text = (simulated.results() / "report.md").read_text()
    assert text.startswith("# SIMULATED: ")
    assert "A benchmark in which nothing emerges" in text
    assert "published Figure 5A" not in text


def test_a_simulated_benchmark_is_not_compared_with_itself(project):
    with pytest.raises(PipelineError, match=r"compared with real scores, and this run has none. Next: put "):
        simulate.run(replace(project, source="simulated"))


def counted(emergent, value):
    by_metric = pd.DataFrame(
        {
            "convention": "published",
            "metric": ["bleu", simulate.TWO_METRICS, simulate.ALL_METRICS],
            "curves": [10, 20, 30],
            "emergent": [emergent, 2 * emergent, 3 * emergent],
        }
    )
    fit = pd.DataFrame(
        {"quantity": ["mean score"], "metric": ["bleu"], "member": ["GPT A"], "family": ["GPT"], "params": [1],
         "count": [5], "value": [value]}
    )  # fmt: skip
    return simulate.Counts(by_metric, fit)


@pytest.fixture(scope="module")
def compared():
    """The two tables of five real curves beside one to three simulated ones."""
    return simulate.compare(counted(5, 0.5), [counted(count, 0.1 * count) for count in (1, 2, 3)])


def test_real_counts_stand_beside_the_spread_of_the_simulations(compared):
    table, fit = compared
    rows = table.set_index("metric")
    numbers = ["real_emergent", "simulated_emergent", "simulated_low", "simulated_high"]
    assert rows.loc["bleu", numbers].tolist() == [5, 2, 1.05, 2.95]
    assert rows.loc["bleu", "real_share"] == 0.5
    assert rows.loc["bleu", "simulated_share"] == 0.2
    assert not rows.loc["bleu", "is_within"]
    # Of all metrics, 6 to 15; of the two, 4 to 10.
    assert rows.loc[simulate.ALL_METRICS, numbers[:2]].tolist() == [15, 6]
    assert rows.loc[simulate.TWO_METRICS, numbers[:2]].tolist() == [10, 4]
    assert fit.loc[0, "simulated"] == pytest.approx(0.2)
    assert not fit.loc[0, "is_within"]


def test_a_metric_beyond_the_simulations_is_told(compared, connection):
    load_seeds(connection, Settings())
    for name, frame in zip(simulate.TABLES, compared, strict=True):
        database.make_table(connection, name, frame)
    database.build_table(connection, ROOT / "sql" / "studies" / "smooth_worlds" / "simulated_fit_overview.sql")
    told = _simulated(narrative.queries(connection))
    assert [row["metric"] for row in told["beyond"]] == ["bleu"]
    assert told["by_convention"]["published"]["real_emergent"] == 15
    assert told["fit"] == [{"quantity": "mean score", "compared": 1, "inside": 0}]


def test_the_committed_tables_are_of_this_code():
    """One benchmark of the forty, counted anew, lies among those that the committed table summarises."""
    settings = Settings(root=ROOT)
    design = benchmark.read_design(settings)
    counts = simulate.count_simulated(settings, sources.TABLE, design, simulate.SEEDS[0])
    fresh = counts.by_metric.set_index(["convention", "metric"])["emergent"]
    committed = pd.read_csv(COMMITTED / "simulated_world.csv").set_index(["convention", "metric"])
    assert set(fresh.index) == set(committed.index)
    mean = committed["simulated_emergent"]
    everything = [key for key in fresh.index if key[1] == simulate.ALL_METRICS]
    assert (abs(fresh[everything] - mean[everything]) <= 4 * np.sqrt(mean[everything]) + 0.2 * mean[everything]).all()
