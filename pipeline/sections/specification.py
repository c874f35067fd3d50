"""What the numbers would be had the analyst chosen otherwise."""

from matplotlib.figure import Figure

from pipeline.figures import Frame
from pipeline.figures_drivers import draw_specifications
from pipeline.sections.section import Query, Row, Run, Section

# The published share of the two metrics, of annotated tasks.
CLAIMED = 0.92
# A share of fewer emergent curves is mostly chance.
SEVERAL = 10
DISTINCT = "from specification_curve where not is_repeat"


def absence(_: Run, rows: Query) -> str:
    """Why there is nothing to vary."""
    if rows("from specification_curve where emergent > 0 limit 1"):
        return ""
    return "no combination of choices calls any of these curves emergent"


def numbers(rows: Query) -> Row:
    """How many combinations there are, what they say, and which choice moves them most."""
    [overall] = rows(
        f"""
        select
            count(*) as combinations,
            count(*) filter (where not is_repeat) as specifications,
            count(*) filter (where not is_repeat and share_two_metrics is null) as set_aside,
            {_shares("not is_repeat", "all")},
            {_shares(f"not is_repeat and emergent >= {SEVERAL}", "several")}
        from specification_curve
        """
    )
    choices = rows("from specification_choices order by number, median_share desc nulls last, level")
    by_choice = {row["choice"]: row for row in choices}
    ranked = sorted(by_choice.values(), key=lambda row: (-(row["variance_share"] or 0), row["number"]))
    return {
        "spec": overall,
        "spec_claimed": CLAIMED,
        "spec_several": SEVERAL,
        "spec_set_aside": rows(
            f"select set_aside_because, count(*) as specifications {DISTINCT} and share_two_metrics is null"
            " group by all order by specifications desc, set_aside_because"
        ),
        "spec_choices": choices,
        "spec_ranked": ranked,
        "spec_published": rows("from specification_curve where choices_changed = 0")[0],
        "spec_neighbours": [_named(row) for row in rows(
            "select * from specification_curve where choices_changed = 1 and not is_repeat and emergent > 0"
            " order by share_two_metrics, reading, threshold, families, shots, aggregates, min_scales, min_n_test"
        )],
        "spec_base": _base_shares(rows),
        "spec_by_n_test": {row["level"]: row for row in choices if row["choice"] == "minimum n_test"},
    }  # fmt: skip


def _shares(condition: str, name: str) -> str:
    """Aggregates of the shares of some specifications, as a struct."""
    chosen = f"filter (where share_two_metrics is not null and {condition})"
    return f"""{{
        'shares': count(*) {chosen},
        'lowest': min(share_two_metrics) {chosen},
        'quarter': quantile_cont(share_two_metrics, 0.25) {chosen},
        'median': median(share_two_metrics) {chosen},
        'three_quarters': quantile_cont(share_two_metrics, 0.75) {chosen},
        'highest': max(share_two_metrics) {chosen},
        'over': count(*) filter (where share_two_metrics > {CLAIMED} and {condition}),
        'over_base': count(*) filter (where share_two_metrics > base_share_two_metrics and {condition}),
        'base_over': count(*) filter (where emergent > 0 and base_share_two_metrics > {CLAIMED} and {condition})
    }} as "{name}\""""


def _base_shares(rows: Query) -> Row:
    """The share of the two metrics among the curves that a minimum of ten test examples leaves, emergent or not."""
    found = rows(
        "select min_n_test, base_share_two_metrics from specification_curve"
        " where choices_changed <= 1 and min_n_test in ('10', '10 or unknown')"
    )
    shares = {row["min_n_test"]: row["base_share_two_metrics"] for row in found}
    return {"known": shares["10"], "unknown": shares["10 or unknown"]}


def _named(row: Row) -> Row:
    """The one choice that a neighbour of the published specification changes."""
    plain = {"families": "all", "shots": "all", "aggregates": "in", "min_scales": 1, "min_n_test": "none"}
    titles = {"min_scales": "minimum scales", "min_n_test": "minimum n_test"}
    changed = [f"{titles.get(name, name)}: {row[name]}" for name, usual in plain.items() if row[name] != usual]
    changed += [f"reading: {row['reading']}"] if row["reading"] != "published" else []
    return row | {"changed": changed[0] if changed else f"threshold: {row['threshold']:g}"}


def draw_share(frame: Frame) -> Figure | None:
    """The share of the two metrics, sorted, above the choices."""
    return draw_specifications(frame(f"{DISTINCT} and emergent > 0"), "share_two_metrics", CLAIMED)


def draw_rate(frame: Frame) -> Figure | None:
    """The emergent rate, sorted, above the choices."""
    return draw_specifications(frame(f"{DISTINCT} and curves > 0"), "emergent_rate", None)


SECTION = Section(
    "What if the analyst had chosen otherwise?",
    "specification",
    numbers,
    {"specification_share": draw_share, "specification_rate": draw_rate},
    absence=absence,
)
