"""`make induce`: train what is missing, and score it."""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from pipeline.core import database, freshness, parallel
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.studies.networks import logs, outputs
from pipeline.studies.networks.compute import effects, final
from pipeline.studies.networks.plan import ADDITION, FULL, QUICK, Experiment
from pipeline.studies.networks.scoring import score

QUICK_RUN = "induce-quick"


def run(settings: Settings) -> list[Path]:
    """Make the tables of induced emergence; networks that were trained before are read, not trained.

    Raises:
        PipelineError: torch is not installed, MNIST cannot be had, or a folder cannot be written.
    """
    experiments = QUICK if settings.quick else FULL
    folder = results(settings)
    scores = scored(experiments, settings.data / "induce", settings.data / "raw" / "mnist")
    products = export(tables(scores), folder / "tables")
    for row in effects(final(scores)).to_dict("records"):
        if row["is_primary"]:
            print(f"induce   {row['experiment']:<12} {row['smooth']} -> {row['sharp']}: {_told(row)}")
    print(f"induce   {len(products)} files in {settings.shown(folder)}")
    return products


def _told(row: Mapping[Hashable, Any]) -> str:
    if not row["seeds"]:
        return "too few sizes to measure a transition"
    interval = f"{row['sharpening_low']:+.2f} to {row['sharpening_high']:+.2f}"
    return f"sharpening {row['sharpening']:+.2f} in log2 ({interval}), {row['seeds']} seeds"


def results(settings: Settings) -> Path:
    """The folder for tables: that of the report, unless the run is a quick one.

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


def scored(experiments: tuple[Experiment, ...], folder: Path, images: Path) -> pd.DataFrame:
    """The scores of every network of the experiments, trained now or kept from before, in a fixed order."""
    jobs = [job for experiment in experiments for job in experiment.jobs()]
    parts = outputs.kept(jobs, folder, outputs.code_version(), images)
    scores, answers = [], []
    for job, part in tqdm(
        zip(jobs, parts, strict=True),
        total=len(jobs),
        desc="scoring",
        unit="network",
        delay=1,
        leave=False,
        disable=None,
    ):
        given = parallel.read(part)
        scores.append(score(job, given))
        if job.experiment == ADDITION:
            answers.append((job, given[given["step"] == given["step"].max()]))
    logs.write_logs(answers, folder / "logs")
    keys = ["experiment", "metric", "size", "seed", "step"]
    return pd.concat(scores, ignore_index=True).sort_values(keys, kind="stable", ignore_index=True)


def tables(scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What is committed, by name: every network's scores at the end, and the means over seeds along training."""
    keys = ["experiment", "metric", "size", "parameters", "step"]
    along = scores.groupby(keys, as_index=False).agg(seeds=("seed", "size"), score=("score", "mean"))
    return {"induced_scores": final(scores), "induced_training": along}


def export(made: dict[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write the tables as CSV, in the way of every table of the report."""
    products = database.export_frames(made, folder)
    return [*products, freshness.record(products, freshness.code_key(*outputs.MODULES))]
