"""A tree of BIG-bench score files, into staging tables, with an account of every file."""

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
from tqdm import tqdm

from pipeline.core import database, files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.fetch.listing import total_size
from pipeline.load import score_files
from pipeline.load.score_files import Rejected
from pipeline.load.staging import Origin, describe_rows, new_database, stage


def load_tree(
    settings: Settings, source: Source, folder: Path, paths: Sequence[str], hashes: Mapping[str, str] | None = None
) -> list[Path]:
    """Load score files.

    Args:
        settings: the run.
        source: the kind of source.
        folder: what the paths start from.
        paths: score files, each as `bigbench/benchmark_tasks/<task>/results/<name>`.
        hashes: git's hash of each file, by path, where they must be verified.

    Raises:
        PipelineError: files cannot be used or scores contradict each other, and KEEP_GOING is not set; or none can be.
    """
    size = total_size(folder, paths)
    with new_database(settings, Origin(None, size, settings.source)) as connection:
        load_score_files(connection, settings, source, folder, paths, hashes=hashes)
    return [settings.database]


def load_score_files(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    folder: Path,
    paths: Sequence[str],
    *,
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
    stage(connection, settings, source)
    print(f"load     {describe_files(connection)}")
    print(f"load     {describe_rows(connection)}")


def open_lines(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    """Make the temporary table score_lines, one row per score file, from what `score_files.write_lines` wrote."""
    database.confine(connection, [Path(path)])
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
    whole_list = settings.database.with_name(f"{settings.name}-rejected_files.csv")
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


def describe_files(connection: duckdb.DuckDBPyConnection) -> str:
    """One line that accounts for every score file, and for the scores that are no finite number."""
    counts = dict(connection.execute("from file_counts").fetchall())
    odd = database.count(connection, "select coalesce(sum(score_count), 0) from nonfinite_scores")
    line = f"{counts['in']:,} score files in = {counts['loaded']:,} loaded + {counts['rejected']:,} rejected"
    return f"{line}; {odd:,} scores are NaN or infinite" if odd else line
