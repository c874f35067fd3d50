"""What a source of scores is."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.core.settings import Settings


@dataclass(frozen=True)
class Source:
    """One kind of source.

    Attributes:
        name: what it is called.
        fetch: the module that brings its scores: `fetch(settings)` returns the files that it made, `inputs(settings)` a
            text that changes when what lies outside this project did.
        load: the module that stages them: `load(settings, source)`.
        sql: the folders of sql/sources that it adds to the queries and checks of all.
        is_bigbench: whether the scores are of BIG-bench's tasks and models, or of a world in their image.
        is_published: whether they are the scores that published numbers and people's judgements are about.
        is_simulated: whether they are of no model at all, so that whatever shows them must say SIMULATED.
        has_scores: whether there are scores, or only the curves that were once made from them.
        results: the folder of its results in data/runs, where that is not named after what the user typed.
    """

    name: str
    fetch: str
    load: str
    sql: tuple[str, ...]
    is_bigbench: bool = True
    is_published: bool = True
    is_simulated: bool = False
    has_scores: bool = True
    results: str = ""

    def folders(self, settings: Settings, *layers: str) -> list[Path]:
        """The folders of this source's queries in some layers of sql/, such as `staging` or `checks/curves`."""
        own = (
            f"checks/sources/{part}/{layer.removeprefix('checks/')}"
            if layer.startswith("checks/")
            else f"sources/{part}/{layer}"
            for layer in layers
            for part in self.sql
        )
        return [folder for name in (*layers, *own) if (folder := settings.sql / name).is_dir()]
