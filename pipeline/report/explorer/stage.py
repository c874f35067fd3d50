"""The stage `explorer`: curves and what was found of them -> one page that needs nothing else."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline import sources
from pipeline.core import database, files, wording
from pipeline.core.settings import Settings, exact
from pipeline.report.explorer import columns, page
from pipeline.studies.tasks.section import CLASSES as ANNOTATED

NAME = "explorer.html"
# What a browser still opens at once.
MOST_POINTS = 1_000_000
SENTENCES = Path(__file__).parent / "sentences.csv"
DIGITS = dict.fromkeys(
    ("fitted", "predicted", "forecast_low", "forecast_high", "upper_q", "lower_q", "broken_q", "broken_by"),
    columns.FEWER_DIGITS,
) | {"emergence_score": columns.ALL_DIGITS}


def run(settings: Settings) -> list[Path]:
    """Write the explorer of a run, or say why there is none.

    Raises:
        PipelineError: there is no database, a check fails, or the page cannot be written.
    """
    path = settings.results(sources.find(settings).results) / NAME
    with database.connect(settings.database, read_only=True) as connection:
        points = number_of_points(connection)
        if points > MOST_POINTS:
            # One of an earlier run would show other curves.
            path.unlink(missing_ok=True)
            print(
                f"explorer left out: {points:,} scores are more than a page can hold ({MOST_POINTS:,}). "
                "Next: narrow the source, such as to some of its tasks, to have one."
            )
            return []
        build(connection, settings)
        content = gather(connection)
    made = files.write_text(path, page.render(content))
    curves, tasks = len(content["curves"]["n_scales"]), len(content["curves"]["task"]["names"])
    print(f"explorer {wording.counted(curves, 'curve')} of {wording.counted(tasks, 'task')} in {settings.shown(path)}")
    return [made]


def number_of_points(connection: duckdb.DuckDBPyConnection) -> int:
    """How many scores the page would hold."""
    return database.count(connection, "select coalesce(sum(n_scales), 0) from emergence")


def build(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make what the page shows, for this connection alone, as far as the run has what it is made from, and test it.

    Raises:
        PipelineError: a check fails.
    """
    held, absent = database.table_names(connection), set()
    for sql_file in database.sql_files([settings.sql / "explorer"]):
        if _read(sql_file) <= held:
            database.build_table(connection, sql_file, temporary=True)
            held.add(sql_file.stem)
        else:
            absent.add(sql_file.stem)
    for check in database.check_files([settings.sql / "checks" / "explorer"]):
        if not _read(check) & absent:
            database.run_check(connection, check)


def _read(sql_file: Path) -> set[str]:
    return database.tables_read(sql_file.read_text(encoding="utf-8"))


def gather(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Everything that the page shows, as columns; null in the place of a table that the run does not have."""
    points = _frame(connection, "explorer_points")
    tests = _frame(connection, "explorer_tests")
    curves = _frame(connection, "explorer_curves")
    tasks = _frame(connection, "explorer_tasks")
    if curves is None or tasks is None:
        raise ValueError("every run has curves")
    # Without raw scores no task has a verdict.
    verdicts = _frame(connection, "tasks")
    if verdicts is not None:
        tasks = tasks.merge(verdicts[["task", "verdict"]], on="task", how="left")
    tasks["annotated_class"] = tasks["annotated_class"].map(ANNOTATED)
    words = _words(connection)
    (threshold,) = database.fetch_row(connection, "select threshold from options")
    return {
        "threshold": float(exact(threshold)),
        "words": words,
        "sentences": sentences(words),
        "verdicts": _rows(connection, "select verdict, meaning from verdicts order by place")
        if verdicts is not None
        else [],
        "conventions": _rows(connection, "from seed_conventions"),
        "n_test_classes": [
            name for (name,) in _rows(connection, "select n_test_class from seed_n_test_classes order by number")
        ],
        "curves": columns.columns(curves.drop(columns="curve_id"), DIGITS),
        "tasks": columns.columns(tasks, DIGITS),
        "tests": None if tests is None else columns.columns(tests.drop(columns="curve_id"), DIGITS),
        "points": None if points is None else _points(points),
    }


def sentences(words: Mapping[str, str]) -> dict[str, str]:
    """What the page says of a curve, by key, in the words for its points; numbers take the other places in braces."""
    with SENTENCES.open(encoding="utf-8", newline="") as lines:
        told = {row["key"]: row["text"] for row in csv.DictReader(lines)}
    for name, word in words.items():
        told = {key: text.replace(f"{{{name}}}", word) for key, text in told.items()}
    return told


def _points(points: pd.DataFrame) -> dict[str, Any]:
    """Models by number, and the scores of all curves one after the other, in the order of curves."""
    models = points[["model", "scale"]].drop_duplicates(ignore_index=True)
    place = points[["model", "scale"]].merge(models.reset_index(), on=["model", "scale"], how="left")["index"]
    told = {"model": place.tolist()} | {
        name: columns.numbers(points[name], DIGITS.get(name, columns.DIGITS)) for name in ("score", "fitted")
    }
    if points["standard_error"].notna().any():
        told["standard_error"] = columns.numbers(points["standard_error"], columns.FEWER_DIGITS)
    # One name may stand for several sizes.
    names = [columns.shown(str(name)) for name in models["model"]]
    return told | {"models": names, "scales": columns.numbers(models["scale"])}


def _words(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the points of curves are called; empty without raw scores, as then there are none."""
    if not database.has_table(connection, "scale_names"):
        return {}
    (row,) = connection.table("scale_names").df().to_dict("records")
    return {str(name): columns.shown(str(word or "")) for name, word in row.items()}


def _frame(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame | None:
    return connection.table(table).df() if database.has_table(connection, table) else None


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()
