"""`make fit`: fit the parameters of the simulated benchmark to the real one; most of an hour.

One kind of metric at a time, the knobs that minimise the weighted squared distance between simulated and real mean
scores per model, and shares of flat and infinite curves by class of n_test, family and whether the prompt held
examples; by Nelder and Mead's simplex. The numbers are means over a few simulations, of the same seeds at every step.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize
from tqdm import tqdm

from pipeline import sources
from pipeline.core import database, files
from pipeline.core.errors import PipelineError
from pipeline.core.scoring import score_curves
from pipeline.core.settings import Settings
from pipeline.simulated import benchmark
from pipeline.simulated.benchmark import KEY, Array, Design, KindKnobs, Knobs

STEPS = 500
METRICS = {
    "match": "exact_str_match",
    "match_few": "exact_str_match",
    "grade": "multiple_choice_grade",
    "other": "rougeLsum",
}
FAMILIES = ("BIG-G sparse", "GPT", "Gopher", "PaLM")
GUESSERS = ("constant_share", "switch_share", "label_precision")
SHARES = {"hopeless_share", "chance_share", "chance_share_zero_shot", "constant_share", "switch_share"}
# Of one simulation alone, the knobs would take up the luck of its few large tasks.
SEEDS = (1, 2, 3, 4)
SIGNED = {"log10_c", "zero_shot_loss", "copy_loss"}
# All mean scores together count as much as the shares of flat and of infinite curves together.
WEIGHT_OF_SHARES = 0.5


def run(settings: Settings, steps: int = STEPS) -> list[Path]:
    """Fit the knobs of every kind to the real scores, each from where it stands now, and write them down.

    Raises:
        PipelineError: there are no real scores to fit to.
    """
    source = sources.find(settings)
    if not source.has_scores or source.is_simulated:
        raise PipelineError(
            "fit needs real scores, and this run has none. Next: leave SOURCE out and run `make score`."
        )
    knobs = Knobs()
    for kind in METRICS:
        knobs = fit_kind(settings, kind, knobs, steps)
    path = files.write_text(settings.sql / "simulated" / "parameters.csv", as_csv(knobs))
    print(f"fit      {settings.shown(path)}. Next: `make report SOURCE=simulated`, which shows what this gives.")
    return [path]


def fit_kind(settings: Settings, kind: str, knobs: Knobs, steps: int) -> Knobs:
    """The knobs with those of one kind fitted, by at most so many simulations."""
    design = benchmark.read_design(settings)
    design = Design(design.curves[_is_fitted(design.curves, kind)].reset_index(drop=True), design.models)
    known = _known_n_test(settings)
    target = summarise(_real_rows(settings, design), design, known)
    start = _flatten(kind, knobs)
    names = list(start)

    def distance(values: Array) -> float:
        tried = _unflatten(kind, knobs, dict(zip(names, values, strict=True)))
        drawn = [summarise(benchmark.simulate(design, tried, seed), design, known) for seed in SEEDS]
        found = pd.concat(drawn).groupby(level=0).mean()
        joined = target.join(found["value"].rename("found"))
        gap = (joined["value"] - joined["found"]).fillna(0.0)
        bar.update()
        return float((joined["weight"] * gap**2).sum())

    first = np.array(list(start.values()))
    simplex = np.vstack([first, first + np.diag(np.where(np.abs(first) > 1, 0.4, 0.3))])
    bar: tqdm[Any]
    with tqdm(desc=f"fit {kind}", total=steps, unit="simulation", delay=1, leave=False, disable=None) as bar:
        before = distance(first)
        fit = optimize.minimize(
            distance, first, method="Nelder-Mead",
            options={"maxfev": steps, "initial_simplex": simplex, "adaptive": True},
        )  # fmt: skip
    print(f"fit      {kind}: distance {before:.5f} -> {fit.fun:.5f} in {fit.nfev} steps")
    return _unflatten(kind, knobs, dict(zip(names, fit.x, strict=True))) if fit.fun < before else knobs


def as_csv(knobs: Knobs) -> str:
    """The table of parameters, three decimals each."""
    rows: list[tuple[str, str, str, float, str]] = []
    for kind in METRICS:
        for name, value in asdict(getattr(knobs, kind)).items():
            own = value.items() if isinstance(value, dict) else [("", value)]
            rows += [(kind, name, family, number, "fitted") for family, number in own]
    rows += [
        ("", name, "", getattr(knobs, name), "fitted" if name in GUESSERS else "chosen")
        for name in ("mean_length", *GUESSERS, "copy_redraw")
    ]
    with io.StringIO(newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("kind", "parameter", "family", "value", "basis"))
        writer.writerows((*names, round(value, 3) + 0.0, basis) for *names, value, basis in rows)
        return text.getvalue()


def _is_fitted(curves: pd.DataFrame, kind: str) -> pd.Series:
    is_kind = curves["kind"] == kind if kind.startswith("match") else curves["kind"] != "match_few"
    return is_kind & (curves["metric"] == METRICS[kind])


def summarise(rows: pd.DataFrame, design: Design, known: pd.DataFrame) -> pd.DataFrame:
    """The numbers that the fit compares, each with its weight; an index of (what, of which group)."""
    leaves = rows.merge(design.curves.loc[design.curves["kind"] != "aggregate", KEY], on=KEY)
    unit = 100 if (rows["metric"] == "rougeLsum").all() else 1
    means = leaves.groupby(["family", "model"])["score"].agg(["mean", "size"])
    means.index = pd.Index([f"mean {key}" for key in means.index])
    parts = [pd.DataFrame({"value": means["mean"] / unit, "weight": means["size"] / means["size"].sum()})]
    place = rows.merge(design.models.reset_index(names="place"), on=["family", "model"])
    place["curve_id"] = place.groupby(KEY, sort=True).ngroup()
    scored = score_curves(place.rename(columns={"place": "position"})).set_index("curve_id")["status"]
    curves = place.drop_duplicates("curve_id").merge(known, on=KEY).set_index("curve_id")
    group = [
        curves["n_test"].fillna(2000).map(lambda n: int(np.searchsorted([10, 50, 200, 1500], n, side="right"))),
        curves["family"].str.split(" ").str[0],
        curves["shots"] > 0,
    ]
    for status in ("flat", "infinite"):
        shares = (scored.loc[curves.index] == status).groupby(group).agg(["mean", "size"])
        shares.index = pd.Index([f"{status} {key}" for key in shares.index])
        weight = WEIGHT_OF_SHARES * shares["size"] / shares["size"].sum()
        parts.append(pd.DataFrame({"value": shares["mean"], "weight": weight}))
    return pd.concat(parts)


def _real_rows(settings: Settings, design: Design) -> pd.DataFrame:
    with database.connect(settings.database, read_only=True) as connection:
        rows = connection.execute(
            "select task, subtask, metric, shots, family, model, score from stg_scores where isfinite(score)"
        ).df()
    return rows.merge(design.curves[KEY], on=KEY)


def _known_n_test(settings: Settings) -> pd.DataFrame:
    with database.connect(settings.database, read_only=True) as connection:
        return connection.execute("select task, subtask, metric, shots, family, n_test from emergence").df()


def _flatten(kind: str, knobs: Knobs) -> dict[str, float]:
    """Knobs as unbounded numbers: shares as logits, positive ones as logarithms."""
    own: dict[str, Any] = asdict(getattr(knobs, kind))
    families, chances = own.pop("family_loss"), own.pop("family_chance_share")
    flat = {name: _free(name, value) for name, value in own.items()}
    if kind == "grade":
        del flat["copy_loss"]
        flat |= {name: _free(name, getattr(knobs, name)) for name in GUESSERS}
    flat |= {f"family_loss:{family}": families.get(family, 0.0) for family in FAMILIES}
    return flat | {f"family_chance_share:{family}": _free("chance_share", share) for family, share in chances.items()}


def _unflatten(kind: str, knobs: Knobs, flat: Mapping[str, float]) -> Knobs:
    values: dict[str, Any] = {name: _bound(name, float(value)) for name, value in flat.items() if ":" not in name}
    guessers = {name: values.pop(name) for name in GUESSERS if name in values}
    for name, limit in (("family_loss", "zero_shot_loss"), ("family_chance_share", "chance_share")):
        own_flat = {key.split(":")[1]: value for key, value in flat.items() if key.startswith(f"{name}:")}
        values[name] = {family: _bound(limit, float(value)) for family, value in own_flat.items()}
    own: KindKnobs = replace(getattr(knobs, kind), **values)
    kinds: dict[str, Any] = {kind: own}
    return replace(knobs, **kinds, **guessers)


def _free(name: str, value: float) -> float:
    if name in SHARES:
        return float(np.log((value + 1e-3) / (1 - value + 1e-3)))
    return value if name in SIGNED else float(np.log(value + 1e-6))


def _bound(name: str, value: float) -> float:
    if name in SHARES:
        return float(1 / (1 + np.exp(-value)))
    return value if name in SIGNED else float(np.exp(value))
