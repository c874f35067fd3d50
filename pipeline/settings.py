"""The options of a run and the places that follow from them."""

import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PipelineError

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_SOURCE = "table"
DEFAULT_MIRROR = "../shared/bigbench"
DEFAULT_THRESHOLD = 100.0


@dataclass(frozen=True)
class Settings:
    """Options of one run. Paths are under `root`, so that two checkouts never share a file."""

    root: Path = ROOT
    source: str = DEFAULT_SOURCE
    mirror: str = DEFAULT_MIRROR
    threshold: float = DEFAULT_THRESHOLD
    out: str = ""
    keep_going: bool = False

    @property
    def sql(self) -> Path:
        return self.root / "sql"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def name(self) -> str:
        """What tells the files of this run's source from those of another source."""
        return re.sub(r"[/\s]", "-", self.source)

    @property
    def stamps(self) -> Path:
        return self.data / "stamps" / self.name

    @property
    def database(self) -> Path:
        if self.source == DEFAULT_SOURCE:
            return self.data / "bigbench.duckdb"
        return self.data / "runs" / self.name / "bigbench.duckdb"

    def results(self, *, is_stand_in: bool) -> Path:
        """The folder for report, tables and figures.

        Only the default run on real scores writes the committed `outputs/`, so that `git diff` there
        always means that the findings changed.
        """
        if self.out:
            return self.root / self.out
        name = "stand-in" if is_stand_in else self.name
        if self.threshold != DEFAULT_THRESHOLD:
            name += f"-threshold-{self.threshold:g}"
        return self.root / "outputs" if name == DEFAULT_SOURCE else self.data / "runs" / name

    def shown(self, path: Path) -> str:
        """A path as the user would type it, free of where the checkout lies."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def parse_threshold(text: str) -> float:
    """The threshold that the user typed, as a positive finite number.

    Raises:
        PipelineError: the text is no such number.
    """
    try:
        threshold = float(text)
    except ValueError:
        threshold = float("nan")
    if not 0 < threshold < float("inf"):
        raise PipelineError(f"THRESHOLD={text} is not a positive number. Next: try THRESHOLD=100, the default.")
    return threshold
