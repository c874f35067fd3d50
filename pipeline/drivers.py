"""What makes a curve look emergent: logistic regressions whose clusters are tasks.

The estimating equations are those of GEE with working independence (Liang and Zeger 1986), whose solution is that of a
weighted logistic regression. An exchangeable working correlation is not used: with tasks of 1 to 2,952 curves it does
not converge on all the models here. What curves of a task share enters the covariance, not the estimates. Whether the
intervals hold is not taken on trust: each regression is repeated on its own curves with outcomes redrawn from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize
from tqdm import tqdm

from pipeline.logistic import Fits, cells_of, coverage, fit_logistic

Vector = npt.NDArray[np.float64]

OUTCOMES = ("with_infinite", "published", "published_tenth")
# The rest are numbers: one coefficient, no levels.
CATEGORIES = ("metric_class", "family", "shots")
# What the other levels are held against; elsewhere it is the level with most curves.
REFERENCES = {"metric_class": "multiple_choice_grade", "family": "BIG-G T=0", "shots": "0"}
# A level whose emergent curves, or the others, come from fewer tasks than this is named and not estimated.
FEWEST_TASKS = 3
SEED, WORLDS = 2023, 200
SIGNIFICANT_DIGITS = 6
INTERCEPT = ("intercept", "")

NUMBERS = ("odds_ratio", "low", "high", "degrees_of_freedom", "inflation", "coverage")
COUNTS = ("curves", "tasks", "emergent", "tasks_with_emergent")


@dataclass(frozen=True)
class Model:
    """One regression: its terms, what counts as one, and the fewest test examples of its curves."""

    name: str
    terms: tuple[str, ...]
    counts_tasks: bool = False
    fewest_examples: int = 1


MODELS = (
    Model("a curve counts one", ("metric_class", "n_test", "family", "shots")),
    Model("a task counts one", ("metric_class", "n_test", "family", "shots"), counts_tasks=True),
    Model("ten or more test examples", ("metric_class", "n_test", "family", "shots"), fewest_examples=10),
    Model("scales in place of family", ("metric_class", "n_test", "n_scales", "shots")),
    Model("scales and family", ("metric_class", "n_test", "n_scales", "family", "shots")),
    Model("metric alone", ("metric_class",)),
    Model("n_test alone", ("n_test",)),
)


def build(connection: duckdb.DuckDBPyConnection) -> None:
    """Fit every model to every outcome; makes the tables driver_odds and driver_fits from driver_outcomes."""
    curves = connection.execute(
        "select outcome, task, metric_class, n_test, n_scales, family, shots::varchar as shots, is_emergent"
        " from driver_outcomes where number = 0 order by outcome, task, subtask, metric, shots, family"
    ).df()
    wanted = [(outcome, model) for outcome in OUTCOMES for model in MODELS]
    streams = np.random.SeedSequence(SEED).spawn(len(wanted))
    made = [
        regress(curves[curves["outcome"] == outcome], model, outcome, np.random.default_rng(stream))
        for (outcome, model), stream in zip(
            tqdm(wanted, desc="regressions", unit="model", delay=1, leave=False, disable=None), streams, strict=True
        )
    ]
    odds = pd.concat([terms for terms, _ in made], ignore_index=True)  # noqa: F841 - read by the query below
    fits = pd.DataFrame([fit for _, fit in made]).astype({"correlation": "Float64", "condition": "Float64"})  # noqa: F841
    connection.execute("create or replace table driver_odds as from odds")
    connection.execute("create or replace table driver_fits as from fits")


def regress(
    curves: pd.DataFrame, model: Model, outcome: str, random: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Fit one model.

    A level that too few tasks stand behind leaves the model with its curves, and stays in the table with its counts and
    without an odds ratio. The model as a whole is fitted only if more tasks than it has coefficients have an
    emergent curve, and as many one that is not, and if no plane separates the two.

    Args:
        curves: a row a curve: `task`, `is_emergent`, and the terms; `n_test` in examples.
        model: what to fit.
        outcome: its name, for the tables.
        random: for the redrawn outcomes that say how far the intervals hold.

    Returns:
        The terms, a row a level: `odds_ratio` (for n_test of twice as many examples, for n_scales of one more) with a
        95 % interval `low` to `high`, the share of redrawn worlds in which such an interval holds the truth
        (`coverage`), counts, `status`. And the fit as a whole: counts, `status`.
    """
    curves = curves[curves["n_test"] >= model.fewest_examples]
    is_hopeless = _fewest_tasks(curves) <= _design(curves, model.terms).shape[1]
    kept, sparse = (curves, []) if is_hopeless else _drop_sparse_levels(curves, model.terms)
    design = _design(kept, model.terms)
    emergent = kept["is_emergent"].to_numpy(dtype=float)
    status = _why_not(kept, design, emergent)
    sizes = kept.groupby("task")["task"].transform("size").to_numpy(dtype=float)
    weights = 1 / sizes if model.counts_tasks else np.ones(len(kept))
    fit = None if status else _fit(design.to_numpy(), emergent, kept["task"].to_numpy(), weights, random)
    names = {"outcome": outcome, "model": model.name}
    rows = [names | row for row in [*_term_rows(kept, model.terms, design, fit, status), *sparse]]
    frame = pd.DataFrame(rows, columns=[*names, "term", "level", *COUNTS, "status", *NUMBERS])
    frame = frame.astype(dict.fromkeys(COUNTS, "int64") | dict.fromkeys(NUMBERS, "Float64"))
    by_task = pd.Series(weights, index=kept.index).groupby(kept["task"]).sum()
    overall = {
        **names,
        **_counts(kept),
        "effective_tasks": _rounded(by_task.sum() ** 2 / (by_task**2).sum()) if len(by_task) else 0.0,
        "coefficients": design.shape[1],
        "correlation": _rounded(fit.one.correlation[0]) if fit else np.nan,
        "condition": _rounded(fit.condition) if fit else np.nan,
        "worlds": fit.worlds if fit else 0,
        "status": status or "fitted",
    }
    return frame, overall


