"""What a study is: one question, answered in the report from tables of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import duckdb
import pandas as pd
from matplotlib.figure import Figure

Row = dict[str, Any]
Query = Callable[..., list[Row]]
Frame = Callable[..., pd.DataFrame]
# Returns None where there is nothing to draw.
Draw = Callable[[Frame], Figure | None]
Compute = Callable[[duckdb.DuckDBPyConnection, "Run"], dict[str, pd.DataFrame]]


class Run(NamedTuple):
    """What decides which studies a run has, and what they can say."""

    has_scores: bool = True
    is_simulated: bool = False
    is_bigbench: bool = True
    is_published: bool = True
    is_default: bool = True
    how_to_get_scores: str = ""


def always(_: Run) -> bool:
    """The study makes sense for any scores."""
    return True


def on_own_scores(run: Run) -> bool:
    """The study answers for the user's own tasks."""
    return not run.is_bigbench


def on_bigbench(run: Run) -> bool:
    """The study asks what a benchmark of hundreds of tasks can tell, and says little of a handful."""
    return run.is_bigbench


def on_published(run: Run) -> bool:
    """The study compares the scores with published numbers, or tasks with what people said of them."""
    return run.is_published


def on_default_run(run: Run) -> bool:
    """The study shows committed results that do not depend on the source, so that one report shows them."""
    return run.is_default


def has_table(rows: Query, name: str) -> bool:
    """Whether the run's source led to a table of this name."""
    return bool(rows("from information_schema.tables where table_name = ?", name))


def no_numbers(_: Run, __: Query) -> Row:
    """No numbers of its own."""
    return {}


def never_absent(_: Run, __: Query) -> str:
    """Nothing keeps the study out."""
    return ""


def without_scores(run: Run, _: Query) -> str:
    """Why a study that needs raw scores is left out."""
    return "" if run.has_scores else f"this section needs raw scores. To get them: {run.how_to_get_scores}"


def without_tests(table: str, run: Run, rows: Query) -> str:
    """Why a study that needs tests of curves is left out, where they led to no table of this name."""
    if not run.has_scores or has_table(rows, table):
        return without_scores(run, rows)
    return (
        "no curve of these scores can be tested. That takes four scales, and for a proportion a known number of test "
        "examples (`n_test`)"
    )


@dataclass(frozen=True)
class Study:
    """One study: pipeline/studies/<name>, sql/studies/<name>, sql/checks/studies/<name>.

    Attributes:
        name: its folder's.
        title: the heading of its part of the methods page, whose text is <name>/methods.md.j2; what it says in a
            chapter of the report is <name>/text.md.j2.
        numbers: everything that the text says, by name, selected from tables; names are shared by the whole report.
        figures: its pictures by file name, drawn from what queries give.
        tables: the tables that are exported as CSV where they exist; those of `sometimes` only where they have rows.
        sometimes: see `tables`.
        tool: the tool that makes the study's other tables, which are committed, and the modules and the SQL that
            decide what is in them.
        committed: those tables.
        compute: makes the tables that SQL cannot, from those that SQL made.
        absence: why the chapter is left out, as half a sentence; empty where it is not.
        belongs: whether the study makes sense for these scores at all; where it does not, it goes unsaid.
        told: whether the report speaks of it for these scores; where it does not, its tables are made all the same.
    """

    name: str
    title: str
    numbers: Callable[[Run, Query], Row] = no_numbers
    figures: Mapping[str, Draw] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    sometimes: tuple[str, ...] = ()
    tool: tuple[str, ...] = ()
    committed: tuple[str, ...] = ()
    compute: Compute | None = None
    absence: Callable[[Run, Query], str] = never_absent
    belongs: Callable[[Run], bool] = always
    told: Callable[[Run], bool] = always
