"""The tables of induced emergence -> the numbers and sentences of a report. Reads files only: no training, no torch."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import PipelineError
from pipeline.induce.equivalence import CURVE, LARGEST_SHARE, NO_JUMP
from pipeline.induce.metrics import SAMPLED
from pipeline.induce.plan import ADDITION, AUTOENCODERS, IMAGES

TABLES = ("induced_scores", "induced_emergence", "induced_jumps")
# Quantile of the normal distribution for intervals of 95 %.
Z = 1.96
READINGS = ("published", "signed", "with_infinite", "signed_with_infinite")


@dataclass(frozen=True)
class Findings:
    """What happened in the experiments.

    Attributes:
        scores: the table of scores.
        curves: the table of emergence scores.
        jumps: the table of verdicts.
    """

    scores: pd.DataFrame
    curves: pd.DataFrame
    jumps: pd.DataFrame

    @classmethod
    def read(cls, folder: Path) -> "Findings":
        """The committed tables of a results folder.

        Raises:
            PipelineError: one is not there.
        """
        missing = [name for name in TABLES if not (folder / f"{name}.csv").is_file()]
        if missing:
            raise PipelineError(f"{folder}: holds no {missing[0]}.csv. Next: run `make induce`.")
        return cls(*(pd.read_csv(folder / f"{name}.csv", dtype={"seed": str}) for name in TABLES))

    def medians(self) -> pd.DataFrame:
        """One row a metric, estimator and test size: the median curve, its verdict, and the seeds' counts.

        Returns:
            `experiment`, `metric`, `is_smooth`, `estimator`, `test_size`, `n_scales`, `lowest`, `highest`,
            `emergence_score`, `status`, `emergent_` and a reading (of the median curve), `verdict`, `from_size`,
            `to_size`, `largest_share`, `upper_limit`, `lower_limit`, `seeds`, `seeds_emergent_` and a reading, and
            `largest_test_size`, of the metric.
        """
        is_median = self.curves["seed"] == "median"
        columns = [f"emergent_{reading}" for reading in READINGS]
        by_seed = self.curves[~is_median].groupby(CURVE)
        counts = by_seed[columns].sum().astype(int).add_prefix("seeds_").assign(seeds=by_seed.size()).reset_index()
        steps = self.jumps.drop(columns=["bound", "verdict"])
        medians = self.curves[is_median].merge(steps, on=CURVE).merge(counts, on=CURVE).drop(columns="seed")
        largest = medians.groupby(["experiment", "metric", "estimator"])["test_size"].transform("max")
        return medians.assign(largest_test_size=largest)

    def resampling(self) -> pd.DataFrame:
        """What drawing groups of images adds to their scores, over all networks, by metric.

        Returns:
            `metric`, `groups` (drawn), `largest_error` (standard error of the drawing), `largest_difference` (from
            the mean over every group there is), `share_within` (of the networks, within 1.96 standard errors), and of
            the median curves `expected_score` and `sampled_score`, their emergence scores.
        """
        keys = ["metric", "size", "seed"]
        images = self.scores[self.scores["experiment"] == IMAGES]
        is_drawn = images["estimator"] == SAMPLED
        expected = images[~is_drawn][[*keys, "score"]].rename(columns={"score": "expected"})
        pairs = images[is_drawn].merge(expected, on=keys)
        difference = (pairs["score"] - pairs["expected"]).abs()
        # The error that the true share has; that of the drawn share is zero where no drawn group is all right.
        error = (pairs["expected"] * (1 - pairs["expected"]) / pairs["test_size"]).pow(0.5)
        measured = pairs.assign(error=error, difference=difference, within=difference <= Z * error)
        by_metric = measured.groupby("metric").agg(
            groups=("test_size", "max"),
            largest_error=("error", "max"),
            largest_difference=("difference", "max"),
            share_within=("within", "mean"),
        )
        medians = self.curves[(self.curves["experiment"] == IMAGES) & (self.curves["seed"] == "median")]
        scores = medians.pivot_table(index="metric", columns="estimator", values="emergence_score", dropna=False)
        return by_metric.join(scores.add_suffix("_score")).reset_index()

    def numbers(self) -> dict[str, Any]:
        """The numbers that a section of a report needs, by name; `rows` are the rows of `medians` as dictionaries."""
        medians = self.medians()
        smooth, sharp = medians[medians["is_smooth"]], medians[~medians["is_smooth"]]
        counts: dict[str, Any] = {
            "bound": LARGEST_SHARE,
            "networks": len(self.scores[["experiment", "size", "seed"]].drop_duplicates()),
            "curves_smooth": len(smooth),
            "curves_sharp": len(sharp),
            "smooth_no_jump": int((smooth["verdict"] == NO_JUMP).sum()),
            "sharp_no_jump": int((sharp["verdict"] == NO_JUMP).sum()),
            "rows": medians.to_dict("records"),
        }
        for reading in READINGS:
            counts[f"smooth_emergent_{reading}"] = int(smooth[f"emergent_{reading}"].sum())
            counts[f"sharp_emergent_{reading}"] = int(sharp[f"emergent_{reading}"].sum())
        for name in (IMAGES, AUTOENCODERS, ADDITION):
            own = self.scores[self.scores["experiment"] == name]
            counts[f"{name}_sizes"], counts[f"{name}_seeds"] = own["size"].nunique(), own["seed"].nunique()
        return counts

    def lines(self) -> Iterator[str]:
        """The findings as the run prints them: for and against the claim alike."""
        numbers = self.numbers()
        for kind in ("smooth", "sharp"):
            total = numbers[f"curves_{kind}"]
            yield (
                f"{kind} metrics: of {total} median curves {numbers[f'{kind}_emergent_published']} emergent as "
                f"published, {numbers[f'{kind}_emergent_with_infinite']} with infinite scores kept; "
                f"free of jumps {numbers[f'{kind}_no_jump']} (no step over {LARGEST_SHARE:g} of the range)"
            )
        for row in numbers["rows"]:
            yield f"  {row['experiment']:<13}{label(row):<43}{_score(row):<12}{row['verdict']}"


def label(row: dict[str, Any]) -> str:
    """Metric, estimator and test size in a few words."""
    return f"{row['metric']}, {row['estimator']}, n = {row['test_size']:,}"


def _score(row: dict[str, Any]) -> str:
    return "flat" if pd.isna(row["emergence_score"]) else f"E = {row['emergence_score']:.3g}"
