"""Findings -> everything that the report says: each number and each choice of words, read from the tables."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import duckdb

from pipeline.fetch import table as table_source
from pipeline.settings import DEFAULT_SOURCE, DEFAULT_THRESHOLD, Settings, exact
from pipeline.wording import cell, percent, thousands

Row = dict[str, Any]
Query = Callable[[str], list[Row]]

SECTIONS = (
    "What is measured, and what becomes of every curve?",
    "Is the published Figure 5A reproduced?",
    "Which metrics do the tasks use that people called emergent?",
    "How much of that is the base rate?",
    "How does the answer depend on the reading and the threshold?",
    "Who are the infinite curves?",
    "What else is among the emergent curves?",
    "How many scales does each family have?",
    "How many test examples are behind a curve?",
    "What do the most emergent curves look like?",
    "Published and reproduced, line by line",
    "Provenance",
)
MEANINGS = {
    "finite": "E is a number",
    "flat": "all scores equal: E is 0/0",
    "infinite": "more than half of the steps are zero: E is +-infinity",
    "single": "one scale only: no step",
    "invalid": "a score is NaN or infinite",
}

# A share that moves by less than this many of its whole is not said to hang on the choice that moved it.
NOTABLE = 0.1


def gather(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, Any]:
    """Everything that the report says, read from the tables; the template only places it."""

    def rows(query: str) -> list[Row]:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    threshold = rows("from options")[0]["threshold"]
    is_stand_in = rows("from provenance")[0]["is_stand_in"]
    context: dict[str, Any] = {
        "sections": SECTIONS,
        "copies_by_metric": [],
        "threshold": threshold,
        "is_stand_in": is_stand_in,
        "how_to_get_scores": table_source.how_to_get_scores(settings),
        "provenance": rows("from provenance")[0],
        "command": " ".join(
            [
                "make report",
                *([] if settings.source == DEFAULT_SOURCE else [f"SOURCE={settings.source}"]),
                *([] if threshold == DEFAULT_THRESHOLD else [f"THRESHOLD={exact(threshold)}"]),
            ]
        ),
    }
    context |= _curves(rows) | _published(rows) | _base_rates(rows) | _readings(rows)
    context |= _infinite(rows) | _emergent(rows) | _families(rows)
    if not is_stand_in:
        context |= _raw(rows)
    context["headline"] = headline(context)
    return context


def _curves(rows: Query) -> Row:
    counts = rows("select status, count(*) as curves from emergence group by status order by curves desc, status")
    total = sum(row["curves"] for row in counts)
    by_status = {row["status"]: row["curves"] for row in counts}
    return {
        "curves_total": total,
        "status": dict.fromkeys(MEANINGS, 0) | by_status,
        "statuses": [row | {"meaning": MEANINGS[row["status"]], "share": row["curves"] / total} for row in counts],
    }


def _published(rows: Query) -> Row:
    maxima = rows("from reproduction where starts_with(claim, 'Figure 5A: largest score under ')")
    reproduction = rows("from reproduction order by starts_with(claim, 'Figure 5A: largest'), claim")
    over = rows("from by_metric where reading = 'published' and emergent > 0 order by maximum desc, metric")
    metrics = rows("select count(*) as metrics from by_metric where reading = 'published'")[0]["metrics"]
    annotated = rows("from annotated order by tasks desc, metric")
    return {
        "five_a": {
            "maxima": len(maxima),
            "maxima_agree": sum(row["agrees"] for row in maxima),
            "all_agree": all(row["agrees"] for row in reproduction if row["claim"].startswith("Figure 5A")),
            "metrics": metrics,
            "over": [row["metric"] for row in over],
        },
        "reproduction": reproduction,
        "agreeing": sum(row["agrees"] for row in reproduction),
        "annotated": annotated,
    }


def _base_rates(rows: Query) -> Row:
    rates = {row["population"]: row for row in rows("from base_rates order by number")}
    none: Row = {"members": 0, "two_metrics": 0, "share": 0.0}
    odds = {
        row["is_emergent"]: row | {"all": row["two_metrics"] + row["other_metrics"]}
        for row in rows("from annotated_odds")
    }
    tests = rows("from annotated_tests order by statistic desc")
    by_name = {row["statistic"]: row for row in tests}
    annotated = rates["tasks: annotated as emergent"]
    return {
        "annotated_total": annotated["members"],
        "annotated_two": annotated["two_metrics"],
        "annotated_share": annotated["share"],
        "json_tasks": rates["tasks: JSON"],
        "emergent_json": odds[True],
        "other_json": odds[False],
        "tests": tests,
        "odds": by_name["odds ratio, conditional"],
        "fisher": by_name["Fisher's exact p, two-sided"],
        "base": {
            "all_curves": rates["curves: all"],
            "emergent_published": rates.get("curves: emergent, published", none),
            "emergent_with_infinite": rates.get("curves: emergent, with_infinite", none),
        },
    }


def _readings(rows: Query) -> Row:
    table = rows(
        "select readings.*, seed_readings.description from readings inner join seed_readings using (reading)"
        " order by keeps_infinite, is_absolute desc, threshold"
    )
    left_out = {
        row["reading"]: row["left_out"]
        for row in rows("select reading, sum(left_out)::bigint as left_out from by_metric group by reading")
    }
    chosen = rows(
        "select readings.*, seed_readings.description from readings inner join seed_readings using (reading)"
        " where threshold = (select threshold from options) order by keeps_infinite, is_absolute desc"
    )
    shares = [row["share_two_metrics"] for row in table if row["share_two_metrics"] is not None]
    by_key = {(row["reading"], row["threshold"]): row["share_two_metrics"] for row in table}

    def moved(left: str, right: str) -> float:
        pairs = [(by_key[left, t], by_key[right, t]) for t in {row["threshold"] for row in table}]
        return max((abs(a - b) for a, b in pairs if a is not None and b is not None), default=0.0)

    fit = {row["reading"]: row for row in rows("from reading_fit")}
    return {
        "maxima": max((row["maxima"] for row in fit.values()), default=0),
        "best_fit": max((row["maxima_matched"] for row in fit.values()), default=0),
        "readings": {row["reading"]: row for row in chosen},
        "published": next(row for row in chosen if row["reading"] == "published"),
        "reading_seeds": [
            row
            | {
                "left_out": left_out[row["reading"]],
                "maxima_matched": fit.get(row["reading"], {}).get("maxima_matched"),
            }
            for row in chosen
        ],
        "readings_table": table,
        "range": {
            "lowest_threshold": min(row["threshold"] for row in table),
            "highest_threshold": max(row["threshold"] for row in table),
            "fewest": min(row["emergent"] for row in table),
            "most": max(row["emergent"] for row in table),
            "fewest_metrics": min(row["metrics_with_emergent"] for row in table),
            "most_metrics": max(row["metrics_with_emergent"] for row in table),
            "lowest_share": min(shares, default=0.0),
            "highest_share": max(shares, default=0.0),
            "moved_by_infinite": max(moved("published", "with_infinite"), moved("signed", "signed_with_infinite")),
            "moved_by_sign": max(moved("published", "signed"), moved("with_infinite", "signed_with_infinite")),
        },
    }


def _infinite(rows: Query) -> Row:
    by_n_test = rows("from by_n_test order by number")
    ties = rows("from ties order by status")
    top_tasks = rows("from infinite_by_task order by infinite desc, task limit 3")
    none: Row = {"share_of_infinite": 0.0, "infinite": 0, "curves": 0, "smallest_n_test": None, "largest_n_test": None}
    return {
        "by_n_test": by_n_test,
        "few": next((row for row in by_n_test if row["number"] == 1), none),
        "end_lowest": sum(row["end_lowest"] for row in by_n_test),
        "blips": sum(row["blips"] for row in by_n_test),
        "many": {
            "curves": sum(row["curves"] for row in by_n_test if row["number"] in (2, 3, 4)),
            "infinite": sum(row["infinite"] for row in by_n_test if row["number"] in (2, 3, 4)),
        },
        "top_tasks": top_tasks,
        "top_tasks_share": sum(row["share_of_infinite"] for row in top_tasks),
        "ties": ties,
        "ties_total": sum(row["turn_on_ties"] for row in ties),
        "ties_emergent_first": sum(row["emergent_by_first"] for row in ties),
        "ties_emergent_last": sum(row["emergent_by_last"] for row in ties),
    }


def _emergent(rows: Query) -> Row:
    kinds = rows(
        "select emergent_kinds.* from emergent_kinds inner join seed_readings using (reading)"
        " order by keeps_infinite, is_absolute desc"
    )
    none = dict.fromkeys(("emergent", "aggregates", "falling", "copies", "rising_leaves_once"), 0)
    return {
        "kinds": kinds,
        "kinds_published": next((row for row in kinds if row["reading"] == "published"), none),
        "emergent_tasks": rows(
            "select task, metric, count(*) as curves, string_agg(distinct family, ', ' order by family) as families,"
            " max(abs(emergence_score)) as largest, min(n_test) as smallest_n_test"
            " from emergent_curves group by task, metric order by curves desc, task, metric"
        ),
    }


def _families(rows: Query) -> Row:
    families = rows("from families order by n_scales desc, family")
    return {
        "families": families,
        "capped": [row["family"] for row in families if row["n_scales"] == 3],
        "capped_curves": sum(row["capped_curves"] for row in families),
    }


def _raw(rows: Query) -> Row:
    """What only raw scores can tell."""
    cells = rows("from n_test_cells order by outcome")
    count = Counter({row["outcome"]: row["cells"] for row in cells})
    rounded = count["rule, grid disagrees by rounding to four decimals"]
    disagree = count["rule, grid disagrees"] + rounded
    agree = count["rule, grid agrees"]
    return {
        "row_counts": rows("from row_counts order by row_count desc, outcome"),
        "set_aside": [
            f"{row['scores']} scores of {cell(row['task'])}, {cell(row['subtask'])}"
            for row in rows(
                "select task, subtask, count(*) as scores from rows_set_aside"
                " group by task, subtask order by task, subtask"
            )
        ]
        or ["none"],
        "n_test_cells": cells,
        "cells": {
            "agree": agree,
            "disagree": disagree,
            "checkable": max(agree + disagree, 1),
            "rounded": rounded,
            "like_grid": sum(row["cells_like_grid"] for row in cells),
            "smallest_grid_right": sum(row["smallest_grid_right"] for row in cells),
        },
        "copies_by_metric": rows(
            "from copies where metric in ('multiple_choice_grade', 'exact_str_match', 'bleu')"
            " order by share_equal desc, metric"
        ),
        "gallery_over": _count(
            rows,
            "select count(*) as curves from gallery"
            " where gallery = 'finite' and abs(emergence_score) > (select threshold from options)",
        ),
        "gallery_finite": rows("from gallery where gallery = 'finite' order by rank"),
        "gallery_at_end": len(rows("from gallery_steps where gallery = 'finite' and is_largest_at_end")),
        "gallery_falling": _count(
            rows, "select count(*) as curves from gallery where gallery = 'finite' and emergence_score < 0"
        ),
    }


def _count(rows: Query, query: str) -> int:
    return int(rows(query)[0]["curves"])


def headline(context: Mapping[str, Any]) -> list[str]:
    """The answer in three lines of Markdown, every number from the tables."""
    published, kept = context["readings"]["published"], context["readings"]["with_infinite"]
    five_a, few = context["five_a"], context["few"]
    matched = sum(row["agrees"] for row in context["reproduction"] if "largest score under" in row["claim"])
    is_reproduced = matched == context["maxima"]
    is_moved = context["range"]["moved_by_infinite"] > NOTABLE
    lines = [
        f"**The published figure is {'' if is_reproduced else 'not '}reproduced.** "
        f"{matched} of {context['maxima']} largest scores agree within 0.1; "
        f"{len(five_a['over'])} of {five_a['metrics']} metrics have a curve over {exact(context['threshold'])}; "
        f"{context['annotated_two']} of {context['annotated_total']} tasks that people called emergent "
        f"({percent(context['annotated_share'])}) are scored by multiple_choice_grade or exact_str_match.",
        f"**What it says {'hangs' if is_moved else 'does not hang'} on how one reads it.** "
        f"Of {thousands(context['curves_total'])} curves the published reading calls "
        f"{thousands(published['emergent'])} emergent, {percent(published['share_two_metrics'])} of them under these "
        f"two metrics; with infinite scores kept it is {thousands(kept['emergent'])}, "
        f"{percent(kept['share_two_metrics'])} of them. "
        f"Among all curves the share is {percent(context['base']['all_curves']['share'])}.",
    ]
    if few["infinite"]:
        lines.append(
            f"**Infinite scores and small test sets.** {percent(few['share_of_infinite'])} of the "
            f"{thousands(context['status']['infinite'])} infinite curves are scored on {few['smallest_n_test']} to "
            f"{few['largest_n_test']} examples each; of the curves with so few, "
            f"{percent(few['infinite'] / few['curves'])} are infinite, of those with known and larger numbers "
            f"{percent(context['many']['infinite'] / max(context['many']['curves'], 1))}."
        )
    return lines
