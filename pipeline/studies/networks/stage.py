"""`make induce`: train what is missing, score it, judge it."""

from pathlib import Path

import duckdb
import pandas as pd
from tqdm import tqdm

from pipeline.core import database, freshness, parallel
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.studies.networks import equivalence, outcomes
from pipeline.studies.networks.compute import medians
from pipeline.studies.networks.emergence import emergence
from pipeline.studies.networks.metrics import METRICS
from pipeline.studies.networks.plan import FULL, QUICK, Experiment
from pipeline.studies.networks.scoring import score

QUICK_RUN = "induce-quick"


def run(settings: Settings) -> list[Path]:
    """Make the tables of induced emergence; networks that were trained before are read, not trained.

    Raises:
        PipelineError: torch is not installed, or a folder cannot be written.
    """
    experiments = QUICK if settings.quick else FULL
    scores = scored(experiments, settings.data / "induce")
    folder = results(settings)
    tables = make_tables(scores, settings)
    products = export(tables, folder / "tables")
    for row in medians(tables["induced_emergence"], tables["induced_jumps"]).to_dict("records"):
        name = f"{row['metric']}, {row['estimator']}, n = {row['test_size']:,}"
        print(f"induce   {row['experiment']:<13} {name:<43} E = {row['emergence_score']:<8.3g} {row['verdict']}")
    print(f"induce   {len(products)} tables in {settings.shown(folder)}")
    return products


def results(settings: Settings) -> Path:
    """The folder for tables and figures: that of the report, unless the run is a quick one.

    Raises:
        PipelineError: OUT names `outputs/` for a run that is not the full one.
    """
    if not settings.quick:
        return settings.results()
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
    parts = outcomes.kept(jobs, folder, outcomes.code_version())
    progress = tqdm(zip(jobs, parts, strict=True), desc="scoring", unit="network", delay=1, leave=False, disable=None)
    scores = pd.concat([score(job, parallel.read(part)) for job, part in progress], ignore_index=True)
    keys = ["experiment", "metric", "estimator", "test_size", "size", "seed"]
    return scores.sort_values(keys, kind="stable", ignore_index=True)


def make_tables(scores: pd.DataFrame, settings: Settings) -> dict[str, pd.DataFrame]:
    """The three tables of results, by name: scores, emergence scores, and verdicts on jumps."""
    higher_is_better = {(metric.experiment, metric.name): metric.higher_is_better for metric in METRICS}
    jumps = equivalence.judge_all(scores, higher_is_better)
    curves = emergence(scores, settings)
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
            database.make_table(connection, name, table)
        products = [database.export_csv(connection, name, folder / f"{name}.csv") for name in tables]
    return [*products, freshness.record(products, freshness.code_key(*outcomes.MODULES))]
