"""`make mirage`: the paper's model, its arithmetic on real strings, and a test of its three predictions."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import arithmetic, database, figures_theory, predictions, theory_curves
from pipeline.arithmetic import Setup
from pipeline.settings import Settings

TABLES = ("theory_curves", "arithmetic", "predictions")


@dataclass(frozen=True)
class Findings:
    """What the report says of the model.

    Attributes:
        curves: `theory_curves.tabulate`.
        answers: `arithmetic.tabulate`.
        rows: `predictions.test_predictions`.
        verdicts: `predictions.verdicts`.
    """

    curves: pd.DataFrame
    answers: pd.DataFrame
    rows: pd.DataFrame
    verdicts: pd.DataFrame


def findings(setup: Setup) -> Findings:
    """Compute everything anew; a few seconds."""
    cells = arithmetic.simulate(setup)
    rows = predictions.test_predictions(cells, setup)
    return Findings(theory_curves.tabulate(), arithmetic.tabulate(cells, setup), rows, predictions.verdicts(rows))


def run(settings: Settings) -> list[Path]:
    """Write the tables and Figures 2 to 4.

    Raises:
        PipelineError: the results folder cannot be written.
    """
    found = findings(Setup())
    folder = settings.results(is_stand_in=False)
    tables = dict(zip(TABLES, (found.curves, found.answers, found.rows), strict=True))
    with duckdb.connect() as connection:
        products = []
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"create table {name} as from frame")
            products.append(database.export_csv(connection, name, folder / "tables" / f"{name}.csv"))
    products += figures_theory.draw_all(found.curves, found.answers, folder / "figures")
    for row in found.verdicts.itertuples():
        outcome = "confirmed" if row.is_confirmed else "not confirmed"
        holds = f"{row.rows_that_hold} of {row.rows} comparisons"
        print(f"mirage   prediction {row.prediction} {outcome}, {holds}: {row.claim}")
    print(f"mirage   {len(tables)} tables and {len(products) - len(tables)} figures in {settings.shown(folder)}")
    return products
