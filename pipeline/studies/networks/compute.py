"""The tables of induced emergence -> those that the report reads. No training, no torch."""

import duckdb
import pandas as pd

from pipeline.core import database
from pipeline.core.study import Run
from pipeline.studies.networks.equivalence import CURVE, LARGEST_SHARE, NO_JUMP
from pipeline.studies.networks.metrics import SAMPLED
from pipeline.studies.networks.plan import IMAGES

TABLES = ("induced_scores", "induced_emergence", "induced_jumps")
# Quantile of the normal distribution for intervals of 95 %.
Z = 1.96
CONVENTIONS = ("published", "signed", "with_infinite", "signed_with_infinite")


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """Make the tables of the chapter from the committed ones; none where those are missing."""
    # Asked for first: an error would end the transaction in which all tables are made.
    if not all(database.has_table(connection, name) for name in TABLES):
        return {}
    scores, curves, jumps = (connection.execute(f"from {name} order by all").df() for name in TABLES)
    found = medians(curves, jumps)
    return {
        "induced_medians": found,
        "induced_experiments": experiments(scores, found),
        "induced_resampling": resampling(scores, curves),
        "induced_overview": overview(scores, found),
    }


def medians(curves: pd.DataFrame, jumps: pd.DataFrame) -> pd.DataFrame:
    """One row per metric, estimator and test size: the median curve, its verdict, and the seeds' counts.

    Args:
        curves: the table of emergence scores.
        jumps: the table of verdicts.

    Returns:
        `experiment`, `metric`, `is_smooth`, `estimator`, `test_size`, `n_scales`, `lowest`, `highest`,
        `emergence_score`, `status`, `emergent_` and a convention (of the median curve), `is_emergent` (under any),
        `verdict`, `from_size`, `to_size`, `largest_share`, `upper_limit`, `lower_limit`, `seeds`, `seeds_emergent_` and
        a convention, `largest_test_size` of the metric, and `is_main`: at the largest test size, over all groups.
    """
    is_median = curves["seed"].astype(str) == "median"
    columns = [f"emergent_{convention}" for convention in CONVENTIONS]
    by_seed = curves[~is_median].groupby(CURVE)
    counts = by_seed[columns].sum().astype(int).add_prefix("seeds_").assign(seeds=by_seed.size()).reset_index()
    steps = jumps.drop(columns=["bound", "verdict"])
    found = curves[is_median].merge(steps, on=CURVE).merge(counts, on=CURVE).drop(columns="seed")
    largest = found.groupby(["experiment", "metric", "estimator"])["test_size"].transform("max")
    is_drawn = (found["experiment"] == IMAGES) & (found["estimator"] == SAMPLED)
    return found.assign(
        largest_test_size=largest,
        is_emergent=found[columns].any(axis=1),
        is_main=(found["test_size"] == largest) & ~is_drawn,
    )


def overview(scores: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """How many networks there are, and how many main median curves are emergent or free of jumps, smooth and sharp."""
    main = found[found["is_main"]]
    row: dict[str, float] = {
        "networks": len(scores[["experiment", "size", "seed"]].drop_duplicates()),
        "bound": LARGEST_SHARE,
    }
    for kind, own in (("smooth", main[main["is_smooth"]]), ("sharp", main[~main["is_smooth"]])):
        row |= {
            kind: len(own),
            f"{kind}_no_jump": int((own["verdict"] == NO_JUMP).sum()),
            f"{kind}_emergent": int(own["is_emergent"].sum()),
        }
    return pd.DataFrame([row])


def experiments(scores: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Of each experiment: sizes, seeds, test size, and the largest E of its smooth and of its sharp main curves."""
    main = found[found["is_main"]].assign(score=found["emergence_score"].fillna(0.0))
    rows = []
    for name, own in scores.groupby("experiment"):
        curves = main[main["experiment"] == name]
        rows.append(
            {
                "experiment": name,
                "sizes": own["size"].nunique(),
                "seeds": own["seed"].nunique(),
                "test_size": int(curves["test_size"].max()),
                "largest_smooth": curves.loc[curves["is_smooth"], "score"].max(),
                "largest_sharp": curves.loc[~curves["is_smooth"], "score"].max(),
            }
        )
    return pd.DataFrame(rows)


def resampling(scores: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """What drawing groups of images adds to their scores, over all networks, by metric.

    Returns:
        `metric`, `groups` (drawn), `largest_error` (standard error of the drawing), `largest_difference` (from
        the mean over every group there is), `share_within` (of the networks, within 1.96 standard errors), and of
        the median curves `expected_score` and `sampled_score`, their emergence scores.
    """
    keys = ["metric", "size", "seed"]
    images = scores[scores["experiment"] == IMAGES]
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
    of_images = curves[(curves["experiment"] == IMAGES) & (curves["seed"].astype(str) == "median")]
    by_estimator = of_images.pivot_table(index="metric", columns="estimator", values="emergence_score", dropna=False)
    return by_metric.join(by_estimator.add_suffix("_score")).reset_index()
