"""Scores -> staging tables in a fresh DuckDB file."""

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import orjson
from tqdm import tqdm

from pipeline import database, files, score_files, strict_json, tidy_table
from pipeline.errors import PipelineError
from pipeline.fetch import checkout, manifest, table
from pipeline.score_files import Rejected
from pipeline.settings import SIMULATED, Settings

SEEDS, STAGING = (1, 9), (10, 19)
# Beyond it DuckDB writes to disk beside the database. For 1.8 million scores that is faster than without a limit
# and takes a quarter of the memory.
MEMORY_LIMIT = "300MB"
SOURCE_COLUMNS = {
    "subtask_description": "VARCHAR",
    "task_name": "VARCHAR",
    "number_of_shots": "BIGINT",
    "model_family_model_name": "VARCHAR",
    "score_value": "DOUBLE",
}

STAND_IN_COLUMNS = {
    "task", "subtask", "is_aggregate", "metric", "shots", "family", "n_scales", "n_test", "n_test_basis", "lowest",
    "highest", "last_score", "ends_worst", "span", "median_step", "emergence_score", "turns_on_ties", "status",
}  # fmt: skip


class Origin(NamedTuple):
    """Where the scores are from, for the report; a tree of files has no single hash."""

    sha256: str | None
    size: int | None
    address: str
    is_stand_in: bool = False


def run(settings: Settings) -> list[Path]:
    """Build the database anew: seeds, staged scores, and an account of every row.

    Raises:
        PipelineError: the scores are not what they should be; the old database, if any, stays.
    """
    if settings.kind in ("table", SIMULATED):
        return load_table(settings, table.read_manifest(settings))
    if settings.kind == "tidy":
        return load_tidy(settings)
    if settings.kind == "official":
        listed = manifest.read(settings)
        hashes = {file.path: file.sha1 for file in listed.files}
        return load_tree(settings, settings.root / listed.folder, list(hashes), hashes)
    # A checkout is its user's: what lies there now is loaded, whatever it was when it was listed.
    folder = settings.root / settings.source
    return load_tree(settings, folder, checkout.list_paths(folder))


def load_table(settings: Settings, fetched: table.Manifest) -> list[Path]:
    """Load the pinned table, or the committed curves where they stand in for it.

    Raises:
        PipelineError: the table is not what it should be.
    """
    _refuse_if_held(settings.database)
    with _new_database(settings) as connection:
        load_seeds(connection, settings)
        origin = Origin(fetched.sha256, fetched.size, fetched.address, is_stand_in=fetched.is_stand_in)
        _note_provenance(connection, settings, origin)
        if fetched.path is None:
            _load_stand_in(connection, settings)
        else:
            scores = settings.root / fetched.path
            _verify(settings, scores, fetched)
            load_scores(connection, settings, scores)
    return [settings.database]


def load_tidy(settings: Settings) -> list[Path]:
    """Load a tidy table of scores.

    Raises:
        PipelineError: the table or a row of it cannot be used, and KEEP_GOING is not set.
    """
    _refuse_if_held(settings.database)
    path = settings.root / settings.source
    with _new_database(settings) as connection:
        load_seeds(connection, settings)
        _note_provenance(connection, settings, Origin(files.sha256(path), path.stat().st_size, settings.source))
        unread = tidy_table.open_cells(connection, path, settings.source)
        if unread:
            print(f"load     columns that are not read: {', '.join(unread)}")
        _stage(connection, settings)
        print(f"load     {describe_rows(connection)}")
    return [settings.database]


def load_tree(
    settings: Settings, folder: Path, paths: Sequence[str], hashes: Mapping[str, str] | None = None
) -> list[Path]:
    """Load score files, unless the database holds just these already.

    That is told by their paths, sizes and times of change, and by the code, SQL and seeds that the tables follow from.
    A file whose content was changed while its size and time stayed (`cp -p`, `touch -r`) goes unseen: there `make
    clean` first.

    Args:
        settings: the run.
        folder: what the paths start from.
        paths: score files, as `checkout.list_paths` gives them.
        hashes: git's hash of each file, by path, where they must be verified.

    Raises:
        PipelineError: files cannot be used or scores contradict each other, and KEEP_GOING is not set; or none can be.
    """
    fingerprint, size = _fingerprint(settings, folder, paths, hashes)
    if _last_fingerprint(settings.database) == fingerprint:
        with database.connect(settings.database, read_only=True) as connection:
            print(f"load     unchanged since the last load: {describe_files(connection)}")
        return [settings.database]
    with _new_database(settings) as connection:
        load_seeds(connection, settings)
        _note_provenance(connection, settings, Origin(None, size, settings.source), fingerprint)
        load_score_files(connection, settings, folder, paths, hashes)
    return [settings.database]


