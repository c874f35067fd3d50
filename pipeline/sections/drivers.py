"""What makes a curve look emergent: metric, test examples, scales, family or shots."""

from matplotlib.figure import Figure

from pipeline.drivers import MODELS
from pipeline.figures import Frame
from pipeline.figures_drivers import draw_odds
from pipeline.logistic import LATENT_CORRELATION
from pipeline.sections.section import Query, Row, Run, Section

# The regressions that the text and the figure show; the others are in the table.
SHOWN = tuple(model.name for model in MODELS[:3])
# The terms of the table; the others are in the figure.
TABLE_TERMS = ("metric_class", "n_test", "n_scales")
PER_CURVE, PER_TASK, TEN_OR_MORE = SHOWN
SCALES, BOTH = "scales in place of family", "scales and family"
# Fewer degrees of freedom make an interval that holds nearly anything; more inflation makes two terms one.
FEW_DEGREES, MUCH_INFLATION = 4, 5
# A 95 % interval that holds the truth more rarely is too short to be read as one.
LEAST_COVERAGE = 0.9
MAIN_TERMS = {"metric_class": "exact_str_match", "n_test": ""}
TERMS = {"metric_class": "metric", "n_test": "twice as many test examples", "n_scales": "one scale more"}


def absence(_: Run, rows: Query) -> str:
    """Why no regression says anything."""
    if rows("from driver_fits where outcome = 'with_infinite' and status = 'fitted' limit 1"):
        return ""
    [fit] = rows(f"from driver_fits where outcome = 'with_infinite' and model = '{PER_CURVE}'")
    return (
        "no regression can be fitted: with infinite scores kept, "
        f"{fit['emergent']} of {fit['curves']} curves with a known n_test and four or more scales are emergent, "
        f"from {fit['tasks_with_emergent']} of {fit['tasks']} tasks"
    )


def numbers(rows: Query) -> Row:
    """The regressions, the curves that they leave out, and how far metric and n_test can be told apart."""
    odds = rows("from driver_odds order by outcome, model, term, level")
    fits = {(row["outcome"], row["model"]): row for row in rows("from driver_fits order by all")}
    exclusions = rows("from driver_exclusions order by number, outcome")
    cells = rows("from driver_cells order by n_test_number, metric_class")
    return {
        "few_degrees": FEW_DEGREES,
        "much_inflation": MUCH_INFLATION,
        "driver_cells": cells,
        "driver_few": [row for row in cells if row["n_test_number"] == 1],
        "driver_tasks": _between_tasks(rows),
        "driver_exclusions": _by_reason(exclusions),
        "driver_parts": {(row["outcome"], row["number"]): row for row in exclusions},
        "driver_fits": fits,
        "driver_models": SHOWN,
        "driver_table": [
            _named(row)
            for model in MODELS
            for row in odds
            if row["model"] == model.name and row["status"] == "estimated" and row["term"] in TABLE_TERMS
            and not _is_repeated(fits, row)
        ],
        "driver_answers": {term: _answers(odds, term, level) for term, level in MAIN_TERMS.items()},
        "driver_odds": {(row["outcome"], row["model"], row["term"], row["level"]): row for row in odds},
        "driver_sparse": [
            _named(row) for row in odds if row["status"] == "too few tasks" and row["model"] == PER_CURVE
            and fits[row["outcome"], PER_CURVE]["status"] == "fitted"
        ],
        "driver_coverage": _coverage(odds, fits),
        "driver_inflation": {
            "scales_alone": _inflation(odds, SCALES, "n_scales"),
            "scales": _inflation(odds, BOTH, "n_scales"),
            "family": _inflation(odds, BOTH, "family"),
        },
    }  # fmt: skip


def _between_tasks(rows: Query) -> Row:
    """How much of metric and n_test is the task's own, and so says nothing within a task."""
    [found] = rows(
        """
        with

        curves as (
            select *, log2(n_test) as doublings
            from driver_curves
            where left_out_because is null
        ),

        tasks as (
            select count(distinct metric_class) as classes, count(*) as curves, avg(doublings) as mean
            from curves
            group by task
        ),

        whole as (
            select avg(doublings) as mean, var_pop(doublings) * count(*) as squares
            from curves
        )

        select
            count(*) as tasks,
            count(*) filter (where classes > 1) as tasks_of_several_metrics,
            sum(tasks.curves * (tasks.mean - whole.mean) ^ 2) / nullif(any_value(whole.squares), 0) as share_between
        from tasks
        cross join whole
        """
    )
    return found


