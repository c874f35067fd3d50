"""`make induce`: train what is missing, score it, judge it, draw it."""

from pathlib import Path

import duckdb
import pandas as pd
from tqdm import tqdm

from pipeline import database
from pipeline.errors import PipelineError
from pipeline.induce import drawing, equivalence, outcomes
from pipeline.induce.emergence import emergence
from pipeline.induce.findings import Findings
from pipeline.induce.metrics import METRICS
from pipeline.induce.plan import FULL, QUICK, Experiment
from pipeline.induce.scoring import score
from pipeline.settings import Settings

QUICK_RUN = "induce-quick"


def run(settings: Settings) -> list[Path]:
    """Make the tables and figures of induced emergence; networks that were trained before are read, not trained.

    Raises:
        PipelineError: torch is not installed, or a folder cannot be written.
    """
    experiments = QUICK if settings.quick else FULL
    scores = scored(experiments, settings.data / "induce")
    folder = results(settings)
    tables = make_tables(scores, settings)
    products = export(tables, folder / "tables")
    products += drawing.draw_all(tables["induced_scores"], tables["induced_emergence"], experiments, folder / "figures")
    for line in Findings.read(folder / "tables").lines():
        print(f"induce   {line}")
    print(f"induce   {len(products)} tables and figures in {settings.shown(folder)}")
    return products


def results(settings: Settings) -> Path:
    """The folder for tables and figures: that of the report, unless the run is a quick one.

    Raises:
        PipelineError: OUT names `outputs/` for a run that is not the full one.
    """
    if not settings.quick:
        return settings.results(is_stand_in=False)
    folder = settings.root / settings.out if settings.out else settings.data / "runs" / QUICK_RUN
    if folder.resolve() == (settings.root / "outputs").resolve():
        raise PipelineError(
            f"OUT={settings.out} holds the committed results of the full run, and this run is quick. "
            "Next: name another folder, or leave OUT out."
        )
    return folder


def scored(experiments: tuple[Experiment, ...], folder: Path) -> pd.DataFrame:
    """The scores of every network of the experiments, trained now or kept from before, in a fixed order."""
    jobs = [job for experiment in experiments for job in experiment.jobs()]
    code = outcomes.code_version()
    outcomes.ensure(jobs, folder, code)
    progress = tqdm(jobs, desc="scoring", unit="network", delay=1, leave=False, disable=None)
    scores = pd.concat([score(job, outcomes.read(job, folder, code)) for job in progress], ignore_index=True)
    keys = ["experiment", "metric", "estimator", "test_size", "size", "seed"]
    return scores.sort_values(keys, kind="stable", ignore_index=True)


def make_tables(scores: pd.DataFrame, settings: Settings) -> dict[str, pd.DataFrame]:
    """The three tables of results, by name: scores, emergence scores, and verdicts on jumps."""
    higher_is_better = {(metric.experiment, metric.name): metric.higher_is_better for metric in METRICS}
    jumps = equivalence.judge_all(scores, higher_is_better)
    curves = emergence(scores, settings.sql, settings.threshold)
    # A verdict is one on all seeds together, so it stands beside the curve of their medians.
    verdicts = jumps[[*equivalence.CURVE, "verdict"]].assign(seed="median")
    return {
        "induced_scores": scores,
        "induced_emergence": curves.merge(verdicts, how="left", on=[*equivalence.CURVE, "seed"]),
        "induced_jumps": jumps,
    }


def export(tables: dict[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write the tables as CSV, in the way of every table of the report."""
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return [database.export_csv(connection, name, folder / f"{name}.csv") for name in tables]
