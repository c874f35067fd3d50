"""Pooled sums and products of Pythia as tidy tables, ordered by size, by tokens and by loss."""

import numpy as np
import pandas as pd

FAMILY = "pythia-deduped"
EMERGENT, LEVEL = 100.0, 0.05


def tables(points: pd.DataFrame, losses: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """One tidy table per scale.

    Args:
        points: `operation`, `shots`, `model`, `params`, `step`, `tokens`, `n_test`, `score`, one row per checkpoint.
        losses: `model`, `step`, `loss` (nats) of checkpoints, some of them those of the points.
    """
    tidy = points.assign(task=points["operation"], metric="acc", higher_is_better=1, chance=0.0)
    kept = ["task", "metric", "higher_is_better", "chance", "shots", "n_test", "score"]
    # The checkpoint at which results of one's own are compared too: that of most models, the last of several.
    held = tidy.groupby(["shots", "step"])["model"].nunique().reset_index(name="models")
    chosen = held.sort_values(["models", "step"]).groupby("shots").tail(1)[["shots", "step"]]
    latest = tidy.merge(chosen, on=["shots", "step"])
    by_loss = tidy.merge(losses, on=["model", "step"])
    return {
        "size": latest[[*kept, "model", "params"]].assign(family=FAMILY),
        "tokens": tidy[[*kept]].assign(
            family=tidy["model"], model="step " + tidy["step"].astype(str), scale=tidy["tokens"], scale_name="tokens"
        ),
        # The log of 1 / perplexity is minus the loss.
        "loss": by_loss[[*kept]].assign(
            family=FAMILY,
            model=by_loss["model"] + " step " + by_loss["step"].astype(str),
            scale=np.exp(-by_loss["loss"]),
            scale_name="1 / perplexity",
        ),
    }


def resolution(single: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """What becomes of the curves of single operands, and of the same outputs pooled.

    Args:
        single: the counts of `open_operands`.
        curves: `open_single_curves` of the pooled tables.
    """
    by_size = curves[curves["dataset"] == "by size"]
    infinite = by_size["emergence_status"] == "infinite"
    whole = pd.DataFrame(
        {
            "curves": 1,
            "finite": by_size["emergence_status"] == "finite",
            "flat": by_size["emergence_status"] == "flat",
            "infinite": infinite,
            "emergent_with_infinite": infinite | (by_size["emergence_score"].abs() > EMERGENT),
            "tested": by_size["status"].isin(["fitted", "separated", "at_chance"]),
            "late_gains": by_size["late_gain_q"] < LEVEL,
            "broken": by_size["broken_q"] < LEVEL,
        }
    ).astype(int)
    rows = pd.concat([by_size[["operation", "shots", "n_test"]], whole], axis=1)
    return pd.concat([single, rows], ignore_index=True)