@contextmanager
def _new_database(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A fresh database that takes the old one's place if the block succeeds."""
    with files.replacing(settings.database) as temporary:
        temporary.unlink()
        with database.connect(temporary, create=True) as connection:
            connection.execute("set variable keep_going = ?", [settings.keep_going])
            connection.execute("set memory_limit = ?", [MEMORY_LIMIT])
            try:
                yield connection
            except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
                raise PipelineError(
                    f"{settings.shown(settings.database)}: cannot be written ({str(error).splitlines()[0]}). "
                    "Next: check that the disk has room."
                ) from error


def _refuse_if_held(path: Path) -> None:
    # A file that another process holds can be replaced under its feet: that process would go on with the old one.
    if path.is_file():
        with database.connect(path):
            pass


def _last_fingerprint(path: Path) -> str | None:
    """What the database was loaded from; nothing where there is none, or one that does not say.

    Raises:
        PipelineError: another process holds the database.
    """
    if not path.is_file():
        return None
    # Not read-only, so that this is the one opening that also refuses a database that is held.
    with database.connect(path) as connection:
        try:
            (fingerprint,) = database.fetch_row(connection, "select fingerprint from provenance")
        except (duckdb.CatalogException, duckdb.BinderException):
            return None
    return fingerprint if isinstance(fingerprint, str) else None


def _fingerprint(
    settings: Settings, folder: Path, paths: Sequence[str], hashes: Mapping[str, str] | None
) -> tuple[str, int]:
    """A digest of all that the staging tables of a tree follow from, without reading it; and the tree's size."""
    digest = hashlib.sha256(f"{duckdb.__version__} {orjson.__version__} {settings.keep_going}\n".encode())
    for part in _recipe(settings):
        digest.update(part.read_bytes())
    size = 0
    for path, length, changed in score_files.census(folder, paths):
        digest.update(f"{path}\0{length}\0{changed}\0{hashes[path] if hashes else ''}\n".encode())
        size += length
    return digest.hexdigest(), size


def _recipe(settings: Settings) -> list[Path]:
    """The code, the SQL and the seeds that the staging tables rest on."""
    code = [Path(file) for file in (__file__, score_files.__file__, strict_json.__file__)]
    queries = database.stage_files([*settings.queries, *settings.checks], SEEDS[0], STAGING[1])
    return [*code, *queries, *sorted(settings.sql.glob("seeds/*.csv"))]


def _verify(settings: Settings, scores: Path, manifest: table.Manifest) -> None:
    if files.sha256(scores) != manifest.sha256:
        raise PipelineError(
            f"{settings.shown(scores)}: is not the file that was fetched (its sha256 changed). "
            "Next: delete it and run `make fetch`."
        )


def load_seeds(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the seed tables from sql/seeds.

    Raises:
        PipelineError: a seed file is missing or does not parse.
    """
    seeds = str(settings.sql / "seeds").replace("'", "''")
    connection.execute(f"set file_search_path = '{seeds}'")
    try:
        database.build_tables(connection, database.stage_files([settings.sql], *SEEDS))
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise PipelineError(
            f"sql/seeds: {str(error).splitlines()[0]} "
            "Next: mend that file, or bring it back with `git checkout sql/seeds`."
        ) from error


def load_scores(connection: duckdb.DuckDBPyConnection, settings: Settings, scores: Path) -> None:
    """Stage the rows of a Parquet table and run the checks on them.

    Raises:
        PipelineError: the columns are others, or a check finds rows that it must not.
    """
    stage_scores(connection, settings, scores)
    print(f"load     {describe_rows(connection)}")


def stage_scores(connection: duckdb.DuckDBPyConnection, settings: Settings, scores: Path) -> None:
    """As `load_scores`, without a word."""
    _open_source(connection, settings, scores)
    _stage(connection, settings)


def load_score_files(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    folder: Path,
    paths: Sequence[str],
    hashes: Mapping[str, str] | None = None,
) -> None:
    """Stage the scores of score files, give an account of files and rows, and run the checks on them.

    Raises:
        PipelineError: files cannot be used and KEEP_GOING is not set, none can be used, or a check fails.
        OSError: the disk is full.
    """
    with tempfile.NamedTemporaryFile(
        dir=settings.database.parent,
        prefix=f".{settings.database.stem}-",
        suffix=f"{files.PARTIAL}{settings.database.suffix}.ndjson",
    ) as lines:
        bar = tqdm(paths, desc="load", unit="file", delay=1, leave=False, disable=None)
        rejected = score_files.write_lines(folder, bar, lines, hashes)
        lines.flush()
        _judge(settings, rejected, len(paths))
        open_lines(connection, lines.name)
    connection.execute("create table listed_files as select unnest(?::varchar[]) as path", [list(paths)])
    connection.execute(
        "create table rejected_files as select unnest(?::varchar[]) as path, unnest(?::varchar[]) as reason",
        [[file.path for file in rejected], [file.reason for file in rejected]],
    )
    _stage(connection, settings)
    print(f"load     {describe_files(connection)}")
    print(f"load     {describe_rows(connection)}")


def open_lines(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    """Make the temporary table score_lines, one row a score file, from what `score_files.write_lines` wrote."""
    lines = connection.read_json(
        path,
        columns=score_files.LINE_COLUMNS,
        format="newline_delimited",
        maximum_object_size=score_files.MAX_BYTES,
    )
    lines.create_view("score_lines_view")
    connection.execute("create temp table score_lines as from score_lines_view")
    connection.execute("drop view score_lines_view")


def _judge(settings: Settings, rejected: Sequence[Rejected], listed: int) -> None:
    """Stop at files that cannot be used, unless the user chose to go on and some are left; write the whole list."""
    whole_list = settings.database.with_name("rejected_files.csv")
    if not rejected:
        whole_list.unlink(missing_ok=True)
        return
    with io.StringIO(newline="") as text:
        csv.writer(text, lineterminator="\n").writerows([("path", "reason"), *((f.path, f.reason) for f in rejected)])
        files.write_text(whole_list, text.getvalue())
    shown = "; ".join(f"{file.path}: {file.reason}" for file in rejected[:3])
    more = f"; and {len(rejected) - 3:,} more" if len(rejected) > 3 else ""
    place = settings.shown(whole_list)
    message = f"{len(rejected):,} of {listed:,} score files cannot be used: {shown}{more} (all in {place})"
    if len(rejected) == listed:
        raise PipelineError(f"{message}, so no score is left. Next: fetch the files again.")
    if not settings.keep_going:
        raise PipelineError(f"{message}. Next: mend or fetch these files, or leave them out with KEEP_GOING=1.")
    print(f"load     LEFT OUT: {message}")


def _stage(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the staging tables: what differs by source ends in the table source_rows, all after it is shared."""
    for sql_file in database.stage_files(settings.queries[1:], *SEEDS):
        # The finished database would hold every score twice.
        database.build_table(connection, sql_file, temporary=database.table_name(sql_file) == "source_rows")
    database.build_tables(connection, database.stage_files(settings.queries, *STAGING))
    run_checks(connection, settings)


def run_checks(connection: duckdb.DuckDBPyConnection, settings: Settings) -> int:
    """Run the data tests on the staging tables and return how many passed.

    Raises:
        PipelineError: the first that failed.
    """
    return database.run_checks(connection, database.stage_files(settings.checks, *STAGING))


def _open_source(connection: duckdb.DuckDBPyConnection, settings: Settings, scores: Path) -> None:
    try:
        connection.read_parquet(str(scores)).create_view("source_table")
        found = {str(c): str(t) for c, t, *_ in connection.execute("describe source_table").fetchall()}
    except duckdb.Error as error:
        raise PipelineError(
            f"{settings.shown(scores)}: cannot be read as Parquet ({str(error).splitlines()[0]}). "
            "Next: delete it and run `make fetch` again."
        ) from error
    if found != SOURCE_COLUMNS:
        raise PipelineError(
            f"{settings.shown(scores)}: has columns {_listed(found)}, but needs {_listed(SOURCE_COLUMNS)}. "
            "Next: fetch the table again, or rename and convert its columns."
        )
    # The view would be a dangling path in the finished database.
    connection.execute("create temp table kept_source as from source_table")
    connection.execute("drop view source_table")
    connection.execute("alter table kept_source rename to source_table")


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def describe_rows(connection: duckdb.DuckDBPyConnection) -> str:
    """One line that accounts for every row."""
    counts = dict(connection.execute("from row_counts order by row_count desc, outcome").fetchall())
    rows_in = counts.pop("in")
    parts = " + ".join(f"{number:,} {outcome}" for outcome, number in counts.items())
    return f"{rows_in:,} rows in = {parts}"


def describe_files(connection: duckdb.DuckDBPyConnection) -> str:
    """One line that accounts for every score file, and for the scores that are no finite number."""
    counts = dict(connection.execute("from file_counts").fetchall())
    odd = database.count(connection, "select coalesce(sum(score_count), 0) from nonfinite_scores")
    line = f"{counts['in']:,} score files in = {counts['loaded']:,} loaded + {counts['rejected']:,} rejected"
    return f"{line}; {odd:,} scores are NaN or infinite" if odd else line


def _note_provenance(
    connection: duckdb.DuckDBPyConnection, settings: Settings, origin: Origin, fingerprint: str | None = None
) -> None:
    connection.execute(
        "create table provenance as select ? as source, ?::varchar as sha256, ?::bigint as size, ? as address,"
        " ?::boolean as is_stand_in, ?::boolean as keep_going, ?::varchar as fingerprint",
        [settings.source, *origin, settings.keep_going, fingerprint],
    )


def _load_stand_in(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Take the committed curves as the `emergence` table itself; there is nothing to stage or to score."""
    path = table.stand_in_path(settings)
    remedy = "Next: bring it back with `git checkout outputs/tables`."
    try:
        connection.read_parquet(str(path)).create("emergence")
    except duckdb.Error as error:
        raise PipelineError(
            f"{settings.shown(path)}: cannot be read ({str(error).splitlines()[0]}). {remedy}"
        ) from error
    missing = STAND_IN_COLUMNS - {str(row[0]) for row in connection.execute("describe emergence").fetchall()}
    if missing:
        raise PipelineError(f"{settings.shown(path)}: lacks the columns {', '.join(sorted(missing))}. {remedy}")
    curves = database.count(connection, "select count(*) from emergence")
    print(f"load     STAND-IN: {curves:,} curves from {settings.shown(path)}")
