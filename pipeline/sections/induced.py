"""Networks trained for the purpose: whether the metric alone makes an ability emerge in them."""

from collections.abc import Iterable, Sequence

import pandas as pd

from pipeline.induce import findings
from pipeline.induce.equivalence import JUMP, NO_JUMP
from pipeline.induce.findings import READINGS, Findings
from pipeline.induce.metrics import SAMPLED
from pipeline.induce.plan import ADDITION, AUTOENCODERS, IMAGES
from pipeline.sections.section import Query, Row, Run, Section, has_table, on_default_run
from pipeline.wording import number, percent

TITLES = {
    IMAGES: "Digits named by convolutional networks",
    AUTOENCODERS: "Digits reconstructed by autoencoders",
    ADDITION: "Integers added by transformers",
}


def absence(_: Run, rows: Query) -> str:
    """Why there is nothing to say."""
    missing = [name for name in findings.TABLES if not has_table(rows, name)]
    return "its tables are missing. To make them: `make induce`" if missing else ""


def numbers(rows: Query) -> Row:
    """What each experiment shows: its sentences, its median curves, and what resampling and test sizes add."""
    found = Findings(*(pd.DataFrame(rows(f"from {name} order by all")) for name in findings.TABLES))
    counts = found.numbers()
    curves = [_shown(row) for row in counts["rows"]]
    main = [row for row in curves if row["is_main"]]
    return {
        "induced": counts,
        "induced_main": _counts(main),
        "induced_curves": main,
        "induced_experiments": [
            {
                "name": name,
                "title": title,
                "sizes": counts[f"{name}_sizes"],
                "seeds": counts[f"{name}_seeds"],
                "said": said([row for row in main if row["experiment"] == name]),
            }
            for name, title in TITLES.items()
        ],
        "induced_test_images": next(row["test_size"] for row in main if row["experiment"] == IMAGES),
        "induced_resampling": found.resampling().to_dict("records"),
        "induced_by_test_size": [row for row in curves if row["experiment"] == ADDITION],
    }


def _shown(row: Row) -> Row:
    """A median curve in the words of the report."""
    emergent = [reading for reading in READINGS if row[f"emergent_{reading}"]]
    is_drawn = row["experiment"] == IMAGES and row["estimator"] == SAMPLED
    return row | {
        "is_main": row["test_size"] == row["largest_test_size"] and not is_drawn,
        "kind": "smooth" if row["is_smooth"] else "sharp",
        "is_emergent": bool(emergent),
        "emergent": "every reading" if len(emergent) == len(READINGS) else ", ".join(emergent) or "none",
        "seeds_emergent": f"{row['seeds_emergent_with_infinite']} of {row['seeds']}",
        "step": f"{row['from_size']} to {row['to_size']}",
        "upper_limit_shown": percent(row["upper_limit"]),
    }


def _counts(curves: Sequence[Row]) -> Row:
    counts: Row = {}
    for kind in ("smooth", "sharp"):
        own = [row for row in curves if row["kind"] == kind]
        counts[kind] = len(own)
        counts[f"{kind}_no_jump"] = sum(row["verdict"] == NO_JUMP for row in own)
        counts[f"{kind}_emergent"] = sum(row["is_emergent"] for row in own)
    return counts


def said(curves: Sequence[Row]) -> list[str]:
    """What one experiment shows, for the claim or against it, in sentences.

    Args:
        curves: its median curves, smooth and sharp, as `numbers` has them.
    """
    smooth = [row for row in curves if row["is_smooth"]]
    sharp = [row for row in curves if not row["is_smooth"]]
    return [_verdict(smooth, sharp), *map(_held, smooth), f"Of the same outputs, {', '.join(map(_scored, sharp))}."]


def _verdict(smooth: Sequence[Row], sharp: Sequence[Row]) -> str:
    """The outcome in one sentence; emergence by the metric alone is claimed last, where nothing speaks against it."""
    emergent = _names(row for row in sharp if row["is_emergent"])
    too = _names(row for row in smooth if row["is_emergent"])
    if too:
        return f"The smooth side is emergent too ({too}), so the metric is not what makes it so."
    if not emergent:
        return _none_emergent(smooth, sharp)
    if all(row["verdict"] == NO_JUMP for row in smooth):
        return f"Emergence by the metric alone: {emergent}, while the smooth metric has no jump."
    return (
        f"Emergent are {emergent} and no smooth metric, but that the smooth ones have no jump was not shown: "
        "networks of one size differ too much."
    )


def _none_emergent(smooth: Sequence[Row], sharp: Sequence[Row]) -> str:
    largest, of_smooth = (max(_steepness(row) for row in rows) for rows in (sharp, smooth))
    than = "more than" if largest > of_smooth else "no more than"
    return (
        f"Nothing is emergent here, the sharp metrics included: their largest E is {number(largest, 3)}, "
        f"{than} the {number(of_smooth, 3)} of the smooth one."
    )


def _steepness(row: Row) -> float:
    return 0.0 if pd.isna(row["emergence_score"]) else float(row["emergence_score"])


def _held(row: Row) -> str:
    """Whether the bound that was stated beforehand held for a smooth metric."""
    held = {NO_JUMP: "held", JUMP: "was broken"}.get(row["verdict"], f"was not shown to hold ({row['verdict']})")
    return (
        f"Under `{row['metric']}`, E = {number(row['emergence_score'], 3)}, the bound {held}: the steepest step, "
        f"{row['step']}, has {percent(row['largest_share'])} of the range, and the largest limit of any step is "
        f"{percent(row['upper_limit'])}."
    )


def _scored(row: Row) -> str:
    return f"`{row['metric']}` has E = {number(row['emergence_score'], 3)} ({row['verdict']})"


def _names(rows: Iterable[Row]) -> str:
    return ", ".join(f"`{row['metric']}`" for row in rows)


SECTION = Section(
    "Can emergence be made to order? Networks trained here",
    "induced",
    numbers,
    absence=absence,
    belongs=on_default_run,
)
