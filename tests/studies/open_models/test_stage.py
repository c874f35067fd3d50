"""The tables of open models: what they need, what they hold, and how they are told."""

from dataclasses import replace

import duckdb
import pandas as pd
import pytest

from pipeline.core.errors import PipelineError
from pipeline.core.settings import DEFAULT_OPEN, ROOT
from pipeline.studies.open_models import figures, section, stage

COMMITTED = ROOT / "outputs" / "tables"


def table(name):
    return pd.read_csv(COMMITTED / f"{name}.csv")


def test_a_folder_that_lacks_a_data_set_is_one_clear_line(project):
    with pytest.raises(PipelineError, match=r"^OPEN=nowhere lacks .*harness/pythia.* Next: name the folder .*$"):
        stage.run(replace(project, open="nowhere"))


@pytest.mark.parametrize("name", sorted(stage.TABLES))
def test_each_table_of_others_becomes_a_tidy_one(name):
    path = ROOT / DEFAULT_OPEN / stage.TABLES[name]
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    query = (ROOT / "sql" / stage.SQL / "tables" / f"{name}.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("set variable file = ?", [str(path)])
        frame = connection.execute(query).df()
    assert {"task", "metric", "family", "model", "params", "score"} <= set(frame)
    assert frame["score"].notna().all()
    assert frame["params"].between(1e6, 1e12).all()


def test_the_committed_tables_hold_what_the_chapter_needs():
    curves, swaps = table("open_curves"), table("open_swaps")
    assert set(curves["dataset"]) == set(swaps["dataset"]) | {"pythia arithmetic"}
    statuses = curves[["finite", "flat", "infinite"]].sum(axis=1)
    # The others have one model only.
    assert (statuses <= curves["curves"]).all()
    parts = swaps[["emergent_both", "emergent_from_only", "emergent_to_only"]].sum(axis=1)
    assert (parts <= swaps["curves"]).all()
    assert swaps["mcnemar_p"].between(0, 1).all()


def test_the_same_outputs_stand_in_both_resolutions():
    found = table("open_resolution").set_index(["operation", "shots", "n_test"])["curves"].unstack()
    assert found[50].tolist() == [100] * 10
    assert found[5000].tolist() == [1] * 10


def test_no_raw_score_of_others_is_committed():
    # Only averages over a hundred tasks.
    assert (table("open_pooled")["operands"] == 100).all()


def test_the_figure_shows_what_there_is():
    resolution, points = table("open_resolution"), table("open_pooled")
    figure = figures.draw(resolution, points, 4)
    assert figure is not None
    assert len(figure.axes) == 3
    assert figures.draw(resolution.head(0), points, 4) is None


def test_every_data_set_has_a_name_for_readers():
    assert set(table("open_curves")["dataset"]) <= set(section.DATASETS)
