"""Every number that a template prints is a cell of an exported table: sections select and word, and compute nothing."""

import math
from bisect import bisect_left, bisect_right

import duckdb
import numpy as np
import pytest

from pipeline.core import database, wording
from pipeline.report import narrative, stage

# Within what ten written digits leave.
TOLERANCE = 1e-9


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


@pytest.fixture
def printed(monkeypatch):
    """What templates print, as numbers before they are written."""
    found = []

    def noted(value):
        if is_number(value) and math.isfinite(value):
            found.append(float(value))
        return value

    def noting(write):
        return lambda value, *others: write(noted(value), *others)

    def table(rows, titles):
        for row in rows:
            for name in titles:
                noted(row[name])
        return wording_table(rows, titles)

    wording_table = wording.markdown_table
    numeric = ("n", "counted", "pct", "points", "num")
    filters = {name: noting(write) if name in numeric else write for name, write in wording.FILTERS.items()}
    monkeypatch.setattr(wording, "FILTERS", filters)
    monkeypatch.setattr(wording, "markdown_table", table)
    monkeypatch.setattr(wording, "finalized", noted)
    return found


def cells_of(folder):
    """Every number in the tables of a folder."""
    found = set()
    with duckdb.connect() as connection:
        for path in sorted(folder.iterdir()):
            if path.suffix in (".csv", ".parquet") and path.name != "keys.csv":
                read = connection.read_csv if path.suffix == ".csv" else connection.read_parquet
                for column in read(str(path)).fetchnumpy().values():
                    if np.ma.getdata(column).dtype.kind in "iuf":
                        found.update(np.unique(np.ma.compressed(column)).astype(float).tolist())
    return sorted(value for value in found if math.isfinite(value))


def is_among(number, cells):
    slack = TOLERANCE * max(1.0, abs(number))
    near = cells[bisect_left(cells, number - slack) : bisect_right(cells, number + slack)]
    return any(math.isclose(cell, number, rel_tol=TOLERANCE, abs_tol=1e-12) for cell in near)


def test_the_search_finds_what_is_there_and_nothing_else():
    cells = [-2.0, 0.0, 0.125, 1e9]
    assert all(is_among(number, cells) for number in cells)
    assert not any(is_among(number, cells) for number in (-1.0, 1e-3, 0.1251, 1e9 + 10, 2e9))


@pytest.mark.parametrize("project", ["real_report", "made_up_report"])
def test_every_number_that_a_template_prints_is_in_a_table(project, printed, request):
    settings = request.getfixturevalue(project)
    with database.connect(settings.database, read_only=True) as connection:
        context = narrative.gather(connection, settings)
        for page in stage.pages(context):
            stage.render(context, f"{page}.md.j2")
    cells = cells_of(settings.results() / "tables")
    assert len(printed) > 200, "the templates were not listened to"
    assert sorted({number for number in printed if not is_among(number, cells)}) == []