class Fit(NamedTuple):
    """A regression, the condition number of its design (columns of length one), and how far its intervals hold."""

    one: Fits
    condition: float
    coverage: Vector
    worlds: int


def _fit(
    design: Vector, emergent: Vector, tasks: npt.NDArray[np.object_], weights: Vector, random: np.random.Generator
) -> Fit:
    cells, counts = cells_of(design, emergent, tasks, weights)
    one = fit_logistic(cells, counts[None, :])
    held, worlds = coverage(cells, one.coefficients[0], WORLDS, random)
    return Fit(one, float(np.linalg.cond(design / np.linalg.norm(design, axis=0))), held, worlds)


def _counts(curves: pd.DataFrame) -> dict[str, int]:
    emergent = curves[curves["is_emergent"]]
    return dict(
        zip(COUNTS, (len(curves), curves["task"].nunique(), len(emergent), emergent["task"].nunique()), strict=True)
    )


def _drop_sparse_levels(curves: pd.DataFrame, terms: Sequence[str]) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """The curves of levels with enough tasks on both sides, and the other levels with their counts.

    Dropping curves may empty another level, hence the loop.
    """
    dropped: list[dict[str, object]] = []
    while True:
        sparse = next(
            (
                (term, level)
                for term in terms
                if term in CATEGORIES
                for level in sorted(curves[term].unique())
                if _fewest_tasks(curves[curves[term] == level]) < FEWEST_TASKS
            ),
            None,
        )
        # Where every level is sparse the whole model is, and says so itself.
        if sparse is None or (curves[sparse[0]] == sparse[1]).all():
            return curves, dropped
        term, level = sparse
        own = curves[curves[term] == level]
        dropped.append({"term": term, "level": level, **_counts(own), "status": "too few tasks"})
        curves = curves[curves[term] != level]


def _fewest_tasks(curves: pd.DataFrame) -> int:
    """Tasks with an emergent curve, or with one that is not, whichever are fewer."""
    return int(
        min(curves.loc[curves["is_emergent"], "task"].nunique(), curves.loc[~curves["is_emergent"], "task"].nunique())
    )


def _reference(curves: pd.DataFrame, term: str) -> str:
    sizes = curves[term].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    wanted = REFERENCES.get(term)
    return str(wanted if wanted in sizes.index else next(iter(sizes.index), ""))


def _design(curves: pd.DataFrame, terms: Sequence[str]) -> pd.DataFrame:
    """The design, shape (curves, p), columns (term, level): an intercept, 0 and 1 for levels, log2 n_test, n_scales."""
    columns: dict[tuple[str, str], npt.NDArray[np.float64]] = {INTERCEPT: np.ones(len(curves))}
    for term in terms:
        if term in CATEGORIES:
            others = sorted(set(curves[term]) - {_reference(curves, term)})
            columns |= {(term, level): (curves[term] == level).to_numpy(dtype=float) for level in others}
        elif curves[term].nunique() > 1:
            numbers = curves[term].to_numpy(dtype=float)
            columns[term, ""] = np.log2(numbers) if term == "n_test" else numbers
    return pd.DataFrame(columns)


