"""A benchmark without emergence: the real benchmark's design, filled with models that improve smoothly by construction.

In every task the loss of a token falls with parameters as the paper's power law, (N/c)^alpha, with an alpha and a c of
the task's own. Nothing in a model's loss jumps. What the scores do is up to the metric, the number of test examples,
and what any benchmark has: examples of unequal difficulty which all scales share, models that deviate from their trend,
tasks at chance, constant answerers, and two families that are copies of each other.
"""

import csv
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.seeds import load_seeds
from pipeline.core.settings import ROOT, Settings

Array = NDArray[np.float64]

PARAMETERS = ROOT / "sql" / "simulated" / "parameters.csv"
SEED = 2023
# Marks held at once, examples times models times units: bounds the memory to some tens of megabytes.
CHUNK_MARKS = 2_000_000
# Stands for the sizes that are not published; such models have no curve to be ordered in.
UNKNOWN_PARAMS = 1e10
ORIGINAL, COPY = "BIG-G T=0", "BIG-G T=1"
KINDS = ("match", "match_few", "grade", "overlap", "loss", "probability")
BLEU_EXPONENT = 2.5
KEY = ["task", "subtask", "metric", "shots", "family"]
UNIT = ["task", "subtask", "metric", "kind", "shots", "chance"]


@dataclass(frozen=True)
class KindKnobs:
    """How the loss of a token goes in the tasks under one kind of metric.

    Attributes:
        log10_c: mean over tasks of log10 of c, the parameters at which a token's loss is one nat.
        sd_task, sd_subtask: spread of log10 c over tasks, and over the subtasks of a task.
        alpha, sd_log_alpha: median of -alpha over subtasks, and the spread of its logarithm.
        sd_example: spread over a task's examples of the logarithm of their loss; the examples are the same at every
            scale.
        sd_model: spread of the logarithm of the loss around its trend, one draw per unit and model (T=0 and T=1 share
            it). It makes scores vary by more than the binomial.
        hopeless_share: share of a task's examples that no scale gets right, but for luck.
        chance_share, chance_share_zero_shot: share of subtasks that stay at chance at every scale, with and without
            examples in the prompt.
        zero_shot_loss: added to the logarithm of the loss without examples in the prompt.
        copy_loss: added to the logarithm of the loss of BIG-G at T=1, whose text is sampled.
        family_loss: added to the logarithm of the loss of a family.
        family_chance_share: share of the subtasks at which a family stays at chance while others do not.
    """

    log10_c: float
    sd_task: float
    sd_subtask: float
    alpha: float
    sd_log_alpha: float
    sd_example: float
    sd_model: float
    hopeless_share: float
    chance_share: float
    chance_share_zero_shot: float
    zero_shot_loss: float
    copy_loss: float
    family_loss: Mapping[str, float]
    family_chance_share: Mapping[str, float] = field(default_factory=dict)


def fitted(kind: str) -> KindKnobs:
    """The knobs of one kind of metric, from sql/simulated/parameters.csv."""
    values: dict[str, Any] = {"family_loss": {}, "family_chance_share": {}}
    for row in _parameters():
        if row["kind"] == kind and row["family"]:
            values[row["parameter"]][row["family"]] = float(row["value"])
        elif row["kind"] == kind:
            values[row["parameter"]] = float(row["value"])
    return KindKnobs(**values)


def shared(name: str) -> float:
    """A knob that is of no kind of metric, from the same table."""
    (value,) = (row["value"] for row in _parameters() if not row["kind"] and row["parameter"] == name)
    return float(value)


@cache
def _parameters() -> list[dict[str, str]]:
    with PARAMETERS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True)
