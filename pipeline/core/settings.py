"""The options of a run and the places that follow from them."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from pipeline.core.errors import PipelineError

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_SOURCE = "table"
DEFAULT_MIRROR = "../shared/bigbench"
DEFAULT_THRESHOLD = 100.0
LARGEST_THRESHOLD = 1e9
DEFAULT_MAX_WAIT = 900.0
DEFAULT_SCALE = "size"
DEFAULT_OPEN = "../shared/open_models"
SCALES = ("size", "training", "loss")
LONGEST_NAME = 40


@dataclass(frozen=True)
class GitHub:
    """Where public repositories are to be had; mirrors and tests set other addresses. Never shows its token.

    The path of a repository follows the first three; in that of git, `{repository}` stands for its owner and name.
    """

    api: str = "https://api.github.com"
    archive: str = "https://codeload.github.com"
    raw: str = "https://raw.githubusercontent.com"
    git: str = "https://github.com/{repository}.git"
    token: str = field(default="", repr=False)

    def git_address(self, repository: str) -> str:
        """Where git finds a repository, given by its owner and name."""
        return self.git.replace("{repository}", repository)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], source: str) -> Self:
        """The addresses and the token that the user's environment sets; an empty value counts as unset.

        Args:
            environment: the user's.
            source: after which the variables of its addresses are named, as PYTHIA_API is; those of `official` are
                named after BIG-bench.

        Raises:
            PipelineError: the token holds characters that no token has; the message does not show it.
        """
        prefix = "BIGBENCH" if source == "official" else source.upper().replace("-", "_")
        names = {key: f"{prefix}_{key.upper()}" for key in ("api", "archive", "raw", "git")}
        addresses = {key: environment[name].rstrip("/") for key, name in names.items() if environment.get(name)}
        token = environment.get("GITHUB_TOKEN", "").strip()
        # An HTTP library that refuses such a header quotes it in its error.
        if not re.fullmatch(r"[!-~]*", token):
            raise PipelineError(
                "GITHUB_TOKEN holds a space or a character outside ASCII. Next: set it again, or unset it."
            )
        return cls(**addresses, token=token)


@dataclass(frozen=True)
class Settings:
    """Options of one run. Paths are under `root`, so that two checkouts never share a file."""

    root: Path = ROOT
    source: str = DEFAULT_SOURCE
    mirror: str = DEFAULT_MIRROR
    threshold: float = DEFAULT_THRESHOLD
    out: str = ""
    ref: str = ""
    via: str = ""
    max_wait: float = DEFAULT_MAX_WAIT
    github: GitHub = field(default_factory=GitHub)
    keep_going: bool = False
    quick: bool = False
    scheduler: str = ""
    scale: str = DEFAULT_SCALE
    loss: str = ""
    models: str = ""
    tasks: str = ""
    open: str = DEFAULT_OPEN

    @property
    def sql(self) -> Path:
        """The queries, checks and seeds."""
        return self.root / "sql"

    @property
    def committed(self) -> Path:
        """The tables that git keeps, those of the default run and of the tools among them."""
        return self.root / "outputs" / "tables"

    @property
    def path(self) -> Path:
        """The source as a path, for those that are a file or a folder."""
        return self.root / self.source

    @property
    def data(self) -> Path:
        """What git ignores: downloads, databases, stamps and runs."""
        return self.root / "data"

    @property
    def name(self) -> str:
        """What tells the files of this run's source from those of another: short, readable, and safe as a file name."""
        order = "" if self.scale == DEFAULT_SCALE else f"-{self.scale}"
        words = re.sub(r"[^A-Za-z0-9]+", "-", self.source).strip("-")
        if words == self.source and len(words) <= LONGEST_NAME:
            return words + order
        # The end of a path says most of it; the hash tells `a.csv` from `a/csv`.
        own = hashlib.sha256(os.fsencode(self.source)).hexdigest()[:6]
        return f"{words[-LONGEST_NAME:].strip('-') or 'source'}-{own}{order}"

    @property
    def is_default_threshold(self) -> bool:
        """Whether curves count as emergent where those of the committed tables do."""
        return self.threshold == DEFAULT_THRESHOLD

    @property
    def stamps(self) -> Path:
        """Where this source's stage stamps lie."""
        return self.data / "stamps" / self.name

    @property
    def database(self) -> Path:
        """This source's DuckDB file."""
        if self.source == DEFAULT_SOURCE:
            return self.data / "bigbench.duckdb"
        return self.data / "databases" / f"{self.name}.duckdb"

    def results(self, name: str = "") -> Path:
        """The folder for report, tables and figures; `name` is another than the source's own, where it has one.

        Only the default run writes the committed `outputs/`, so that `git diff` there always means that the findings
        changed.

        Raises:
            PipelineError: OUT names `outputs/` for a run that is not the default one.
        """
        committed = self.root / "outputs"
        name = name or self.name
        if not self.is_default_threshold:
            name += f"-threshold-{exact(self.threshold)}"
        if not self.out:
            return committed if name == DEFAULT_SOURCE else self.data / "runs" / name
        chosen = self.root / self.out
        if chosen.resolve() == committed.resolve() and name != DEFAULT_SOURCE:
            raise PipelineError(
                f"OUT={self.out} holds the committed results of the default run, and this run is {name}. "
                "Next: name another folder, or leave OUT out."
            )
        return chosen

    def shown(self, path: Path) -> str:
        """A path as the user would type it, free of where the checkout lies."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def parse_threshold(text: str) -> float:
    """The threshold that the user typed, as a positive finite number.

    Raises:
        PipelineError: the text is no such number.
    """
    threshold = _number(text)
    if not 0 < threshold <= LARGEST_THRESHOLD:
        raise PipelineError(
            f"THRESHOLD={text} is not a positive number up to {LARGEST_THRESHOLD:,.0f}. "
            "Next: try THRESHOLD=100, the default."
        )
    return threshold


def parse_scale(text: str, loss: str) -> str:
    """What orders the models of a curve.

    Raises:
        PipelineError: there is no such scale, or it needs LOSS.
    """
    if text not in SCALES:
        raise PipelineError(f"SCALE={text} is no scale. Next: use one of SCALE={', '.join(SCALES)}.")
    if (text == "loss") != bool(loss):
        raise PipelineError(
            "SCALE=loss and LOSS= go together. Next: name a task whose perplexity the results hold, such as "
            "SCALE=loss LOSS=lambada_openai."
        )
    return text


def _number(text: str) -> float:
    """The number that a text stands for; NaN, which no bound admits, where it is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def exact(number: float) -> str:
    """A number so that it reads back as itself, without a needless `.0`."""
    return repr(number).removesuffix(".0")


def parse_max_wait(text: str) -> float:
    """The seconds that the user allows for rate limits; 0 never waits.

    Raises:
        PipelineError: the text is no such number.
    """
    seconds = _number(text)
    if not 0 <= seconds < float("inf"):
        raise PipelineError(
            f"MAX_WAIT={text} is not a number of seconds. Next: try MAX_WAIT={DEFAULT_MAX_WAIT:g}, the default."
        )
    return seconds
