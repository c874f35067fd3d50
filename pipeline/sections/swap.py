"""The same outputs under another metric."""

from functools import partial

from matplotlib.figure import Figure

from pipeline.figures import Frame
from pipeline.figures_swap import draw_figure_6, draw_swap
from pipeline.sections.section import Query, Row, Run, Section, has_table

FIGURE_6_TASKS = ("irony_identification", "logical_args", "sports_understanding", "swahili_english_proverbs")
FIGURE_6_METRICS = ("multiple_choice_grade", "calibration_multiple_choice_brier_score")
# The pairs of metrics with most curves are drawn, for the subtasks with the largest |E| under the first.
DRAWN_PAIRS, DRAWN_SUBTASKS, LONG = 3, 10, 4

PAIRS = (
    "select from_metric, to_metric, count(*) as curves from swap_curves"
    f" where is_same_models and n_scales >= {LONG} group by all"
    f" order by curves desc, from_metric, to_metric limit {DRAWN_PAIRS}"
)


def absence(run: Run, rows: Query) -> str:
    """Why there is nothing to swap."""
    if has_table(rows, "metric_swap") and rows("from metric_swap limit 1"):
        return ""
    if run.is_bigbench:
        return (
            "these scores come under one metric a task, and a swap needs two. "
            "To get all of BIG-bench's: `make report SOURCE=official`"
        )
    return "no task of this table is scored under two metrics"


def numbers(rows: Query) -> Row:
    """The swap by pair of metrics, and what of Figure 6 can be drawn."""
    swaps = rows("from metric_swap order by curves + left_out desc, from_metric, to_metric, reading")
    by_reading = {
        reading: [row for row in swaps if row["reading"] == reading] for reading in ("published", "with_infinite")
    }
    panels = _figure_6_tasks(rows)
    return {
        "swaps": by_reading["published"] + by_reading["with_infinite"],
        "swaps_kept": by_reading["with_infinite"],
        "swap_statuses": rows(
            "from swap_statuses where from_status <> to_status"
            " order by from_metric, to_metric, curves desc, from_status, to_status"
        ),
        "swap_figures": [
            {"name": f"swap_{rank}", "from_metric": pair["from_metric"], "to_metric": pair["to_metric"]}
            for rank, pair in enumerate(rows(PAIRS), start=1)
        ],
        "swap_table": _long_curves(rows),
        "figure_6_tasks": panels,
        "figure_6_missing": sorted(set(FIGURE_6_TASKS) - set(panels)),
    }


def _long_curves(rows: Query) -> list[Row]:
    return rows(
        "select from_metric || ' to ' || to_metric as swap, task, family, n_scales, from_status, from_score, to_status,"
        f" to_score from swap_curves where is_same_models and n_scales >= {LONG}"
        " order by abs(from_score) desc nulls last, task, subtask, shots, family, swap limit 12"
    )


def _figure_6_tasks(rows: Query) -> list[str]:
    found = rows(
        "select distinct task from swap_curves where is_same_models and family = 'BIG-G T=0' and shots in (2, 3)"
        f" and [from_metric, to_metric] = {list(FIGURE_6_METRICS)} and task in {FIGURE_6_TASKS} order by task"
    )
    return [row["task"] for row in found]


def draw_6(frame: Frame) -> Figure | None:
    """Figure 6, with the tasks that the source holds."""
    points = frame(
        "select task, metric, shots, params, if(higher_is_better, score, -score) as score,"
        # Of uniform guesses among k choices: grade 1/k, Brier score (k - 1) / k^2.
        " case when higher_is_better then chance else -chance * (1 - chance) end as chance"
        " from curves inner join curve_points using (curve_id) inner join known_metrics using (metric)"
        f" where task in {FIGURE_6_TASKS} and metric in {FIGURE_6_METRICS} and family = 'BIG-G T=0' and shots in (2, 3)"
        " and not is_aggregate order by higher_is_better desc, task, shots, position"
    )
    if points["metric"].nunique() < len(FIGURE_6_METRICS):
        return None
    return draw_figure_6(points, [task for task in FIGURE_6_TASKS if task in set(points["task"])])


def draw_pair(rank: int, frame: Frame) -> Figure | None:
    """The curves of the pair of metrics with the given place among those with most curves."""
    if not len(frame("from information_schema.tables where table_name = 'swap_curves'")):
        return None
    pairs = frame(PAIRS)
    if rank > len(pairs):
        return None
    pair = (str(pairs["from_metric"][rank - 1]), str(pairs["to_metric"][rank - 1]))
    points = frame(
        f"""
        with long_curves as (
            from swap_curves
            where is_same_models and n_scales >= {LONG} and (from_metric, to_metric) = {pair}
        ),
        drawn as (
            select subtask, max(coalesce(abs(from_score), 0)) as largest
            from long_curves group by subtask order by largest desc, subtask limit {DRAWN_SUBTASKS}
        )
        select subtask, metric, family, shots, params, if(higher_is_better, score, -score) as score,
            not higher_is_better as is_negated
        from long_curves
        inner join drawn using (subtask)
        inner join curves using (task, subtask, shots, family)
        inner join curve_points using (curve_id)
        inner join known_metrics using (metric)
        where metric in {pair}
        order by largest desc, subtask, metric <> '{pair[0]}', family, shots, position
        """
    )
    return draw_swap(points, pair)


SECTION = Section(
    "Does the ability stay when the metric changes?",
    "swap",
    numbers,
    {"figure_6": draw_6} | {f"swap_{rank}": partial(draw_pair, rank) for rank in range(1, DRAWN_PAIRS + 1)},
    absence=absence,
)