class Knobs:
    """What a simulated benchmark is made of.

    The defaults are those of sql/simulated/parameters.csv, most of them fitted to the real benchmark (`make fit`).

    Attributes:
        match: tasks scored by whole answers, all tokens right.
        match_few: the same, where a subtask has fewer than ten examples.
        grade: multiple choice tasks.
        other: all others (BLEU, ROUGE, F1, probabilities, losses), fitted to ROUGE.
        mean_length: mean tokens of an answer, geometric over subtasks.
        constant_share: share of multiple choice curves whose models give one and the same answer where they know none.
        switch_share: how often a constant answerer of the next scale settles on another answer.
        label_precision: precision (alpha + beta) of the beta distribution, around chance, of a guesser's hit rate; it
            puts many guessers below chance.
        copy_redraw: share of multiple choice scores in which one example turns from T=0 to T=1.
    """

    match: KindKnobs = field(default_factory=partial(fitted, "match"))
    match_few: KindKnobs = field(default_factory=partial(fitted, "match_few"))
    grade: KindKnobs = field(default_factory=partial(fitted, "grade"))
    other: KindKnobs = field(default_factory=partial(fitted, "other"))
    mean_length: float = field(default_factory=partial(shared, "mean_length"))
    constant_share: float = field(default_factory=partial(shared, "constant_share"))
    switch_share: float = field(default_factory=partial(shared, "switch_share"))
    label_precision: float = field(default_factory=partial(shared, "label_precision"))
    copy_redraw: float = field(default_factory=partial(shared, "copy_redraw"))

    def of(self, kind: str) -> KindKnobs:
        """The knobs of a kind of metric."""
        return {"match": self.match, "match_few": self.match_few, "grade": self.grade}.get(kind, self.other)


class Design(NamedTuple):
    """What was asked of whom: one row per curve (`sql/simulated/design.sql`), and one row per model."""

    curves: pd.DataFrame
    models: pd.DataFrame


class Units(NamedTuple):
    """Leaf curves side by side: one row per task, subtask, metric and shots, one column per model, in their order.

    `facts` has the columns of UNIT and `subtask_id`; `n_test` is the number of examples, 0 where there is no score.
    """

    facts: pd.DataFrame
    n_test: NDArray[np.int64]


def read_design(settings: Settings) -> Design:
    """The real benchmark's design, from committed files only: the exported curves and the seeds.

    Raises:
        PipelineError: the committed curves are missing or damaged.
    """
    path = settings.committed / "emergence.parquet"
    with duckdb.connect() as connection:
        load_seeds(connection, settings)
        database.confine(connection, [path])
        try:
            connection.read_parquet(str(path)).create("committed_curves")
        except duckdb.Error as error:
            raise PipelineError(
                f"{settings.shown(path)}: cannot be read ({str(error).splitlines()[0]}), and the simulated world takes "
                "its design from it. Next: bring it back with `git checkout outputs/tables`."
            ) from error
        connection.execute("create view known_tasks as from seed_tasks")
        connection.execute("create view source_rows as select family from committed_curves")
        database.build_table(connection, settings.sql / "staging" / "task_facts.sql")
        database.build_table(connection, settings.sql / "simulated" / "design.sql")
        curves = connection.execute("from design").df()
        models = connection.execute("from seed_models order by family, params, model").df()
    return Design(curves, models)


def simulate(design: Design, knobs: Knobs, seed: int = SEED) -> pd.DataFrame:
    """One simulated benchmark: a score for every curve and scale of the design.

    Every chunk of units draws from a stream of its own, spawned from the seed, so that the same seed gives the same
    benchmark whatever else a process draws.

    Returns:
        `task`, `subtask`, `metric`, `shots`, `family`, `model`, `score`, in the order of the design.
    """
    units = _arrange(design)
    streams = np.random.SeedSequence(seed)
    task_stream, *chunk_streams = streams.spawn(1 + len(chunks := list(_chunks(units))))
    losses = _log_losses(units, design.models, knobs, np.random.default_rng(task_stream))
    scores = np.full(units.n_test.shape, np.nan)
    for rows, stream in zip(chunks, chunk_streams, strict=True):
        part = Units(units.facts.iloc[rows], units.n_test[rows])
        scores[rows] = _score(part, losses.take(rows), design.models, knobs, np.random.default_rng(stream))
    leaves = _to_rows(units, design.models, scores)
    return _in_order(design, pd.concat([leaves, _aggregates(design, leaves)]))


class Losses(NamedTuple):
    """The logarithm of a token's loss, and what else a unit's scores follow from.

    `log_loss` (units, models), infinite at chance; `length` (units,) in tokens.
    """

    log_loss: Array
    length: Array

    def take(self, rows: NDArray[np.int64]) -> "Losses":
        """Those of some units."""
        return Losses(self.log_loss[rows], self.length[rows])


