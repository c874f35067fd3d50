"""Where the scores are from, and what became of every row."""

from pipeline.sections.section import Query, Row, Section, has_table
from pipeline.wording import cell


def numbers(rows: Query) -> Row:
    """The source, and the account of its rows where there are any."""
    [provenance] = rows("from provenance")
    if provenance["is_stand_in"]:
        return {"provenance": provenance}
    set_aside = rows(
        "select task, subtask, count(*) as scores from rows_set_aside group by task, subtask order by task, subtask"
    )
    shown = [f"{row['scores']} scores of {cell(row['task'])}, {cell(row['subtask'])}" for row in set_aside]
    is_tidy = has_table(rows, "tidy_sources")
    return {
        "provenance": provenance,
        "tidy_sources": rows("from tidy_sources order by row_count desc, source") if is_tidy else [],
        "row_counts": rows("from row_counts order by row_count desc, outcome"),
        "set_aside": shown or ["none"],
    }


SECTION = Section("Provenance", "provenance", numbers)
