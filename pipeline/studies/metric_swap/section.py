"""The same outputs under another metric."""

from functools import partial

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table
from pipeline.studies.metric_swap.compute import compute
from pipeline.studies.metric_swap.figures import draw_figure_6, draw_swap

FIGURE_6_TASKS = ("irony_identification", "logical_args", "sports_understanding", "swahili_english_proverbs")
FIGURE_6_METRICS = ("multiple_choice_grade", "calibration_multiple_choice_brier_score")
# The pairs of metrics with most curves are drawn, for the subtasks with the largest |E| under the first.
DRAWN_PAIRS, DRAWN_SUBTASKS, LONG = 3, 10, 4

PAIRS = """
select
    from_metric,
    to_metric,
    count(*) as curves
from swap_curves
where is_same_models
    and n_scales >= ?
group by all
order by
    curves desc,
    from_metric,
    to_metric
limit ?
"""


def absence(run: Run, rows: Query) -> str:
    """Why there is nothing to swap."""
    if has_table(rows, "metric_swap") and rows("from metric_swap limit 1"):
        return ""
    if run.is_bigbench:
        return (
            "these scores come under one metric per task, and a swap needs two. "
            "To get all of BIG-bench's: `make report SOURCE=official`"
        )
    return "no task of this table is scored under two metrics"


def numbers(_: Run, rows: Query) -> Row:
    """The swap by pair of metrics, and what of Figure 6 can be drawn."""
    swaps = rows("from metric_swap order by curves + left_out desc, from_metric, to_metric, convention")
    by_convention = {
        name: [row for row in swaps if row["convention"] == name] for name in ("published", "with_infinite")
    }
    panels = _figure_6_tasks(rows)
    return {
        "swaps": by_convention["published"] + by_convention["with_infinite"],
        "swaps_kept": by_convention["with_infinite"],
        "swap_statuses": rows(
            "from swap_statuses where from_status <> to_status"
            " order by from_metric, to_metric, curves desc, from_status, to_status"
        ),
        "swap_figures": [
            {"name": f"swap_{rank}", "from_metric": pair["from_metric"], "to_metric": pair["to_metric"]}
            for rank, pair in enumerate(rows(PAIRS, LONG, DRAWN_PAIRS), start=1)
        ],
        "swap_table": rows(
            "select from_metric || ' to ' || to_metric as swap, task, family, n_scales, from_status, from_score,"
            " to_status, to_score from swap_curves where is_same_models and n_scales >= ?"
            " order by abs(from_score) desc nulls last, task, subtask, shots, family, swap limit 12",
            LONG,
        ),
        "figure_6_tasks": panels,
        "figure_6_missing": sorted(set(FIGURE_6_TASKS) - set(panels)),
    }


def _figure_6_tasks(rows: Query) -> list[str]:
    found = rows(
        "select distinct task from swap_curves where is_same_models and family = 'BIG-G T=0' and shots in (2, 3)"
        " and from_metric = ? and to_metric = ? and list_contains(?, task) order by task",
        *FIGURE_6_METRICS,
        list(FIGURE_6_TASKS),
    )
    return [row["task"] for row in found]


def draw_6(frame: Frame) -> Figure | None:
    """Figure 6, with the tasks that the source holds."""
    points = frame(
        "select task, metric, shots, scale, if(higher_is_better, score, -score) as score,"
        # Of uniform guesses among k choices: grade 1/k, Brier score (k - 1) / k^2.
        " case when higher_is_better then chance else -chance * (1 - chance) end as chance"
        " from curves inner join curve_points using (curve_id) inner join known_metrics using (metric)"
        " where list_contains(?, task) and list_contains(?, metric) and family = 'BIG-G T=0' and shots in (2, 3)"
        " and not is_aggregate order by higher_is_better desc, task, shots, position",
        list(FIGURE_6_TASKS),
        list(FIGURE_6_METRICS),
    )
    if points["metric"].nunique() < len(FIGURE_6_METRICS):
        return None
    return draw_figure_6(points, [task for task in FIGURE_6_TASKS if task in set(points["task"])])


def draw_pair(rank: int, frame: Frame) -> Figure | None:
    """The curves of the pair of metrics with the given place among those with most curves."""
    if not len(frame("from information_schema.tables where table_name = 'swap_curves'")):
        return None
    pairs = frame(PAIRS, LONG, DRAWN_PAIRS)
    if rank > len(pairs):
        return None
    pair = (str(pairs["from_metric"][rank - 1]), str(pairs["to_metric"][rank - 1]))
    points = frame(
        """
        with

        long_curves as (
            from swap_curves
            where is_same_models
                and n_scales >= $scales
                and from_metric = $from_metric
                and to_metric = $to_metric
        ),

        drawn as (
            select
                subtask,
                max(coalesce(abs(from_score), 0)) as largest
            from long_curves
            group by subtask
            order by
                largest desc,
                subtask
            limit $subtasks
        ),

        -- Each pair of curves twice, as the one and as the other.
        sides as (
            select
                subtask,
                family,
                shots,
                unnest([from_curve_id, to_curve_id]) as curve_id,
                unnest([from_metric, to_metric]) as metric,
                unnest([1, 2]) as side
            from long_curves
        )

        select
            subtask,
            metric,
            family,
            shots,
            scale,
            scale_name,
            if(higher_is_better, score, -score) as score,
            not higher_is_better as is_negated
        from sides
        inner join drawn using (subtask)
        inner join curve_points using (curve_id)
        inner join known_metrics using (metric)
        cross join scale_names
        order by
            largest desc,
            subtask,
            side,
            family,
            shots,
            position
        """,
        scales=LONG,
        from_metric=pair[0],
        to_metric=pair[1],
        subtasks=DRAWN_SUBTASKS,
    )
    return draw_swap(points, pair)


STUDY = Study(
    "metric_swap",
    "Does the ability stay when the metric changes?",
    numbers,
    {"figure_6": draw_6} | {f"swap_{rank}": partial(draw_pair, rank) for rank in range(1, DRAWN_PAIRS + 1)},
    sometimes=("metric_swap", "swap_statuses"),
    compute=compute,
    absence=absence,
)
