"""Where the scores are from, and what became of every row."""

from pipeline.core.study import Query, Row, Run, Study, has_table


def numbers(run: Run, rows: Query) -> Row:
    """The source, the account of its rows where there are any, and the committed tables that other code made."""
    found: Row = {
        "provenance": rows("from provenance")[0],
        "outdated": rows(
            'select tool, list("table" order by "table") as tables from committed_tables'
            " where not is_current group by tool order by tool"
        ),
    }
    if run.has_scores:
        found |= {
            "row_counts": rows("from row_counts order by row_count desc, outcome"),
            "set_aside": rows("from set_aside_by_subtask order by all"),
            "tidy_sources": rows("from tidy_sources order by row_count desc, source")
            if has_table(rows, "tidy_sources")
            else [],
        }
    return found


STUDY = Study("provenance", "Where do the scores come from?", numbers)
