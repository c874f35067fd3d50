"""Published and reproduced numbers, line by line."""

from pipeline.sections.section import Query, Row, Section, on_published


def numbers(rows: Query) -> Row:
    """Every line, the small set of claims first."""
    reproduction = rows("from reproduction order by starts_with(claim, 'Figure 5A: largest'), claim")
    return {"reproduction": reproduction, "agreeing": sum(row["agrees"] for row in reproduction)}


SECTION = Section("Published and reproduced, line by line", "reproduction", numbers, belongs=on_published)
