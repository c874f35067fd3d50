"""The committed scores -> what the chapter says. No training, no torch."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from pipeline.core import database
from pipeline.core.scoring import score_curves
from pipeline.core.study import Run
from pipeline.studies.networks.metrics import METRICS, PAIRS
from pipeline.studies.networks.transitions import FLAT, compared, transition, transitions, verdict

TABLES = ("induced_scores", "induced_training")
IS_LOSS = {(metric.experiment, metric.name): metric.is_loss for metric in METRICS}
KIND = {(metric.experiment, metric.name): metric.kind for metric in METRICS}
WIDEST_GAP = 0.5


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """Make the tables of the chapter from the committed ones; none where those are missing."""
    # Asked for first: an error would end the transaction in which all tables are made.
    if not all(database.has_table(connection, name) for name in TABLES):
        return {}
    scores, training = (connection.execute(f"from {name} order by all").df() for name in TABLES)
    turned = turned_over(scores)
    return {
        "induced_effects": effects(scores),
        "induced_transitions": transitions(turned),
        "induced_seeds": split(turned),
        "induced_curves": curves(turned),
        "induced_steps": largest_steps(turned, turned_over(training)),
        "induced_overview": overview(scores),
    }


def final(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores at the end of training."""
    last = scores.groupby("experiment")["step"].transform("max")
    return scores[scores["step"] == last].drop(columns="step").reset_index(drop=True)


def turned_over(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of which higher is better: losses are negated."""
    is_loss = [IS_LOSS[key] for key in zip(scores["experiment"], scores["metric"], strict=True)]
    return scores.assign(score=np.where(is_loss, -scores["score"], scores["score"]))


def effects(scores: pd.DataFrame) -> pd.DataFrame:
    """One row per pair of the plan: sharpening and shift with intervals, from scores at the end of training."""
    found = transitions(turned_over(scores))
    rows = []
    for pair in PAIRS:
        own = found[found["experiment"] == pair.experiment]
        rows.append(vars(pair) | compared(own, pair.smooth, pair.sharp))
    return pd.DataFrame(rows)


def split(scores: pd.DataFrame) -> pd.DataFrame:
    """Whether seeds fall into two groups, and how wide the mean curve is beside the curves of single seeds.

    Returns:
        One row per experiment and metric: `size` next to the midpoint of the mean curve, `gap` (the widest between
        sorted scores of its seeds, over the range of the mean curve), `is_split`, `mean_width` (of the mean curve,
        octaves) and `seed_width` (mean over seeds).
    """
    single = transitions(scores)
    rows = []
    for (experiment, metric), own in scores.groupby(["experiment", "metric"], sort=True):
        mean = own.groupby("size")["score"].mean()
        whole = transition(mean.index.to_numpy(float), mean.to_numpy(float))
        if whole is None:
            continue
        size = mean.index[np.abs(np.log2(mean.index.to_numpy(float)) - whole.midpoint).argmin()]
        seeds = np.sort(own.loc[own["size"] == size, "score"].to_numpy(float))
        gap = float(np.diff(seeds).max() / np.ptp(mean.to_numpy(float))) if len(seeds) > 1 else 0.0
        widths = single[(single["experiment"] == experiment) & (single["metric"] == metric)]["width"]
        rows.append((experiment, metric, int(size), gap, gap > WIDEST_GAP, whole.width, float(widths.mean())))
    return pd.DataFrame(rows, columns=["experiment", "metric", "size", "gap", "is_split", "mean_width", "seed_width"])


def curves(scores: pd.DataFrame) -> pd.DataFrame:
    """E of the mean over seeds under every metric, and of an exact straight line in log2 size on the same sizes.

    Returns:
        `experiment`, `metric` (`line` for the control), `kind`, `emergence_score`, `status`.
    """
    means = scores.groupby(["experiment", "metric", "size"], as_index=False)["score"].mean()
    lines = means[["experiment", "size"]].drop_duplicates().assign(metric="line")
    lines["score"] = np.log2(lines["size"])
    every = pd.concat([means, lines], ignore_index=True).sort_values(
        ["experiment", "metric", "size"], ignore_index=True
    )
    every["curve_id"] = every.groupby(["experiment", "metric"]).ngroup()
    every["position"] = every.groupby("curve_id").cumcount() + 1
    names = every.groupby("curve_id")[["experiment", "metric"]].first()
    kinds = [KIND.get(key, "control") for key in zip(names["experiment"], names["metric"], strict=True)]
    found = score_curves(every).set_index("curve_id")[["emergence_score", "status"]]
    joined: pd.DataFrame = names.assign(kind=kinds).join(found).reset_index(drop=True)
    return joined


def largest_steps(scores: pd.DataFrame, training: pd.DataFrame) -> pd.DataFrame:
    """The largest step of the mean over seeds, as a share of its range: over sizes, and along the largest's training.

    Returns:
        `experiment`, `metric`, `over_sizes`, `along_training`, `size` (of the network that is followed).
    """
    rows = []
    for (experiment, metric), own in scores.groupby(["experiment", "metric"], sort=True):
        size = int(own["size"].max())
        along = training[
            (training["experiment"] == experiment) & (training["metric"] == metric) & (training["size"] == size)
        ]
        over = own.groupby("size")["score"].mean().to_numpy(float)
        rows.append(
            (experiment, metric, _share(over), _share(along.sort_values("step")["score"].to_numpy(float)), size)
        )
    return pd.DataFrame(rows, columns=["experiment", "metric", "over_sizes", "along_training", "size"])


def _share(curve: np.ndarray) -> float | None:
    span = float(np.ptp(curve)) if len(curve) else 0.0
    return float(np.diff(curve).max() / span) if span > FLAT else None


def said_of(row: Mapping[Any, Any]) -> str:
    """The verdict on a row of `effects`."""
    return verdict(row["sharpening_low"], row["sharpening_high"], is_cut=bool(row["is_cut"]))


def overview(scores: pd.DataFrame) -> pd.DataFrame:
    """How many networks there are, and of the primary pairs how many sharpen, shift, or contradict."""
    found = effects(scores)
    primary = found[found["is_primary"] & (found["seeds"] > 0)]
    said = Counter(said_of(row) for row in primary.to_dict("records"))
    return pd.DataFrame(
        [
            {
                "networks": len(scores[["experiment", "size", "seed"]].drop_duplicates()),
                "pairs": len(primary),
                "sharpened": said["narrower"],
                "not_narrower": said["not narrower"],
                "undecided": said["cannot be told"],
                "cut": int(primary["is_cut"].astype(bool).sum()),
                "shifted": int((primary["shift_low"] > 0).sum()),
            }
        ]
    )