def _arrange(design: Design) -> Units:
    leaves = design.curves[design.curves["kind"] != "aggregate"]
    # Sorted, so that what is drawn does not depend on the order of the curves.
    facts = leaves[UNIT].drop_duplicates().sort_values(UNIT).reset_index(drop=True)
    facts["subtask_id"] = facts.groupby(["task", "subtask"], sort=True).ngroup()
    row = leaves.merge(facts.reset_index(names="unit"), on=UNIT, how="left")["unit"].to_numpy()
    n_test = np.zeros((len(facts), len(design.models)), dtype=np.int64)
    place = _places(design.models)["place"].to_numpy()
    for family, columns in design.models.groupby("family").indices.items():
        own = (leaves["family"] == family).to_numpy()
        # Which scales a short curve lacks is not committed; mostly it is the largest.
        present = place[columns] < leaves.loc[own, "n_scales"].to_numpy()[:, None]
        n_test[np.ix_(row[own], np.asarray(columns))] = present * leaves.loc[own, "n_test"].to_numpy()[:, None]
    return Units(facts, n_test)


def _chunks(units: Units) -> Iterator[NDArray[np.int64]]:
    """Units of one kind, metric and largest number of examples, as many as may be held at once."""
    facts = units.facts[["kind", "metric"]].assign(largest=units.n_test.max(axis=1))
    for _, group in facts.groupby(["kind", "metric", "largest"], sort=True):
        rows = group.index.to_numpy(dtype=np.int64)
        size = max(1, CHUNK_MARKS // (int(group["largest"].iloc[0]) * units.n_test.shape[1]))
        yield from (rows[start : start + size] for start in range(0, len(rows), size))


def _log_losses(units: Units, models: pd.DataFrame, knobs: Knobs, rng: np.random.Generator) -> Losses:
    """Alpha (log N - log c) of every unit and model, shifted by family, shots and deviation; infinite at chance."""
    facts = units.facts
    own = facts["subtask_id"].to_numpy()
    draws = _draw_subtasks(facts, models, rng)

    def knob(name: str) -> Array:
        return facts["kind"].map(lambda kind: getattr(knobs.of(kind), name)).to_numpy(dtype=float)

    spread = knob("sd_task") * draws.task[own] + knob("sd_subtask") * draws.subtask[own]
    log_c = np.log(10) * (knob("log10_c") + spread)
    alpha = -knob("alpha") * np.exp(knob("sd_log_alpha") * draws.alpha[own])
    log_params = np.log(models["params"].astype(float).fillna(UNKNOWN_PARAMS).to_numpy())
    is_zero_shot = (facts["shots"] <= 0).to_numpy()
    log_loss = alpha[:, None] * (log_params - log_c[:, None]) + _family_losses(facts, models, knobs)
    log_loss += (knob("zero_shot_loss") * is_zero_shot)[:, None]
    log_loss += knob("sd_model")[:, None] * _deviations(units, models, rng)
    share = np.where(is_zero_shot, knob("chance_share_zero_shot"), knob("chance_share"))
    is_at_chance = (draws.luck[own] < share)[:, None] | (draws.family_luck[own] < _chance_shares(facts, models, knobs))
    log_loss[is_at_chance] = np.inf
    length = np.ceil(np.log1p(-draws.length) / np.log1p(-1 / knobs.mean_length))
    return Losses(log_loss, np.maximum(length, 1)[own])


class Draws(NamedTuple):
    """Standard normals and uniforms behind the subtasks: a change of a knob moves scores without new draws."""

    task: Array
    subtask: Array
    alpha: Array
    length: Array
    luck: Array
    family_luck: Array


def _draw_subtasks(facts: pd.DataFrame, models: pd.DataFrame, rng: np.random.Generator) -> Draws:
    subtasks = facts.drop_duplicates("subtask_id").sort_values("subtask_id")
    task = subtasks.groupby("task", sort=True).ngroup().to_numpy()
    count = len(subtasks)
    family = models.groupby("family", sort=True).ngroup().to_numpy()
    return Draws(
        rng.standard_normal(task.max() + 1)[task],
        rng.standard_normal(count),
        rng.standard_normal(count),
        rng.random(count),
        rng.random(count),
        rng.random((count, family.max() + 1))[:, family],
    )


def _family_losses(facts: pd.DataFrame, models: pd.DataFrame, knobs: Knobs) -> Array:
    """What a family adds to the logarithm of the loss, shape (units, models)."""
    own = {kind: {**knobs.of(kind).family_loss, COPY: knobs.of(kind).copy_loss} for kind in KINDS}
    return _spread_out(facts, models, own)


def _chance_shares(facts: pd.DataFrame, models: pd.DataFrame, knobs: Knobs) -> Array:
    """The share of subtasks at which a family alone stays at chance, shape (units, models)."""
    return _spread_out(facts, models, {kind: knobs.of(kind).family_chance_share for kind in KINDS})


def _spread_out(facts: pd.DataFrame, models: pd.DataFrame, values: Mapping[str, Mapping[str, float]]) -> Array:
    """Values by kind and family, 0 where there is none, on units and models."""
    rows = {kind: models["family"].map(own).fillna(0.0).to_numpy(dtype=float) for kind, own in values.items()}
    return np.array([rows[kind] for kind in facts["kind"]])


def _deviations(units: Units, models: pd.DataFrame, rng: np.random.Generator) -> Array:
    """One standard normal per unit and model; the same at T=0 and T=1, which are one model."""
    drawn = rng.standard_normal(units.n_test.shape)
    drawn[:, models["family"] == COPY] = drawn[:, models["family"] == ORIGINAL]
    return drawn


def _score(units: Units, losses: Losses, models: pd.DataFrame, knobs: Knobs, rng: np.random.Generator) -> Array:
    """Mean marks of units of one kind and metric, shape (units, models)."""
    kind, metric = units.facts[["kind", "metric"]].iloc[0]
    largest = int(units.n_test.max())
    examples = knobs.of(kind).sd_example * rng.standard_normal((len(units.facts), 1, largest))
    examples[rng.random(examples.shape) < knobs.of(kind).hopeless_share] = np.inf
    with np.errstate(over="ignore"):
        loss = np.exp(losses.log_loss[:, :, None] + examples)
    length = losses.length[:, None, None]
    match kind:
        case "match" | "match_few":
            marks = (rng.random(loss.shape) < np.exp(-loss * length)).astype(float)
        case "grade":
            return _grade(units, loss, models, knobs, rng)
        case "overlap":
            marks = rng.binomial(length.astype(np.int64), np.exp(-loss)) / length
        case "loss":
            marks = -np.minimum(loss, LARGEST_LOSS)
        case _:
            marks = np.exp(-loss)
    means = _means(marks, units.n_test)
    if kind == "overlap":
        # Equal sums of thirds can differ in their last bit, and so small a step would make E astronomical.
        means = np.round(100 * (means**BLEU_EXPONENT if metric == "bleu" else means), DECIMALS)
    return means


LARGEST_LOSS = 10.0
DECIMALS = 10


def _means(marks: Array, n_test: NDArray[np.int64]) -> Array:
    """The mean of each row's first n marks, missing where n is 0."""
    means = np.full(n_test.shape, np.nan)
    for n in np.unique(n_test[n_test > 0]):
        means = np.where(n_test == n, marks[:, :, :n].mean(axis=2), means)
    return means


def _grade(units: Units, loss: Array, models: pd.DataFrame, knobs: Knobs, rng: np.random.Generator) -> Array:
    """Multiple choice: right where the mass on the right choice, exp(-loss), exceeds 1/k, else a guess."""
    chance = units.facts["chance"].to_numpy()[:, None]
    is_known = np.exp(-loss) > chance[:, :, None]
    hit_rate, which = _guessers(chance, models, knobs, rng)
    patterns = rng.random(loss.shape)
    # A constant answerer hits the same examples at every scale at which it gives the same answer.
    patterns = np.take_along_axis(patterns, which[:, :, None], axis=1)
    marks = is_known | (patterns < hit_rate[:, :, None])
    scores = _means(marks.astype(float), units.n_test)
    return _temperature_copies(scores, units.n_test, models, knobs, rng)


def _guessers(
    chance: Array, models: pd.DataFrame, knobs: Knobs, rng: np.random.Generator
) -> tuple[Array, NDArray[np.int64]]:
    """Of every unit and model: the share of right guesses, and the model whose pattern of guesses it repeats."""
    shape = (len(chance), len(models))
    tie = 1e-9  # a chance of 0 or 1 has no beta distribution
    mean = np.clip(chance, tie, 1 - tie)
    if np.isfinite(knobs.label_precision):
        rates = rng.beta(knobs.label_precision * mean, knobs.label_precision * (1 - mean), shape)
    else:
        rates = np.broadcast_to(chance, shape)
    which = np.tile(np.arange(shape[1]), (shape[0], 1))
    is_new = rng.random(shape) < knobs.switch_share
    for columns in models.groupby("family").indices.values():
        is_constant = rng.random(shape[0]) < knobs.constant_share
        for before, column in itertools.pairwise(columns):
            repeats = is_constant & ~is_new[:, column]
            which[repeats, column] = which[repeats, before]
    return np.take_along_axis(rates, which, axis=1), which


def _temperature_copies(
    scores: Array, n_test: NDArray[np.int64], models: pd.DataFrame, knobs: Knobs, rng: np.random.Generator
) -> Array:
    """T=1 repeats the grades of T=0 but for a few, in which one example turns."""
    originals, own = (np.flatnonzero(models["family"] == family) for family in (ORIGINAL, COPY))
    copies = scores[:, originals]
    n = np.maximum(n_test[:, originals], 1)
    turns = np.where(rng.random(copies.shape) < knobs.copy_redraw, rng.choice([-1, 1], copies.shape), 0)
    counts = np.clip(np.round(copies * n) + turns, 0, n)
    copied = np.where((n_test[:, own] > 0) & (n_test[:, originals] > 0), counts / n, scores[:, own])
    scores[:, own] = copied
    return scores


def _to_rows(units: Units, models: pd.DataFrame, scores: Array) -> pd.DataFrame:
    unit, model = np.nonzero(units.n_test)
    facts = units.facts.iloc[unit].reset_index(drop=True)
    who = models.iloc[model][["family", "model"]].reset_index(drop=True)
    return pd.concat([facts, who], axis=1).assign(score=scores[unit, model])


def _aggregates(design: Design, leaves: pd.DataFrame) -> pd.DataFrame:
    """The mean over a task's leaves, for `normalized_aggregate_score` set to 0 at chance and to 100 at best."""
    best = leaves["kind"].map({"overlap": 100.0}).fillna(1.0)
    floor = leaves["chance"].where(leaves["kind"] == "grade", 0.0)
    normalised = 100 * (leaves["score"] - floor) / (best - floor)
    means = (
        leaves.assign(normalised=normalised)
        .groupby(["task", "shots", "family", "model"], sort=True)[["score", "normalised"]]
        .mean()
        .reset_index()
    )
    curves = design.curves[design.curves["kind"] == "aggregate"]
    rows = curves[[*KEY, "n_scales"]].merge(means, on=["task", "shots", "family"])
    rows = rows.merge(_places(design.models), on=["family", "model"]).query("place < n_scales")
    is_normalised = rows["metric"] == "normalized_aggregate_score"
    return rows[[*KEY, "model"]].assign(score=rows["normalised"].where(is_normalised, rows["score"]))


def _places(models: pd.DataFrame) -> pd.DataFrame:
    """The place of every model in the order of its family's scales, from 0."""
    return models[["family", "model"]].assign(place=models.groupby("family").cumcount())


def _in_order(design: Design, rows: pd.DataFrame) -> pd.DataFrame:
    placed = rows.merge(_places(design.models), on=["family", "model"]).sort_values([*KEY, "place"], kind="stable")
    return placed[[*KEY, "model", "score"]].reset_index(drop=True)


def without_noise(knobs: Knobs) -> Knobs:
    """The same without any randomness but the tasks' own: alike examples, models on their trend, no oddities."""

    def quiet(kind: KindKnobs) -> KindKnobs:
        return replace(
            kind, sd_example=0.0, sd_model=0.0, hopeless_share=0.0, chance_share=0.0, chance_share_zero_shot=0.0
        )

    return replace(
        knobs,
        match=quiet(knobs.match),
        match_few=quiet(knobs.match_few),
        grade=quiet(knobs.grade),
        other=quiet(knobs.other),
        constant_share=0.0,
        copy_redraw=0.0,
        label_precision=np.inf,
    )


def write(rows: pd.DataFrame, path: Path) -> Path:
    """Write a benchmark as the pinned table is: load/table.py, no metric, scores in the metrics' raw units."""
    source = pd.DataFrame(
        {
            "subtask_description": rows["subtask"],
            "task_name": rows["task"],
            "number_of_shots": rows["shots"].astype("int64"),
            "model_family_model_name": rows["family"] + " " + rows["model"],
            "score_value": rows["score"].astype(float),
        }
    )
    with database.in_memory([path.parent]) as connection:
        connection.register("simulated", source)
        return database.export_parquet(connection, "simulated", path)
