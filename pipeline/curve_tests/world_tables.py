"""Smooth worlds beside the data: E-emergent curves observed and expected, and what rules a scenario out.

Intervals hold the noise of draws, the uncertainty of the fits (draws are from their posterior) and that of the choice
of tasks, which are resampled together with what was observed in them.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from pipeline.core.emergence import is_emergent
from pipeline.curve_tests.estimates import LEVEL, task_by_curve
from pipeline.curve_tests.likelihood import Floats
from pipeline.curve_tests.worlds import Drawn

RESAMPLES = 2_000
ALL = "all"
# With fewer tasks resampling tells nothing.
FEWEST_TASKS = 5
# `unexplained` is observed - expected, `share` expected / observed.
COMPARED = ("expected", "unexplained", "share")
CHECK = ("scenario", "statistic", "answers", "n_test_class")
STATISTICS = ("zero_steps", "roughness")


class Resampled:
    """Tasks drawn anew, RESAMPLES times, each with one of the draws of a scenario."""

    def __init__(self, task: pd.Series, draws: int, seed: int) -> None:
        self.by_task = task_by_curve(task)
        tasks, rng = self.by_task.shape[0], np.random.default_rng(seed)
        self.weights = rng.multinomial(tasks, np.full(tasks, 1 / tasks), RESAMPLES).astype(float)
        self.draw = np.arange(RESAMPLES) % draws

    def compared(self, real: Floats, drawn: Floats, kept: np.ndarray, level: float = LEVEL) -> dict[str, float]:
        """Observed beside expected over the kept curves, with intervals.

        Args:
            real: (curves,), what was observed.
            drawn: (curves, draws).
            kept: (curves,), which of them count.
            level: of the intervals.
        """
        by_task = self.by_task[:, kept]
        real_sums, sums = by_task @ real[kept], by_task @ drawn[kept]
        observed = self.weights @ real_sums
        expected = (self.weights @ sums)[np.arange(RESAMPLES), self.draw]
        total, mean = float(real_sums.sum()), float(sums.mean(axis=1).sum())
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(observed > 0, expected / observed, np.nan)
        found = {"curves": int(kept.sum()), "tasks": int(np.count_nonzero(by_task.sum(axis=1))), "observed": total}
        middle = (mean, total - mean, mean / total if total else np.nan)
        for name, value, values in zip(COMPARED, middle, (expected, observed - expected, share), strict=True):
            low, high = _interval(values, level)
            found |= {name: value, f"{name}_low": low, f"{name}_high": high}
        return found


def _interval(values: Floats, level: float) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def counts(
    frame: pd.DataFrame,
    seen: pd.DataFrame,
    drawn: Mapping[str, Drawn],
    *,
    conventions: pd.DataFrame,
    threshold: float,
    seed: int,
) -> pd.DataFrame:
    """E-emergent curves, observed and expected, by scenario, convention and group of curves.

    Args:
        frame: what `worlds.tested` gives.
        seen: what `worlds.observed` gives.
        drawn: what `worlds.draw` gives.
        conventions: `convention`, `is_absolute`, `keeps_infinite`.
        threshold: over which a curve counts as emergent.
        seed: of the resampling of tasks.

    Returns:
        `scenario`, `convention`, `metric`, `n_test_class`, `temperature` (each also `all`), `curves`, `tasks`,
        `observed`, and `expected`, `unexplained` and `share` with the ends of their intervals, `_low` and `_high`.
    """
    resampled, every = _resampled(frame, drawn, seed), list(groups(frame))
    rows = []
    for rule in conventions.itertuples():
        how = {"is_absolute": bool(rule.is_absolute), "keeps_infinite": bool(rule.keeps_infinite)}
        real = is_emergent(seen["emergence"].to_numpy(), threshold, **how)
        for name, draws in drawn.items():
            hits = is_emergent(draws.emergence, threshold, **how)
            rows += [
                {"scenario": name, "convention": rule.convention}
                | group
                | resampled.compared(real.astype(float), hits.astype(float), kept)
                for group, kept in every
            ]
    return pd.DataFrame(rows)


def _resampled(frame: pd.DataFrame, drawn: Mapping[str, Drawn], seed: int) -> Resampled:
    return Resampled(frame["task"], next(iter(drawn.values())).emergence.shape[1], seed)


def groups(frame: pd.DataFrame) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """All curves, those of each metric, class of n_test and temperature, and each metric's of each class."""
    names = ("metric", "n_test_class", "temperature")
    for by in ((), ("metric",), ("n_test_class",), ("temperature",), ("metric", "n_test_class")):
        values = frame[list(by)].astype(str).agg("\x1f".join, axis=1) if by else pd.Series("", index=frame.index)
        for value in sorted(values.unique()):
            chosen = dict(zip(by, value.split("\x1f"), strict=True)) if by else {}
            yield {name: chosen.get(name, ALL) for name in names}, (values == value).to_numpy()


def checks(frame: pd.DataFrame, seen: pd.DataFrame, drawn: Mapping[str, Drawn], seed: int) -> pd.DataFrame:
    """Whether each scenario agrees with zero steps and roughness, by answers and class of n_test.

    A scenario is ruled out by a statistic where the interval of observed - expected, over draws and resampled tasks,
    excludes 0 at 5 % divided by the number of checks of the scenario (Bonferroni). Strata of fewer than five tasks are
    not judged.

    Returns:
        `scenario`, `statistic`, `answers`, `n_test_class`, and the columns of `counts` from `curves` on, with intervals
        at that level, and `is_ruled_out`.
    """
    resampled = _resampled(frame, drawn, seed)
    strata = [
        (key, frame.index.isin(part.index))
        for key, part in frame.groupby(["answers", "n_test_class"], sort=True)
        if part["task"].nunique() >= FEWEST_TASKS
    ]
    level = 1 - (1 - LEVEL) / max(1, len(strata) * len(STATISTICS))
    rows = []
    for name, draws in drawn.items():
        for (answers, n_test_class), kept in strata:
            for statistic in STATISTICS:
                found = resampled.compared(seen[statistic].to_numpy(), getattr(draws, statistic), kept, level)
                ruled_out = bool(found["unexplained_low"] > 0 or found["unexplained_high"] < 0)
                key = {"scenario": name, "statistic": statistic, "answers": answers, "n_test_class": n_test_class}
                rows.append(key | found | {"is_ruled_out": ruled_out})
    return pd.DataFrame(rows, columns=[*CHECK, "curves", "tasks", "observed", *_with_ends(COMPARED), "is_ruled_out"])


def _with_ends(names: Iterable[str]) -> list[str]:
    return [name + end for name in names for end in ("", "_low", "_high")]
