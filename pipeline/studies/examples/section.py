"""Models of neighbouring sizes on the same examples."""

from pipeline.core.study import Query, Row, Run, Study, has_table, on_own_scores

SHOWN = 12


def absence(_: Run, rows: Query) -> str:
    """Why no models are compared on examples."""
    if has_table(rows, "examples_overview") and rows("from examples_overview"):
        return ""
    return (
        "no two models of a family have logs of the same examples. lm-evaluation-harness writes them with "
        "`--log_samples`; they are read where they lie beside its results"
    )


def numbers(_: Run, rows: Query) -> Row:
    """What the comparisons say, and those with the smallest p."""
    [overview] = rows("from examples_overview")
    query = "from compared_examples order by p, task, shots, metric, smaller, larger limit ?"
    return {"examples": overview, "compared_examples": rows(query, SHOWN)}


STUDY = Study(
    "examples",
    "Do models of neighbouring sizes differ on the same examples?",
    numbers,
    sometimes=("compared_examples", "examples_overview"),
    absence=absence,
    belongs=on_own_scores,
)
