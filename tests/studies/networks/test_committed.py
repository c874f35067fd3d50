"""The committed results of `make induce`, and the chapter that is written from them, whatever they say."""

import duckdb
import pytest

from pipeline.core import freshness
from pipeline.core.settings import ROOT
from pipeline.core.study import Run
from pipeline.report.narrative import queries
from pipeline.studies.networks.compute import TABLES, compute, effects
from pipeline.studies.networks.outputs import MODULES
from pipeline.studies.networks.plan import FULL
from pipeline.studies.networks.section import STUDY
from tests.studies.told import told

FOLDER = ROOT / "outputs" / "tables"


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        for name in TABLES:
            connection.read_csv(str(FOLDER / f"{name}.csv")).create(name)
        yield connection


def test_the_tables_are_those_of_the_present_code():
    assert all(freshness.is_made_from(FOLDER / f"{name}.csv", freshness.code_key(*MODULES)) for name in TABLES)


def test_every_network_of_the_plan_is_there(connection):
    found = connection.execute("select distinct experiment, size, seed from induced_scores").fetchall()
    assert sorted(found) == sorted((job.experiment, job.size, job.seed) for one in FULL for job in one.jobs())


def test_what_the_chapter_says_follows_from_the_scores(connection):
    scores = connection.execute("from induced_scores").df()
    found = effects(scores).set_index(["experiment", "sharp"])
    assert found.loc[("autoencoders", "reconstruction_q10"), "sharpening_high"] < 0
    assert found.loc[("images", "subset_accuracy_10"), "sharpening_low"] > 0
    assert found.loc[("sequences", "all_of_5"), "sharpening_low"] > 0
    [sums] = found[found["is_primary"]].loc[[("addition", "exact_match")]].to_dict("records")
    assert sums["sharpening_low"] < 0 < sums["sharpening_high"]


def chapter(connection):
    for name, table in compute(connection, Run()).items():
        connection.register("made", table)
        connection.execute(f"create or replace table {name} as from made")
    return told(STUDY, STUDY.numbers(Run(), queries(connection)))


def test_the_chapter_prints_no_gap(connection):
    text = chapter(connection)
    assert "**In part:" in text
    assert "None" not in text.replace("*None.*", "")


@pytest.mark.parametrize(
    ("is_narrower", "opening"),
    [(True, "Yes: every sharp metric"), (False, "It is not shown here: of 4 sharp metrics 0 narrow")],
)
def test_the_chapter_says_so_where_all_or_none_sharpen(connection, is_narrower, opening):
    scores = connection.execute("from induced_scores").df()
    rank = scores.groupby(["experiment", "metric"])["size"].rank("dense")
    share = rank / rank.groupby([scores["experiment"], scores["metric"]]).transform("max")
    is_smooth = scores["metric"].isin(["accuracy", "mean_squared_error", "image_accuracy", "digit_accuracy"])
    # Level at both ends, so that no curve is cut.
    wide, narrow = ((share - 0.5) / 0.6 + 0.5).clip(0, 1), ((share - 0.5) / 0.2 + 0.5).clip(0, 1)
    smooth, sharp = (wide, narrow) if is_narrower else (narrow, wide)
    curve = sharp.where(~is_smooth, smooth)
    losses = scores["metric"].isin(["mean_squared_error", "token_edit_distance", "log_loss"])
    connection.register("turned", scores.assign(score=curve.where(~losses, -curve)))
    connection.execute("create or replace table induced_scores as from turned")
    assert opening in chapter(connection)


def test_without_its_tables_it_makes_none():
    with duckdb.connect() as connection:
        assert compute(connection, Run()) == {}
