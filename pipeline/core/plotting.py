"""What all figures share: one look, and how they are drawn and saved."""

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from pandas.api.types import is_numeric_dtype
from tqdm import tqdm

from pipeline.core import files

Frame = Callable[..., pd.DataFrame]

ACCENT, MUTED, DARK = "#c2410c", "#94a3b8", "#1e293b"


def set_style() -> None:
    """One look for every figure."""
    sns.set_theme(
        style="whitegrid",
        context="paper",
        font_scale=1.1,
        rc={"axes.edgecolor": MUTED, "axes.titlelocation": "left", "axes.titleweight": "bold", "figure.dpi": 150},
    )


def draw_all(
    connection: duckdb.DuckDBPyConnection,
    drawings: Mapping[str, Callable[[Frame], Figure | None]],
    folder: Path,
    mark: str = "",
) -> list[Path]:
    """Draw figures from the tables, save each that shows something under its name, and return their paths.

    Each bears the mark, if there is one.
    """
    set_style()

    def frame(query: str, *values: object, **named: object) -> pd.DataFrame:
        given = {name: raw(value) for name, value in named.items()} or [raw(value) for value in values]
        found = connection.execute(query, given).df()
        texts = [name for name in found if not is_numeric_dtype(found[name])]
        return found.assign(**{name: found[name].map(literal) for name in texts})

    paths = []
    for name, draw in tqdm(drawings.items(), desc="figures", unit="figure", delay=1, leave=False, disable=None):
        figure = draw(frame)
        if figure and mark:
            figure.suptitle(mark, color=ACCENT, weight="bold")
        if figure:
            paths.append(save(figure, folder / f"{name}.png"))
    return paths


def literal(value: object) -> object:
    """A cell for a figure: a text as one that is shown to the letter, where a dollar sign would begin a formula."""
    return value.replace("$", r"\$") if isinstance(value, str) else value


def raw(value: object) -> object:
    """A cell of a figure's table as the database has it."""
    return value.replace(r"\$", "$") if isinstance(value, str) else value


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG, the same bytes every time."""
    with files.replacing(path) as temporary:
        figure.savefig(temporary, metadata={"Software": None})
    return path
