"""How many test examples are behind a curve: BIG-bench's rule against the grid of the scores."""

from collections import Counter

from pipeline.sections.section import Query, Row, Section, on_bigbench, without_scores


def numbers(rows: Query) -> Row:
    """How often the rule and the grid agree."""
    cells = rows("from n_test_cells order by outcome")
    count = Counter({row["outcome"]: row["cells"] for row in cells})
    rounded = count["rule, grid disagrees by rounding to four decimals"]
    disagree = count["rule, grid disagrees"] + rounded
    agree = count["rule, grid agrees"]
    return {
        "n_test_cells": cells,
        "cells": {
            "agree": agree,
            "disagree": disagree,
            "checkable": max(agree + disagree, 1),
            "rounded": rounded,
            "like_grid": sum(row["cells_like_grid"] for row in cells),
            "smallest_grid_right": sum(row["smallest_grid_right"] for row in cells),
        },
    }


SECTION = Section(
    "How many test examples are behind a curve?", "n_test", numbers, absence=without_scores, belongs=on_bigbench
)
