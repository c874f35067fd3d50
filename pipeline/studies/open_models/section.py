"""Open models: the same outputs under another metric, on more examples, along another scale."""

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table, on_default_run
from pipeline.studies.open_models.figures import draw
from pipeline.studies.open_models.stage import MADE_BY

TABLES = ("open_curves", "open_emergent", "open_swaps", "open_resolution", "open_pooled", "open_pooled_curves")
DATASETS = {
    "pythia": "Pythia",
    "opt": "OPT",
    "mamba2 and others": "Mamba 2, RWKV, ...",
    "pythia arithmetic": "Pythia, arithmetic",
    "scores": "collected",
    "bbh": "BIG-Bench Hard",
    "olmo_ladder": "OLMo ladder",
}
# The pairs that are spoken of: others are in the table.
SHOWN = """
from open_swaps
where (dataset, from_metric, to_metric) in (
        ('pythia', 'acc', 'ppl'),
        ('pythia', 'acc', 'acc_norm'),
        ('pythia', 'likelihood_difference', 'pct_stereotype'),
        ('opt', 'acc', 'acc_norm'),
        ('scores', 'accuracy', 'brier'),
        ('scores', 'exact_str_match', 'bleu'),
        ('olmo_ladder', 'len_norm', 'soft'),
        ('olmo_ladder', 'bpb', 'len_norm'),
        ('bbh', 'exact_match (flexible-extract)', 'exact_match (strict-match)')
    )
order by
    curves desc,
    dataset,
    from_metric
"""


def absence(_: Run, rows: Query) -> str:
    """Why there is nothing to say."""
    return "" if has_table(rows, "open_overview") else "its tables are made by `make open`"


def numbers(_: Run, rows: Query) -> Row:
    """The suites, the swaps, and the same outputs pooled."""
    return {
        "open_models": rows("from open_overview")[0],
        "open_swap_rows": [row | {"dataset": DATASETS[row["dataset"]]} for row in rows(SHOWN)],
        "open_emergent_rows": [
            row | {"dataset": DATASETS[row["dataset"]]}
            for row in rows("from open_emergent order by abs(emergence_score) desc")
        ],
        "strict": rows(
            "select sum(flat) filter (where contains(metric, 'strict')) as strict_flat,"
            " sum(flat) filter (where contains(metric, 'flexible')) as flexible_flat,"
            " max(curves) as curves from open_curves where dataset = 'bbh'"
        )[0],
    }


def draw_sums(frame: Frame) -> Figure | None:
    """Sums and products pooled, by size, along training."""
    shots = frame("select shots from open_overview")["shots"]
    if shots.empty:
        return None
    return draw(frame("from open_resolution order by all"), frame("from open_pooled order by all"), int(shots[0]))


STUDY = Study(
    "open_models",
    "Open models: another metric, more examples, another scale",
    numbers,
    {"open_models": draw_sums},
    sometimes=("open_overview",),
    tool=("open", *MADE_BY),
    committed=TABLES,
    absence=absence,
    belongs=on_default_run,
)
