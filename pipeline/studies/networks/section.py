"""Can emergence be made to order? Networks trained for the purpose."""

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table, on_default_run
from pipeline.studies.networks.compute import TABLES, compute, said_of, turned_over
from pipeline.studies.networks.figures import draw_networks, draw_training
from pipeline.studies.networks.metrics import CUTOFFS, METRICS
from pipeline.studies.networks.outputs import MODULES
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES, SEQUENCES

# What the paper's section 5 shows or says, by the primary pair that asks it.
CLAIMS = {
    AUTOENCODERS: "Autoencoders look emergent under a cutoff of the reconstruction error",
    IMAGES: "LeNets look emergent where K images must be right",
    SEQUENCES: "Transformers look emergent where a whole sequence must be right",
    ADDITION: "So do sums, where every digit must be right (section 3, on models trained here)",
}
LABELS = {(metric.experiment, metric.name): metric.label for metric in METRICS}


def absence(_: Run, rows: Query) -> str:
    """Why there is nothing to say."""
    return "" if has_table(rows, "induced_overview") else "its tables are missing. To make them: `make induce`"


def numbers(_: Run, rows: Query) -> Row:
    """The effects, claim by claim, and what the plan calls secondary."""
    effects = [_worded(row) for row in rows("from induced_effects")]
    primary = {row["experiment"]: row for row in effects if row["is_primary"]}
    return {
        "induced": rows("from induced_overview")[0],
        "induced_claims": [primary[name] | {"claim": claim} for name, claim in CLAIMS.items() if name in primary],
        "induced_effects": effects,
        "induced_curves": [row | _label(row) for row in rows("from induced_curves order by experiment, kind, metric")],
        "induced_steps": [row | _label(row) for row in rows("from induced_steps order by experiment, metric")],
        "induced_split": [
            row | _label(row) for row in rows("from induced_seeds order by gap desc, experiment, metric")
        ],
        "induced_cutoffs": list(CUTOFFS),
    }


def _label(row: Row) -> Row:
    return {"label": LABELS.get((row["experiment"], row["metric"]), "a straight line")}


def _worded(row: Row) -> Row:
    """A pair with its labels and what its interval says."""
    if not row["seeds"]:
        return row | {"pair": f"{row['smooth']}, {row['sharp']}", "verdict": "cannot be told: a curve is flat"}
    pair = " → ".join(LABELS[row["experiment"], row[side]] for side in ("smooth", "sharp"))
    return row | {"pair": pair, "verdict": said_of(row) + (": curves are cut" if row["is_cut"] else "")}


def draw(frame: Frame) -> Figure:
    """The smooth and the sharp metrics of every experiment, seed by seed."""
    return draw_networks(turned_over(frame("from induced_scores order by all")), frame("from induced_effects"))


def draw_along(frame: Frame) -> Figure:
    """The same metrics along the training of the largest networks."""
    return draw_training(turned_over(frame("from induced_training order by all")))


STUDY = Study(
    "networks",
    "Networks trained here",
    numbers,
    {"networks": draw, "networks_training": draw_along},
    sometimes=(
        "induced_effects",
        "induced_transitions",
        "induced_seeds",
        "induced_curves",
        "induced_steps",
        "induced_overview",
    ),
    tool=("induce", *MODULES),
    committed=TABLES,
    compute=compute,
    absence=absence,
    belongs=on_default_run,
)