def _why_not(curves: pd.DataFrame, design: pd.DataFrame, emergent: Vector) -> str:
    if _fewest_tasks(curves) <= design.shape[1]:
        return "too few tasks"
    if np.linalg.matrix_rank(design.to_numpy()) < design.shape[1]:
        return "terms repeat each other"
    if _rests_on_one_task(design, curves["task"]):
        return "rests on one task"
    return "separated" if is_separated(design.to_numpy(), emergent) else ""


def _rests_on_one_task(design: pd.DataFrame, tasks: pd.Series) -> bool:
    """Whether a term varies within one task only, so that it has no covariance over tasks."""
    rows = np.unique(np.column_stack([np.unique(tasks, return_inverse=True)[1], design.to_numpy()]), axis=0)
    others = (rows[rows[:, 0] != task, 1:] for task in np.unique(rows[:, 0]))
    return any(np.linalg.matrix_rank(left) < design.shape[1] for left in others)


def is_separated(design: Vector, outcome: Vector) -> bool:
    """Whether a plane separates the outcomes, at least partly, so that no finite maximum of the likelihood exists.

    There is one b with s_i x_i'b >= 0 for all curves and > 0 for some, s_i = +-1 by outcome (Albert and Anderson 1984);
    found by linear programming: maximise sum_i s_i x_i'b over -1 <= b <= 1 (Konis 2007).

    Args:
        design: shape (curves, p).
        outcome: shape (curves,), zeros and ones.
    """
    rows = np.unique(design * (2 * outcome - 1)[:, None], axis=0)
    solved = optimize.linprog(-rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1))
    return bool(-solved.fun > 1e-7)


def _term_rows(
    curves: pd.DataFrame, terms: Sequence[str], design: pd.DataFrame, fit: Fit | None, status: str
) -> list[dict[str, object]]:
    columns: list[tuple[str, str]] = [(column[0], column[1]) for column in design.columns.to_list()]
    rows: list[dict[str, object]] = []
    for term in terms:
        for level in sorted(set(curves[term])) if term in CATEGORIES else [""]:
            own = curves[curves[term] == level] if level else curves
            row: dict[str, object] = {"term": term, "level": level, **_counts(own)}
            if (term, level) not in columns:
                word = "reference" if term in CATEGORIES else "no variation"
                rows.append(row | {"status": word})
            elif fit is None:
                rows.append(row | {"status": status})
            else:
                numbers = _interval(fit, columns.index((term, level)))
                together = [place for place, (name, _) in enumerate(columns) if name == term]
                inflation = _rounded(inflation_factor(fit.one.information[0], together))
                rows.append(row | {"status": "estimated"} | numbers | {"inflation": inflation})
    return rows


def _interval(fit: Fit, place: int) -> dict[str, float]:
    """An odds ratio with its 95 % interval, from Student's t."""
    centre, low, high = (float(ends[0, place]) for ends in (fit.one.coefficients, *fit.one.intervals()))
    # A lone task behind a coefficient has an interval without end: numbers that exp cannot hold are infinite.
    with np.errstate(over="ignore"):
        ends = np.exp([centre, low, high])
    return {
        **{name: _rounded(end) for name, end in zip(("odds_ratio", "low", "high"), ends, strict=True)},
        "degrees_of_freedom": _rounded(fit.one.degrees_of_freedom[0, place]),
        "coverage": _rounded(fit.coverage[place]),
    }


def inflation_factor(information: Vector, places: Sequence[int]) -> float:
    """The generalised variance inflation of a term's d columns, to the power 1 / (2 d) (Fox and Monette 1992).

    det(R_in) det(R_out) / det(R), with R the correlation matrix of the coefficients without the intercept: how many
    times longer the other terms make the term's interval. 1 where they tell it nothing.

    Args:
        information: shape (p, p), the intercept first.
        places: the term's rows in it.
    """
    covariance = np.linalg.inv(information)[1:, 1:]
    scale = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(scale, scale)
    inside = [place - 1 for place in places]
    outside = [place for place in range(len(correlations)) if place not in inside]
    determinants = [np.linalg.det(correlations[np.ix_(part, part)]) for part in (inside, outside)]
    generalised = determinants[0] * determinants[1] / np.linalg.det(correlations)
    return float(generalised ** (1 / (2 * len(inside))))


def _rounded(number: float) -> float:
    """Few enough digits that another processor's arithmetic gives the same."""
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")
