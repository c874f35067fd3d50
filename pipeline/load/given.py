"""Tables that a user gives an option: CSV as people and spreadsheets write it."""

import csv
from collections.abc import Iterator, Sequence

from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings


def rows(
    settings: Settings, option: str, shown: str, required: Sequence[str], remedy: str
) -> Iterator[tuple[str, dict[str, str]]]:
    """Each line of a table: its place, as errors name it, and its cells by column, without spaces around them.

    Args:
        settings: the run.
        option: that names the table.
        shown: the path that the user gave it.
        required: columns that it must have; any order and case, and others beside them, are taken.
        remedy: what to do where one of them lacks.

    Raises:
        PipelineError: the table cannot be read, or lacks a column.
    """
    path = settings.root / shown
    next_step = "Next: check the path and the file."
    # To open a pipe would wait for somebody who writes to it.
    if path.exists() and not path.is_file():
        raise PipelineError(f"{option}={shown}: cannot be read (it is no plain file). {next_step}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            lines.seek(0)
            # Spreadsheets save with what their country separates cells by.
            reader = csv.DictReader(lines, delimiter=max(",;\t", key=first.count), strict=True)
            reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
            missing = [name for name in required if name not in reader.fieldnames]
            if missing:
                raise PipelineError(f"{option}={shown}: lacks the columns {', '.join(missing)}. Next: {remedy}")
            for row in reader:
                cells = {name: (row.get(name) or "").strip() for name in reader.fieldnames}
                yield f"{option}={shown}: line {reader.line_num}", cells
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise PipelineError(f"{option}={shown}: cannot be read ({reason}). {next_step}") from error
