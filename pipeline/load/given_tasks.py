"""What the user's table of tasks says: the share that guessing gets right."""

import duckdb
import pandas as pd

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.wording import one_line
from pipeline.load import given

REQUIRED = ("task", "chance")
REMEDY = "write a line `task,chance` and below it one line per task, such as `my_task,0.25`."


def make_table(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make `given_tasks` of TASKS: `task`, `chance`; empty where it is not given.

    Raises:
        PipelineError: TASKS cannot be read, names a task twice or none, or has a chance that is no share below one.
    """
    found: dict[str, float] = {}
    for place, cells in given.rows(settings, "TASKS", settings.tasks, REQUIRED, REMEDY) if settings.tasks else ():
        if not cells["task"]:
            raise PipelineError(f"{place}: names no task. Next: name it, or remove the line.")
        if cells["task"] in found:
            raise PipelineError(f"{place}: {one_line(cells['task'])} stands there twice. Next: remove one of the two.")
        found[cells["task"]] = _share(cells["chance"], place)
    frame = pd.DataFrame(found.items(), columns=REQUIRED).astype({"task": "object", "chance": "float64"})
    database.make_table(connection, "given_tasks", frame)


def _share(text: str, place: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = float("nan")
    if not 0 <= share < 1:
        raise PipelineError(
            f"{place}: chance is no share from 0 to below 1: {one_line(text, 40)}. Next: write 0.25 for four choices."
        )
    return share
