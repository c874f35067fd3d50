"""How many scales each family has, and what that allows."""

from pipeline.sections.section import Query, Row, Section, has_table


def numbers(rows: Query) -> Row:
    """The families, and the curves too short to be called emergent."""
    families = rows("from families order by n_scales desc, family")
    has_points = has_table(rows, "scale_ties")
    return {
        "scale_ties": rows("from scale_ties order by all") if has_points else [],
        "families": families,
        "capped": [row["family"] for row in families if row["n_scales"] == 3],
        # With one step or two, E is at most 2.
        "capped_curves": sum(row["capped_curves"] for row in families),
    }


SECTION = Section("How many scales does each family have?", "families", numbers)
