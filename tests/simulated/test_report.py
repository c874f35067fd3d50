"""A few tasks of the simulated benchmark through every stage: the same chapters, and whatever shows it says so."""

import re
from dataclasses import replace

import duckdb
import pytest

from pipeline import analyse, score, sources
from pipeline.core import database
from pipeline.core.settings import Settings
from pipeline.curve_tests import stage as curve_tests
from pipeline.report import stage as report
from pipeline.simulated import benchmark
from tests.fixtures import COMMITTED, hasten_curve_tests, sketch

KEY = ["task", "subtask", "metric", "shots", "family"]
TASKS = ("codenames", "color", "emoji_movie")


@pytest.fixture(scope="session")
def simulated(builder, kernels):  # noqa: ARG001 - compiled before it begins
    """A project whose scores were simulated, for which only the committed curves are needed, up to the report."""

    def build(settings):
        settings = replace(settings, source="simulated")
        settings.committed.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(
                f"copy (from '{COMMITTED / 'emergence.parquet'}' where task in {TASKS})"
                f" to '{settings.committed / 'emergence.parquet'}' (format parquet)"
            )
        with pytest.MonkeyPatch.context() as patch:
            sketch(patch)
            hasten_curve_tests(patch)
            for step in (sources.fetch, sources.load, score.run, curve_tests.run, analyse.run, report.run):
                step(settings)

    return replace(builder.project("simulated", build), source="simulated")


@pytest.fixture
def made(simulated):
    """Its tables, to be read."""
    with database.connect(simulated.database, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def text(simulated):
    return (simulated.results() / "report.md").read_text(encoding="utf-8")


def test_the_design_is_the_real_one(made, simulated):
    scales = made.execute("select task, subtask, metric, shots, family, n_scales from emergence").df()
    scales = scales.set_index(KEY)["n_scales"].sort_index()
    expected = benchmark.read_design(simulated).curves.set_index(KEY)["n_scales"].sort_index()
    assert len(scales) > 100
    assert (scales == expected).all()
    assert database.count(made, "select count(*) from stg_scores where score is null or isnan(score)") == 0


def test_it_goes_through_the_stages_without_scores_or_network(made):
    counts = dict(made.execute("from row_counts").fetchall())
    (address,) = database.fetch_row(made, "select address from provenance")
    assert counts["in"] == counts["kept"] > 1_000
    assert "simulated" in address
    assert database.count(made, "select count(*) from curve_tests where is_tested") > 20


def test_whatever_shows_it_says_so(simulated, text):
    assert sources.find(simulated).is_simulated
    assert not sources.find(Settings()).is_simulated
    assert simulated.results() == simulated.data / "runs" / "simulated"
    assert text.startswith("# SIMULATED: ")
    assert "**In this benchmark nothing emerges" in text


def test_nothing_published_is_told_of_it(text):
    assert "Figure 5A" not in text
    assert "annotated as emergent" not in text


def test_its_curves_are_tested_like_real_ones(text):
    titles = re.findall(r"^## \d+\. (.*)\n\n(?!\*Left out)", text, re.MULTILINE)
    of_tests = {"Is E a detector of sudden gains?", "What do smooth worlds give?", "Which gains were sudden?"}
    assert of_tests <= set(titles)
