"""What the chapter says of infinite curves, whichever test sets they rest on."""

import duckdb
import pytest

from pipeline.core import database
from pipeline.core.seeds import load_seeds
from pipeline.core.settings import ROOT, Settings
from pipeline.core.study import Run
from pipeline.report.narrative import queries
from pipeline.studies.resolution.section import STUDY
from tests.studies.told import told

FOLDER = ROOT / "sql" / "studies" / "resolution"


@pytest.fixture(scope="module")
def seeded():
    with duckdb.connect(config={"threads": 1}) as connection:
        load_seeds(connection, Settings())
        database.make_macros(connection, ROOT / "sql" / "macros")
        yield connection


@pytest.fixture
def chapter(seeded):
    """The chapter about curves, each a status and a number of test examples."""

    def write(*curves):
        columns = "curve_id integer, task varchar, status varchar, n_test bigint, emergence_score double"
        columns += ", n_scales integer, span double, ends_worst boolean, turns_on_ties boolean, metric varchar"
        seeded.execute(f"create or replace table emergence ({columns})")
        for number, (status, n_test) in enumerate(curves):
            score = float("inf") if status == "infinite" else 5.0
            row = [number, f"t{number}", status, n_test, score, 8, 0.5, False, False, "acc"]
            seeded.execute("insert into emergence values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        seeded.execute("create or replace table emergent_shapes as select 'with_infinite' as convention, 0 as emergent")
        for path in database.sql_files([FOLDER]):
            if path.stem != "emergent_shapes":
                database.build_table(seeded, path)
        return told(STUDY, {"is_bigbench": False, "threshold": 100.0} | STUDY.numbers(Run(), queries(seeded)))

    return write


@pytest.mark.parametrize(
    ("curves", "opening"),
    [
        ([("finite", 50)], "**No curve is infinite.**"),
        ([("infinite", 50), ("finite", 8)], "**The one infinite curve rests on 50 or more test examples.**"),
        ([("infinite", 50), ("infinite", 20)], "**The 2 infinite curves rest on 20 or more test examples.**"),
        ([("infinite", None)], "**Of the 1 infinite curve the number of test examples is not known.**"),
        ([("infinite", 4), ("infinite", 50), ("infinite", 60)], "**Infinite scores come in part from small test sets"),
        ([("infinite", 4), ("infinite", 8), ("infinite", 60)], "**Infinite scores come mostly from small test sets"),
    ],
)
def test_the_chapter_opens_with_what_infinite_curves_rest_on(chapter, curves, opening):
    assert chapter(*curves).startswith(opening)
