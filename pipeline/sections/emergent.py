"""What else is among the emergent curves: aggregates, falls, copies."""

from pipeline.sections.section import Query, Row, Section, has_table

COPIES = (
    "from copies where metric in ('multiple_choice_grade', 'exact_str_match', 'bleu') order by share_equal desc, metric"
)


def numbers(rows: Query) -> Row:
    """The kinds of emergent curves under each reading, and those of the published one by task."""
    kinds = rows(
        "select emergent_kinds.* from emergent_kinds inner join seed_readings using (reading)"
        " order by keeps_infinite, is_absolute desc"
    )
    none = dict.fromkeys(("emergent", "aggregates", "falling", "copies", "rising_leaves_once"), 0)
    return {
        "copies_by_metric": rows(COPIES) if has_table(rows, "copies") else [],
        "kinds": kinds,
        "kinds_published": next((row for row in kinds if row["reading"] == "published"), none),
        "emergent_tasks": rows(
            "select task, metric, count(*) as curves, string_agg(distinct family, ', ' order by family) as families,"
            " max(abs(emergence_score)) as largest, min(n_test) as smallest_n_test"
            " from emergent_curves group by task, metric order by curves desc, task, metric"
        ),
    }


SECTION = Section("What else is among the emergent curves?", "emergent", numbers)
