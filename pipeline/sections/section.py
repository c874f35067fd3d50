"""What a section of the report is: a title, its numbers, its pictures, and when it has nothing to say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from pipeline.figures import Frame

Row = dict[str, Any]
# A picture of nothing is none.
Draw = Callable[[Frame], Figure | None]
Query = Callable[[str], list[Row]]


class Run(NamedTuple):
    """What decides which sections a report has."""

    is_stand_in: bool
    is_bigbench: bool
    is_published: bool
    how_to_get_scores: str
    is_default: bool


def always(_: Run) -> bool:
    """The section makes sense for any scores."""
    return True


def on_bigbench(run: Run) -> bool:
    """The section is about BIG-bench's own tasks, models or test sizes, which a simulated world has too."""
    return run.is_bigbench


def on_published(run: Run) -> bool:
    """The section holds the scores against published numbers, or tasks against what people said of them."""
    return run.is_published


def on_default_run(run: Run) -> bool:
    """The section shows committed results that do not depend on the source, so that one report shows them."""
    return run.is_default


def elsewhere(run: Run) -> bool:
    """The section stands in for one that is about published numbers."""
    return not run.is_published


def has_table(rows: Query, name: str) -> bool:
    """Whether the run's source led to a table of this name."""
    return bool(rows(f"from information_schema.tables where table_name = '{name}'"))


def nothing(_: Query) -> Row:
    """No numbers of its own."""
    return {}


def never(_: Run, __: Query) -> str:
    """Nothing keeps the section out."""
    return ""


def without_scores(run: Run, _: Query) -> str:
    """Why a section that needs raw scores is left out."""
    return f"this section needs raw scores. To get them: {run.how_to_get_scores}" if run.is_stand_in else ""


@dataclass(frozen=True)
class Section:
    """One section.

    Attributes:
        title: its heading.
        name: the file of its text, templates/sections/<name>.md.j2.
        numbers: everything that its text says, by name; names are shared by the whole report.
        figures: its pictures by file name, drawn from what queries give.
        absence: why it is left out, as half a sentence; empty where it is not.
        belongs: whether it makes sense for these scores at all; where it does not, it goes unsaid.
    """

    title: str
    name: str
    numbers: Callable[[Query], Row] = nothing
    figures: Mapping[str, Draw] = field(default_factory=dict)
    absence: Callable[[Run, Query], str] = never
    belongs: Callable[[Run], bool] = always

    @property
    def template(self) -> str:
        """Its text, from the folder of templates."""
        return f"sections/{self.name}.md.j2"
