"""Whether metric or size of the test set goes with being emergent: a logistic regression whose clusters are tasks.

The estimates are those of GEE with working independence (Liang and Zeger 1986), so of a logistic regression in which
every curve counts one. What the curves of a task share enters the covariance.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_estimating_equations import GEE

Vector = npt.NDArray[np.float64]

CATEGORIES = ("metric_class", "family", "shots")
REFERENCE = "multiple_choice_grade"
# A level whose emergent curves, or the others, come from fewer tasks is left out with its curves.
FEWEST_TASKS = 3
# The simulations of Mancl and DeRouen (2001) begin at ten clusters: with fewer, nothing says that an interval holds.
FEWEST_EFFECTIVE = 10
SIGNIFICANT_DIGITS = 6

NOT_COUNTED = f"left out: emergent curves, or the others, come from fewer than {FEWEST_TASKS} tasks"
TOO_FEW = "not fitted: too few tasks with emergent curves, or with others"
REPEATED = "not fitted: no more than one task tells all terms apart"
SEPARATED = "not fitted: the terms separate the emergent curves from the others"
CONSTANT = "not fitted: all curves have the same n_test"
UNIDENTIFIED = f"not identified: fewer than {FEWEST_EFFECTIVE} effective tasks"
EXCLUDES, INCLUDES = "interval excludes 1", "interval includes 1"

NUMBERS = ("odds_ratio", "low", "high")
WHICH = ("emergent", "tasks_with_emergent", "emergent_published", "tasks_with_emergent_published")
COUNTS = ("curves", "tasks", "effective_tasks", *WHICH)


class Estimate(NamedTuple):
    """A log odds ratio and its standard error."""

    value: float
    error: float


def regress(curves: pd.DataFrame) -> pd.DataFrame:
    """Fit the odds of being emergent to metric, number of test examples, family and shots.

    A level of a category with too few tasks leaves the model with its curves. The model is fitted only if more tasks
    than it has coefficients have an emergent curve, and as many one that is not; if no term rests on one task; and if
    no plane separates the two kinds of curves. The covariance over tasks is the one that statsmodels calls
    `bias_reduced`, of Mancl and DeRouen (2001). The 95 % intervals are by Student's t with one degree of freedom less
    than the effective number of tasks: for a level of the metric that of its own curves or of the reference's,
    whichever is smaller.

    Args:
        curves: one row per curve: `task`, `metric_class`, `n_test`, `family`, `shots`, `is_emergent`,
            `is_emergent_published`.

    Returns:
        One row per level of the metric, and one for the number of test examples: `term`, `level`, `odds_ratio` (of
        n_test per doubling), `low`, `high`, the counts, and a `verdict`, which says why numbers are missing or not to
        be trusted.
    """
    kept, left_out = _without_sparse_levels(curves)
    design = design_of(kept)
    reason = _why_not(kept, design)
    estimates = {} if reason else fit(kept, design)
    rows = [*_rows(kept, estimates, reason), *left_out]
    frame = pd.DataFrame(rows, columns=["term", "level", *NUMBERS, *COUNTS, "verdict"])
    return frame.astype(dict.fromkeys(NUMBERS, "Float64"))


def fit(curves: pd.DataFrame, design: pd.DataFrame) -> dict[str, Estimate]:
    """The log odds ratio of each column of the design."""
    model = GEE(curves["is_emergent"].astype(float), design, curves["task"], family=Binomial())
    found = model.fit(cov_type="bias_reduced")
    return {name: Estimate(*both) for name, *both in zip(design.columns, found.params, found.bse, strict=True)}


def effective_number(tasks: pd.Series) -> float:
    """1 / the sum of squared shares of curves: the number of equally large tasks with that sum; 0 without curves."""
    sizes = tasks.value_counts()
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if len(sizes) else 0.0


def design_of(curves: pd.DataFrame) -> pd.DataFrame:
    """The design: an intercept, 0 and 1 for every level but the reference, log2 of n_test where that varies."""
    levels = pd.get_dummies(curves[list(CATEGORIES)], dtype=float)
    references = [f"{term}_{_reference(curves[term])}" for term in CATEGORIES]
    design = levels.drop(columns=references, errors="ignore")
    design.insert(0, "intercept", 1.0)
    if curves["n_test"].nunique() > 1:
        design["n_test"] = np.log2(curves["n_test"].astype(float))
    return design


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


def _reference(levels: pd.Series) -> str:
    """What the other levels are held against: multiple_choice_grade, or the level with most curves."""
    sizes = levels.value_counts()
    commonest = min(sizes.index, key=lambda level: (-sizes[level], level), default="")
    return REFERENCE if REFERENCE in sizes.index else str(commonest)


def _fewest_tasks(curves: pd.DataFrame) -> int:
    """Tasks with an emergent curve, or with one that is not, whichever are fewer."""
    is_emergent = curves["is_emergent"].astype(bool)
    return min(curves.loc[chosen, "task"].nunique() for chosen in (is_emergent, ~is_emergent))


def _without_sparse_levels(curves: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The curves of levels with enough tasks on both sides, and the other levels of the metric with their counts."""
    left_out: list[dict[str, Any]] = []
    if _fewest_tasks(curves) <= design_of(curves).shape[1]:
        return curves, left_out
    # Leaving out curves may make another level sparse. Where every level is, the whole model is, and says so itself.
    while sparse := next(_sparse_levels(curves), None):
        term, level = sparse
        is_own = curves[term] == level
        if term == "metric_class":
            left_out.append({"term": "metric", "level": level, **_counts(curves[is_own]), "verdict": NOT_COUNTED})
        curves = curves[~is_own]
    return curves, left_out


