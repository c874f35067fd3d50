"""What all figures share: one look, and how they are drawn and saved."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import duckdb
import matplotlib
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FuncFormatter, LogLocator
from pandas.api.types import is_numeric_dtype
from tqdm import tqdm

from pipeline.core import files, freshness
from pipeline.core.study import Draw
from pipeline.core.wording import shortened as cut
from pipeline.core.wording import visible

ACCENT, MUTED, DARK, FORECAST, GRID = "#c2410c", "#94a3b8", "#1e293b", "#1d4ed8", "#e2e8f0"
LONGEST_TITLE = 34
# Beside a bar or in a legend, where panels do not cut more.
LONGEST_NAME = 120
NO_GLYPH = "□"
T = TypeVar("T")


def set_style() -> None:
    """One look for every figure."""
    sns.set_theme(
        style="whitegrid",
        context="paper",
        font_scale=1.1,
        rc={
            "axes.edgecolor": MUTED,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.titlesize": 10,
            "axes.labelcolor": DARK,
            "grid.color": GRID,
            "text.color": DARK,
            "xtick.color": DARK,
            "ytick.color": DARK,
            "figure.dpi": 150,
            # Text stays text: it can be read aloud, searched and recoloured.
            "svg.fonttype": "none",
            "svg.hashsalt": "figure",
        },
    )


def draw_all(
    connection: duckdb.DuckDBPyConnection,
    drawings: Mapping[str, Draw],
    folder: Path,
    mark: str = "",
) -> list[Path]:
    """Draw figures from the tables, save each that shows something under its name, and return their paths.

    Each bears the mark, if there is one. One that would be the same as the one that is there is not saved again: that
    takes ten times as long as to find out.
    """
    set_style()
    paths = []
    for name, draw in tqdm(drawings.items(), desc="figures", unit="figure", delay=1, leave=False, disable=None):
        seen = Seen(connection, draw, mark)
        figure, path = draw(seen.frame), folder / f"{name}.svg"
        if figure is None:
            continue
        if not freshness.is_made_from(path, seen.key):
            if mark:
                figure.suptitle(mark, color=ACCENT, weight="bold")
            freshness.record([save(figure, path)], seen.key)
        paths.append(path)
    return paths


class Seen:
    """What a figure is drawn from: frames, each noted as it is asked for, code and libraries."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, draw: Draw, mark: str) -> None:
        self._connection = connection
        module = (draw.func if isinstance(draw, partial) else draw).__module__
        self._digest = hashlib.sha256(f"{freshness.code_key(module)} {freshness.digest([Path(__file__)])}".encode())
        arguments = draw.args if isinstance(draw, partial) else ()
        self._digest.update(f"{arguments} {mark} {matplotlib.__version__} {sns.__version__}".encode())
        # Texts as the database has them, by how they are drawn.
        self._whole: dict[str, str] = {}

    def frame(self, query: str, *values: object, **named: object) -> pd.DataFrame:
        """The rows of a query, their texts as figures show them; a query may ask for what stands in such a row."""
        given = {name: self._asked(value) for name, value in named.items()} or [self._asked(value) for value in values]
        found = self._connection.execute(query, given).df()
        texts = [name for name in found if not is_numeric_dtype(found[name])]
        found = found.assign(**{str(name): found[name].map(self._shown) for name in texts})
        self._digest.update(found.to_csv(index=False).encode())
        return found

    def _shown(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        first = shown = str(literal(drawable(value)))
        number = 1
        # Two texts that are cut to the same one stay two.
        while self._whole.setdefault(shown, value) != value:
            number += 1
            shown = f"{first} ({number})"
        return shown

    def _asked(self, value: object) -> object:
        return self._whole.get(value, value) if isinstance(value, str) else value

    @property
    def key(self) -> str:
        """The key of the figure, once it is drawn."""
        return self._digest.hexdigest()


def small_multiples(panels: Sequence[T], draw: Callable[[Axes, T], None], *, columns: int, height: float) -> Figure:
    """A figure with one axes for each panel, row by row.

    Args:
        panels: what is drawn, one or more.
        draw: draws one panel on its axes.
        columns: axes side by side.
        height: of a row, in inches.
    """
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(10.5, height * rows + 0.5), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, panel in zip(grid.flat, panels, strict=False):
        draw(axes, panel)
    for axes in grid.flat[len(panels) :]:
        axes.remove()
    return figure


def mark_forecast(axes: Axes, scale: float, predicted: float, low: float, high: float) -> None:
    """What the smaller models forecast for the largest, with its interval."""
    axes.vlines(scale, low, high, color=FORECAST, linewidth=5, alpha=0.4)
    axes.plot(scale, predicted, "_", color=FORECAST, markersize=10, markeredgewidth=2)


def size_axis(axes: Axes, name: str = "") -> None:
    """A logarithmic axis of sizes, tokens or losses, labelled 10M, 1B, ... under its name."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(numticks=5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: size(value)))
    axes.set_xlabel(name)


def size(value: float) -> str:
    """A number of parameters or tokens as people write it."""
    for unit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"


def shortened(name: str, end: int = 0) -> str:
    """A name of a frame that fits above a small panel; of a longer one its beginning and its last `end` characters."""
    whole = str(raw(name))
    if len(whole) > LONGEST_TITLE:
        whole = f"{whole[: LONGEST_TITLE - 3 - end]}...{whole[len(whole) - end :]}"
    return str(literal(whole))


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as SVG, the same bytes every time."""
    for axes in figure.axes:
        # Those of logarithmic axes take as long as all the rest, and are hardly seen.
        axes.minorticks_off()
    with files.replacing(path) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None, "Creator": None})
    return path


def drawable(text: str) -> str:
    """A text that fits beside a bar: on one line, cut, and with a sign in the place of what the font cannot draw."""
    seen = cut(visible(" ".join(cut(text, 4 * LONGEST_NAME).split())), LONGEST_NAME)
    return seen if seen.isascii() else "".join(sign if ord(sign) in _glyphs() else NO_GLYPH for sign in seen)


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties())).get_charmap())


def literal(value: object) -> object:
    """A cell for a figure: a text as one that is shown to the letter, where a dollar sign would begin a formula."""
    return value.replace("$", r"\$") if isinstance(value, str) else value


def raw(value: object) -> object:
    """A cell of a figure's table as the database has it."""
    return value.replace(r"\$", "$") if isinstance(value, str) else value