def _by_reason(exclusions: list[Row]) -> list[Row]:
    """A row a reason, with the curves and the emergent ones under every outcome."""
    parts = {row["number"]: row["part"] for row in exclusions}
    by_place = {(row["number"], row["outcome"]): row for row in exclusions}
    outcomes = ("with_infinite", "published", "published_tenth")
    return [
        {"part": part}
        | {
            f"{outcome}_{count}": by_place.get((number, outcome), {}).get(count, 0)
            for outcome in outcomes
            for count in ("curves", "emergent")
        }
        for number, part in parts.items()
    ]


def _is_repeated(fits: dict[tuple[str, str], Row], row: Row) -> bool:
    """Whether asking for ten test examples leaves the outcome the curves that it had."""
    own, all_of_it = fits[row["outcome"], row["model"]], fits[row["outcome"], PER_CURVE]
    return bool(row["model"] == TEN_OR_MORE and own["curves"] == all_of_it["curves"])


def _answers(odds: list[Row], term: str, level: str) -> Row:
    """What the shown regressions with infinite scores kept say of a term, in short."""
    own = [
        row
        for row in odds
        if (row["outcome"], row["term"], row["level"]) == ("with_infinite", term, level)
        and row["model"] in SHOWN
        and row["odds_ratio"] is not None
    ]
    return {
        "regressions": len(own),
        "lowest": min((row["odds_ratio"] for row in own), default=None),
        "highest": max((row["odds_ratio"] for row in own), default=None),
        "apart": sum(row["low"] > 1 or row["high"] < 1 for row in own),
    }


def _coverage(odds: list[Row], fits: dict[tuple[str, str], Row]) -> Row:
    """How far the intervals of the shown regressions hold in redrawn worlds, and which do not."""
    own = [row for row in odds if row["coverage"] is not None and row["model"] in SHOWN and not _is_repeated(fits, row)]
    found = {term: [row["coverage"] for row in own if row["term"] == term] for term in MAIN_TERMS}
    return {
        "worlds": max((fits[row["outcome"], row["model"]]["worlds"] for row in own), default=0),
        "correlation": LATENT_CORRELATION,
        "least": LEAST_COVERAGE,
        "terms": {term: (min(shares), max(shares)) for term, shares in found.items() if shares},
        "short": [_named(row) for row in own if row["coverage"] < LEAST_COVERAGE],
    }


def _named(row: Row) -> Row:
    """A term as a reader would say it."""
    shown = TERMS.get(row["term"], row["term"])
    return row | {"shown": f"{shown}: {row['level']}" if row["level"] else shown}


def _inflation(odds: list[Row], model: str, term: str) -> float | None:
    found = (
        row["inflation"]
        for row in odds
        if row["outcome"] == "with_infinite"
        and row["model"] == model
        and row["term"] == term
        and row["status"] == "estimated"
    )
    return next(found, None)


def draw(frame: Frame) -> Figure | None:
    """Odds ratios under both outcomes that can be regressed."""
    odds = frame(
        f"""
        select driver_odds.*
        from driver_odds
        inner join driver_fits as own using (outcome, model)
        inner join driver_fits as whole on whole.outcome = driver_odds.outcome and whole.model = '{PER_CURVE}'
        where driver_odds.status = 'estimated'
            and (model in {SHOWN} or (model = '{SCALES}' and term = 'n_scales'))
            -- The same regression would be drawn twice.
            and not (model = '{TEN_OR_MORE}' and own.curves = whole.curves)
        order by outcome, model, term, level
        """
    )
    return draw_odds(odds, SHOWN) if len(odds) else None


SECTION = Section("What makes a curve look emergent?", "drivers", numbers, {"drivers": draw}, absence=absence)
