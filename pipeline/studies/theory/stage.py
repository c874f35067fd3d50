"""`make mirage`: the paper's model, its arithmetic on real strings, and a test of its three predictions."""

from pathlib import Path

from pipeline.core import database, freshness
from pipeline.core.settings import Settings
from pipeline.studies.theory import arithmetic, curves, predictions
from pipeline.studies.theory.arithmetic import Setup

# What decides the tables.
MADE_BY = ("pipeline.studies.theory.stage",)


def run(settings: Settings) -> list[Path]:
    """Write the tables; a few seconds.

    Raises:
        PipelineError: the results folder cannot be written.
    """
    setup = Setup()
    cells = arithmetic.simulate(setup)
    tables = {
        "theory_curves": curves.tabulate(),
        "arithmetic": arithmetic.tabulate(cells, setup),
        "predictions": predictions.test_predictions(cells, setup),
    }
    folder = settings.results()
    products = database.export_frames(tables, folder / "tables")
    products.append(freshness.record(products, freshness.code_key(*MADE_BY)))
    for row in predictions.verdicts(tables["predictions"]).to_dict("records"):
        outcome = "confirmed" if row["hold"] == row["comparisons"] else "not confirmed"
        holds = f"{row['hold']} of {row['comparisons']} comparisons"
        print(f"mirage   prediction {row['prediction']} {outcome}, {holds}: {row['claim']}")
    print(f"mirage   {len(tables)} tables in {settings.shown(folder)}")
    return products
