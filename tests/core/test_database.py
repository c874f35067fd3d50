"""The database: locks, transactions, exports."""

import shutil
import subprocess
import sys

import duckdb
import pandas as pd
import pytest

from pipeline.core import database, files
from pipeline.core.errors import PipelineError


def test_a_database_that_another_process_holds_names_it(tmp_path):
    path = tmp_path / "held.duckdb"
    duckdb.connect(str(path)).close()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('held', flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(PipelineError, match=f"process {holder.pid} holds the database. Next: "),
            database.connect(path),
        ):
            pass
    finally:
        holder.communicate(b"")


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "broken.duckdb"
    path.write_bytes(b"no database " * 1000)
    with pytest.raises(PipelineError, match=r"broken\.duckdb: cannot be opened .* Next: "), database.connect(path):
        pass


def test_a_missing_database_says_how_to_make_one(tmp_path):
    missing = tmp_path / "none.duckdb"
    with pytest.raises(PipelineError, match="Next: run `make load`"), database.connect(missing, read_only=True):
        pass


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1 as x) to '{folder}/written.csv'",
        "from read_csv('{folder}/read.csv')",
        "attach '{folder}/attached.duckdb'",
        "export database '{folder}/exported'",
        "install httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "create table t as select 1 as x",
    ],
)
def test_what_only_reads_a_database_reaches_no_other_file(tmp_path, query):
    path = tmp_path / "own.duckdb"
    with database.connect(path, create=True) as connection:
        connection.execute("create table own as select 1 as x")
    (tmp_path / "read.csv").write_text("x\n1\n")
    before = sorted(tmp_path.iterdir())
    with database.connect(path, read_only=True) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(query.format(folder=tmp_path))
        assert connection.execute("from own").fetchall() == [(1,)]
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("place", ["in memory", "in a file"])
def test_what_writes_reaches_what_it_was_given_and_no_more(tmp_path, place):
    given, other = tmp_path / "given, it's [here]", tmp_path / "other"
    for folder in (given, other):
        folder.mkdir()
        (folder / "read.csv").write_text("x\n1\n")
    path = tmp_path / "own.duckdb"
    duckdb.connect(str(path)).close()
    opened = database.in_memory([given]) if place == "in memory" else database.connect(path, reach=[given])
    with opened as connection:
        connection.execute("create table own as from read_csv(?)", [str(given / "read.csv")])
        database.export_csv(connection, "own", given / "own.csv")
        database.export_parquet(connection, "own", given / "own.parquet")
        for query in (
            f"from read_csv('{other}/read.csv')",
            f"from read_csv('{tmp_path}/given, it''s [here]/../other/read.csv')",
            f"copy own to '{other}/own.csv'",
            f"attach '{other}/other.duckdb'",
            "load httpfs",
            "set enable_external_access = true",
            "set allowed_directories = ['/']",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(query)
    assert [file.name for file in other.iterdir()] == ["read.csv"]


def test_a_transaction_is_all_or_nothing(connection):
    connection.execute("create table kept as select 1 as x")
    with pytest.raises(duckdb.Error), database.transaction(connection):
        connection.execute("create or replace table kept as select 2 as x")
        connection.execute("select no_such_column from kept")
    assert connection.execute("from kept").fetchall() == [(1,)]


def test_a_table_is_one_of_the_database_alone(connection):
    connection.execute("""create table "a ""b.c" as select 1; create view seen as select 1""")
    frame = pd.DataFrame({"x": [1]})
    found = [database.has_table(connection, name) for name in ('a "b.c', "seen", "a", "frame", "b.c", "it's")]
    assert found == [True, True, False, False, False, False]
    # A transaction goes on.
    with database.transaction(connection):
        assert not database.has_table(connection, "a")
        assert database.has_table(connection, "seen")
    assert len(frame) == 1


def test_csv_cells(connection, tmp_path):
    connection.execute(
        "create table t as select * from (values"
        " ('b', 1.0 / 3, 2), ('a', 'inf'::double, null), ('a', '-inf'::double, 1),"
        " ('a', null, 0), ('say \"hi\", twice', 1e-20, 10000000000)) v(name, x, n)"
    )
    database.export_csv(connection, "t", tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text().splitlines() == [
        "name,x,n",
        "a,-inf,1",
        "a,inf,",
        "a,,0",
        "b,0.3333333333,2",
        '"say ""hi"", twice",1e-20,10000000000',
    ]


def test_exports_are_the_same_bytes_again(connection, tmp_path):
    connection.execute("create table t as select i % 7 as a, random() as b from range(5000) r(i)")
    for name in ("one", "two"):
        database.export_parquet(connection, "t", tmp_path / f"{name}.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_replacing_leaves_nothing_behind_a_failure(tmp_path):
    target = tmp_path / "x.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError), files.replacing(target) as temporary:
        temporary.write_text("half of the n")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]
    assert target.read_text() == "old"


def test_a_folder_that_is_deleted_meanwhile_is_one_clear_line(tmp_path):
    with (
        pytest.raises(PipelineError, match="cannot be written .* Next: check that the folder"),
        files.replacing(tmp_path / "outputs" / "report.md"),
    ):
        shutil.rmtree(tmp_path / "outputs")


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "outputs").write_text("a file in the way")
    with pytest.raises(PipelineError, match="cannot be written .* Next: check that the folder"):
        files.write_text(tmp_path / "outputs" / "report.md", "x")


def test_a_full_disk_is_one_clear_line(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(PipelineError, match="No space left on device.* Next: "):
        files.write_text(tmp_path / "x.txt", "x")
    assert list(tmp_path.iterdir()) == []


def test_two_connections_may_read_one_file_at_once(tmp_path):
    path = tmp_path / "some.duckdb"
    with database.connect(path, create=True) as connection:
        connection.execute("create table held as select 1 as one")
    with database.connect(path, read_only=True) as one, database.connect(path, read_only=True) as other:
        assert database.count(one, "select one from held") == database.count(other, "select one from held") == 1