def _sparse_levels(curves: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for term in CATEGORIES:
        for level, own in curves.groupby(term):
            if _fewest_tasks(own) < FEWEST_TASKS and len(own) < len(curves):
                yield term, str(level)


def _why_not(curves: pd.DataFrame, design: pd.DataFrame) -> str:
    if _fewest_tasks(curves) <= design.shape[1]:
        return TOO_FEW
    if _rests_on_one_task(design, curves["task"]):
        return REPEATED
    return SEPARATED if is_separated(design.to_numpy(), curves["is_emergent"].to_numpy(dtype=float)) else ""


def _rests_on_one_task(design: pd.DataFrame, tasks: pd.Series) -> bool:
    """Whether the design loses its full rank, if it has it, without one of the tasks; a term then has no covariance."""
    by_task = (own.to_numpy() for _, own in design.groupby(tasks))
    products = np.stack([own.T @ own for own in by_task])
    ranks = np.linalg.matrix_rank(products.sum(axis=0) - products, rtol=1e-9, hermitian=True)
    return bool((ranks < design.shape[1]).any())


def _rows(curves: pd.DataFrame, estimates: Mapping[str, Estimate], reason: str) -> Iterator[dict[str, Any]]:
    by_metric = {str(level): own for level, own in curves.groupby("metric_class")}
    reference = _reference(curves["metric_class"])
    for level, own in by_metric.items():
        tasks = [own["task"], by_metric[reference]["task"]]
        otherwise = "reference" if level == reference else reason
        said = _said(estimates.get(f"metric_class_{level}"), tasks, otherwise)
        yield {"term": "metric", "level": level, **_counts(own), **said}
    said = _said(estimates.get("n_test"), [curves["task"]], reason or CONSTANT)
    yield {"term": "n_test", "level": "", **_counts(curves), **said}


def _said(estimate: Estimate | None, tasks: Sequence[pd.Series], otherwise: str) -> dict[str, Any]:
    """An odds ratio with its 95 % interval, and whether that can be trusted; or why there is none."""
    if estimate is None:
        return {"verdict": otherwise}
    effective = min(effective_number(own) for own in tasks)
    reach = stats.t.ppf(0.975, effective - 1) * estimate.error
    # What so few tasks leave open may be more than exp can hold.
    with np.errstate(over="ignore"):
        middle, low, high = np.exp(estimate.value + np.array([0, -reach, reach]))
    verdict = UNIDENTIFIED if effective < FEWEST_EFFECTIVE else EXCLUDES if low > 1 or high < 1 else INCLUDES
    return {**dict(zip(NUMBERS, map(_rounded, (middle, low, high)), strict=True)), "verdict": verdict}


def _counts(curves: pd.DataFrame) -> dict[str, Any]:
    chosen = (curves.loc[curves[name].astype(bool), "task"] for name in ("is_emergent", "is_emergent_published"))
    emergent, published = ((len(tasks), tasks.nunique()) for tasks in chosen)
    effective = _rounded(effective_number(curves["task"]))
    numbers = (len(curves), curves["task"].nunique(), effective, *emergent, *published)
    return dict(zip(COUNTS, numbers, strict=True))


def _rounded(number: float) -> float:
    """Few enough digits that another processor's arithmetic gives the same."""
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")
