"""Which tasks jump: one verdict per task, and the rule that gave it."""

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table, without_scores
from pipeline.curve_tests.jumps import GRID
from pipeline.curve_tests.source import MOST_EXAMPLES
from pipeline.studies.tasks.figures import draw_tasks

MOST_SHOWN, SMALL = 25, 0.05
# What Wei (2022) said of a task, in the order of the table.
CLASSES = {
    "emergent_gpt3_lamda": "emergent, GPT-3 or LaMDA",
    "emergent_palm": "emergent, PaLM",
    "smoothly_increasing": "smoothly increasing",
    "flat": "flat",
    "not_correlated_with_scale": "not correlated with scale",
    "not_listed": "not listed",
    "not annotated": "not annotated",
}
# Why a curve cannot be tested, as the reason of a task.
REASONS = {
    "aggregate": "an average of other tasks",
    "below_chance": "below chance at some scale, where the smooth model cannot follow",
    "fitted": "a metric that is not known to be a proportion needs standard errors",
    "flat": "all models score the same",
    "invalid": "a score is no number",
    "neutral": "the best value of the metric lies between its ends, so that no change is a gain",
    "no_chance_level": "the chance level is not known",
    "no_n": "the number of test examples is not known",
    "not_counts": "scores are no multiples of 1/n",
    "too_few_scales": "fewer than four scales",
    "too_many_examples": f"more than {MOST_EXAMPLES:,} test examples",
}


def absence(run: Run, rows: Query) -> str:
    """Why there are no verdicts."""
    if has_table(rows, "task_overview"):
        return ""
    return without_scores(run, rows) or "no curve of these scores has been tested"


def numbers(_: Run, rows: Query) -> Row:
    """The verdicts: counted, and task by task."""
    tasks = rows(
        "select tasks.* from tasks inner join seed_verdicts using (verdict)"
        " order by place, q nulls last, largest_n_test desc nulls last, task limit ?",
        MOST_SHOWN,
    )
    return _classes(rows) | {
        "task_overview": rows("from task_overview")[0],
        "verdict_counts": rows("from verdict_counts where curves > 0 order by place"),
        "task_rows": [row | {"why": _why(row)} | _bounds(row) for row in tasks],
        "testable": rows("from family_overview")[0],
        "long_families": [row["family"] for row in rows("from families where n_scales >= 4 order by family")],
        "untested_reasons": [
            row | {"told": REASONS.get(row["reason"], row["reason"])}
            for row in rows("from untested_reasons order by tasks desc, reason")
        ],
        "task_jumps": rows("from task_jumps order by step desc, task"),
        "has_arrows": bool(rows("from task_panels where not higher_is_better limit 1")),
        "has_small_q": any(_is_small(row["q"]) for row in tasks),
        "has_dips": any(row["verdict"] != "late gain" and _is_small(row["q"]) for row in tasks),
        "has_other_metrics": any(row["other_metrics"] for row in tasks),
    }


def _told(row: Row) -> str:
    """A verdict; of a late gain also whether another family repeats it."""
    if row["is_repeated"] is None:
        return str(row["verdict"])
    return f"{row['verdict']}, {'repeated' if row['is_repeated'] else 'not repeated'}"


def _classes(rows: Query) -> Row:
    """Annotated classes by verdict: a row per class, a column per verdict that occurs."""
    counts = rows("from task_classes inner join seed_verdicts using (verdict) order by place")
    columns = {row["verdict"]: row["verdict"] for row in counts}
    lines: dict[str, Row] = {}
    for row in counts:
        line = lines.setdefault(row["annotated_class"], dict.fromkeys(columns) | {"said": "", "tasks": 0})
        line[row["verdict"]] = f"{row['tasks']} ({row['repeated']})" if row["repeated"] else row["tasks"]
    return {
        "wei": rows("from class_overview")[0],
        "wei_rows": [lines[name] | {"said": told} for name, told in CLASSES.items() if name in lines],
        "wei_columns": {"said": "what was said"} | columns,
        "all_tasks": [
            row | {"told": _told(row), "annotated": CLASSES.get(row["annotated_class"], "")} | _bounds(row)
            for row in rows("from tasks order by task")
        ],
    }


def _is_small(q: float | None) -> bool:
    return q is not None and q < SMALL


def _jump(row: Row) -> str:
    """Which jumps are not excluded: those below the smallest size of the grid that is."""
    value = row["largest_jump_not_excluded"]
    if value is None:
        return ""
    larger = GRID[value + 1e-9 < GRID]
    return f"< {larger[0]:g}" if len(larger) else "any"


def _bounds(row: Row) -> Row:
    """On what a verdict rests, and what it leaves open."""
    return {"tested": f"{row['curves_tested']:,} of {row['curves']:,}", "not_excluded": _jump(row)}


def _why(row: Row) -> str:
    return str(REASONS.get(row["reason"], row["reason"]) if row["reason"] else row["metrics"] or "")


def draw(frame: Frame) -> Figure | None:
    """The curves to look at first."""
    return draw_tasks(frame("from task_panels order by panel, position"))


STUDY = Study(
    "tasks",
    "Verdicts by task",
    numbers,
    {"tasks": draw},
    tables=("tasks", "task_jumps", "verdict_counts", "task_classes", "class_overview"),
    absence=absence,
)
