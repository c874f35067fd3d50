"""Can emergence be made to order? Networks trained for the purpose."""

from functools import partial

from matplotlib.figure import Figure

from pipeline.core.study import Frame, Query, Row, Run, Study, has_table, on_default_run
from pipeline.studies.networks.compute import CONVENTIONS, TABLES, compute
from pipeline.studies.networks.figures import draw_addition, draw_autoencoders, draw_images
from pipeline.studies.networks.outcomes import MODULES
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES

TITLES = {
    IMAGES: "Digits named by convolutional networks",
    AUTOENCODERS: "Digits reconstructed by autoencoders",
    ADDITION: "Integers added by transformers",
}

DRAWINGS = {IMAGES: draw_images, AUTOENCODERS: draw_autoencoders, ADDITION: draw_addition}


def absence(_: Run, rows: Query) -> str:
    """Why there is nothing to say."""
    return "" if has_table(rows, "induced_overview") else "its tables are missing. To make them: `make induce`"


def numbers(_: Run, rows: Query) -> Row:
    """What each experiment shows: its median curves, and what resampling and test sizes add."""
    curves = [
        _worded(row) for row in rows("from induced_medians order by experiment, is_smooth desc, metric, test_size")
    ]
    main = [row for row in curves if row["is_main"]]
    return {
        "induced": rows("from induced_overview")[0],
        "induced_curves": main,
        "induced_experiments": [
            row
            | {
                "title": TITLES[row["experiment"]],
                "smooth_curves": [own for own in main if own["experiment"] == row["experiment"] and own["is_smooth"]],
                "sharp_curves": [
                    own for own in main if own["experiment"] == row["experiment"] and not own["is_smooth"]
                ],
            }
            for row in rows("from induced_experiments order by list_position(?, experiment)", list(TITLES))
        ],
        "induced_resampling": rows("from induced_resampling order by metric"),
        "induced_by_test_size": [row for row in curves if row["experiment"] == ADDITION],
    }


def _worded(row: Row) -> Row:
    """A median curve with what the table says in words."""
    emergent = [convention for convention in CONVENTIONS if row[f"emergent_{convention}"]]
    return row | {
        "kind": "smooth" if row["is_smooth"] else "sharp",
        "emergent": "every convention" if len(emergent) == len(CONVENTIONS) else ", ".join(emergent) or "none",
        "seeds_emergent": f"{row['seeds_emergent_with_infinite']} of {row['seeds']}",
        "step": f"{row['from_size']} to {row['to_size']}",
    }


def draw(experiment: str, frame: Frame) -> Figure:
    """The smooth and the sharp metrics of one experiment."""
    scores, curves = (
        frame(f"from {table} where experiment = ? order by all", experiment)
        for table in ("induced_scores", "induced_emergence")
    )
    return DRAWINGS[experiment](scores, curves)


STUDY = Study(
    "networks",
    "Can emergence be made to order? Networks trained here",
    numbers,
    {f"induced_{experiment}": partial(draw, experiment) for experiment in TITLES},
    sometimes=("induced_medians", "induced_experiments", "induced_resampling", "induced_overview"),
    tool=("induce", *MODULES),
    committed=TABLES,
    compute=compute,
    absence=absence,
    belongs=on_default_run,
)
