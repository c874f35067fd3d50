"""The stages of a run, in their order, and which of them must run again.

A stage has a key: hashes of the code that it imports, of its SQL, of its options, of its input, and the key of the
stage before it. Its stamp, in data/stamps/<source>/, holds the key of its last finished run and the hashes of what that
made. A stage runs again when its key or one of its products changed; before it starts, its own stamp and those of all
later stages are deleted, so that a run that is killed leaves nothing that looks finished. Only a fetch leaves later
stamps as they are: it writes to no database, and what it brings is part of their keys.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from pipeline import sources
from pipeline.core import files, freshness, lock
from pipeline.core.settings import ROOT, Settings

Products = list[Path]
Key = dict[str, str]


@dataclass(frozen=True)
class Stage:
    """One stage, or a tool beside them.

    Attributes:
        name: what it is called.
        runs: its function, as module:function; it takes the settings and returns the files that it made.
        needs: the stage whose results it starts from.
        uses: which module of the source it uses besides, `fetch` or `load`.
        options: the settings that it depends on.
        layers: the folders of sql/ that it depends on, with all below them.
        patterns: other files that it depends on, as patterns from the root.
        by_name: modules that it depends on without importing them where one could see it.
    """

    name: str
    runs: str
    needs: str = ""
    uses: str = ""
    options: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The module that holds its function."""
        return self.runs.split(":")[0]

    def run(self, settings: Settings) -> Products:
        """Run it, whether it must or not."""
        module, name = self.runs.split(":")
        function: Callable[[Settings], Products] = getattr(import_module(module), name)
        return function(settings)


# What `induce` imports by their names.
TRAINING = tuple(
    f"pipeline.studies.networks.training.{path.stem}"
    for path in sorted((ROOT / "pipeline" / "studies" / "networks" / "training").glob("[!_]*.py"))
)
# What `open` reads results with.
READERS = ("pipeline.fetch.harness", "pipeline.load.harness", "pipeline.load.tidy")
TOOLS = (
    Stage("check", "pipeline.analyse:check", "analyse"),
    Stage("mirage", "pipeline.studies.theory.stage:run"),
    Stage("open", "pipeline.studies.open_models.stage:run", by_name=READERS),
    Stage("fit", "pipeline.studies.smooth_worlds.fit:run", "score"),
    Stage("calibrate", "pipeline.curve_tests.calibration:run", "curve_tests"),
    Stage("induce", "pipeline.studies.networks.stage:run", by_name=TRAINING),
)
SEEDS, SOURCES = "seeds", ("sources", "checks/sources")
# What the tools wrote: the committed tables of the studies, and what they were made from.
COMMITTED = (
    *("theory_curves", "arithmetic", "predictions", "calibration", "late_gain_scenarios"),
    *("induced_scores", "induced_training"),
    *(f"open_{name}" for name in ("curves", "emergent", "swaps", "pooled", "pooled_curves", "resolution")),
    "keys",
)
STAGES = (
    Stage(
        "fetch",
        "pipeline.sources:fetch",
        "",
        "fetch",
        ("source", "mirror", "ref"),
        (SEEDS, "simulated"),
        # The simulated benchmark has the tasks of the real one.
        ("sql/staging/task_facts.sql",),
    ),
    Stage(
        "load",
        "pipeline.sources:load",
        "fetch",
        "load",
        ("keep_going", "scale", "loss", "models", "tasks"),
        (SEEDS, "staging", "checks/staging", *SOURCES),
    ),
    Stage("score", "pipeline.score:run", "load", layers=("curves", "checks/curves", *SOURCES)),
    Stage("curve_tests", "pipeline.curve_tests.stage:run", "score", options=("threshold",), layers=(SEEDS,)),
    Stage(
        "analyse",
        "pipeline.analyse:run",
        "curve_tests",
        options=("threshold", "out"),
        layers=("macros", "studies", "checks/studies"),
        patterns=tuple(f"outputs/tables/{name}.csv" for name in COMMITTED),
        # It says which tables of the tools were made by other code than the present.
        by_name=tuple(module for tool in TOOLS for module in (tool.module, *tool.by_name)),
    ),
    # Before the report, which links to it.
    Stage(
        "explorer",
        "pipeline.report.explorer.stage:run",
        "analyse",
        layers=("explorer", "checks/explorer"),
        patterns=(
            "pipeline/report/explorer/*.*",
            "pipeline/report/explorer/script/*.js",
            "pipeline/report/report.css",
            "pipeline/report/shared.js",
            "requirements*.txt",
        ),
    ),
    Stage(
        "report",
        "pipeline.report.stage:run",
        "explorer",
        patterns=(
            "pipeline/report/*.j2",
            "pipeline/report/report.*",
            "pipeline/report/*.js",
            "pipeline/studies/*/*.j2",
        ),
    ),
)
BY_NAME = {stage.name: stage for stage in (*STAGES, *TOOLS)}
NAMES = tuple(stage.name for stage in STAGES)


def run(settings: Settings, name: str) -> None:
    """Run a stage, if it must, or a tool, after the stages that it needs.

    Raises:
        PipelineError: something could not do its work; what came before it is done.
    """
    # First, so that a source that does not exist leaves no files behind.
    sources.find(settings)
    # A quick training writes to a folder of its own.
    with lock.alone(settings.stamps / ("quick.lock" if settings.quick else "lock"), name):
        _run(settings, name)


def _run(settings: Settings, name: str) -> None:
    wanted = BY_NAME[name]
    last = name if name in NAMES else wanted.needs
    before = ""
    for stage in STAGES[: NAMES.index(last) + 1] if last else ():
        now = key(settings, stage, before)
        if why(settings, stage, now):
            _announce(stage)
            _forget_from(settings, stage)
            products = stage.run(settings)
            # As it is now: what a fetch brought is input to it.
            now = key(settings, stage, before)
            _stamp(settings, stage, now, products)
        before = _hash(now)
    if name not in NAMES:
        wanted.run(settings)


def _announce(stage: Stage) -> None:
    """Show what is being done on a terminal, where the stage's own first line takes its place."""
    if sys.stderr.isatty():
        print(f"{stage.name:<8} ...", end="\r", file=sys.stderr, flush=True)


def status(settings: Settings) -> Iterator[tuple[str, str]]:
    """Each stage with the reason why it must run again; none where it is up to date."""
    before = ""
    for stage in STAGES:
        now = key(settings, stage, before)
        yield stage.name, why(settings, stage, now)
        before = _hash(now)


def why(settings: Settings, stage: Stage, now: Key) -> str:
    """Why a stage must run again; nothing where it is up to date."""
    stamp = _read(settings, stage)
    if stamp is None:
        return "it has not run yet"
    changed = [name for name, value in now.items() if stamp["key"].get(name) != value]
    if changed:
        return "changed: " + ", ".join(changed)
    if not stage.needs and not sources.find(settings).has_scores:
        return "it could not bring the scores the last time"
    altered = [name for name, known in stamp["products"].items() if known != _product(settings, name)]
    return "changed or gone: " + ", ".join(altered) if altered else ""


def key(settings: Settings, stage: Stage, before: str) -> Key:
    """All that a stage's results follow from, as hashes by what they are of.

    Args:
        settings: the run.
        stage: the stage.
        before: the hash of the key of the stage before it.
    """
    source = sources.find(settings)
    used = str(getattr(source, stage.uses)) if stage.uses else ""
    queries = (path for layer in stage.layers for path in (settings.sql / layer).rglob("*") if path.is_file())
    others = (path for pattern in stage.patterns for path in settings.root.glob(pattern))
    return {
        "the stage before": before,
        "code": freshness.digest(freshness.closure(*filter(None, (stage.module, used, *stage.by_name)))),
        "SQL": freshness.digest(queries, settings.root),
        "files": freshness.digest(others, settings.root),
        "options": _hash({name: str(getattr(settings, name)) for name in stage.options}),
        "input": _hash({source.name: sources.module(source.fetch).inputs(settings)}) if stage.uses else "",
        "libraries": _hash(freshness.versions()),
    }


def _hash(parts: Key) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _path(settings: Settings, stage: Stage) -> Path:
    return settings.stamps / f"{stage.name}.json"


def _read(settings: Settings, stage: Stage) -> dict[str, Key] | None:
    """The stamp of a stage; none where there is none, or one that cannot be read."""
    try:
        stamp: dict[str, Key] = json.loads(_path(settings, stage).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) and stamp.keys() == {"key", "products"} else None


def _forget_from(settings: Settings, first: Stage) -> None:
    """Delete the stamps of a stage and of all later ones; those after a fetch stay as long as it brings the same."""
    position = STAGES.index(first)
    for stage in STAGES[position:] if first.needs else [first]:
        _path(settings, stage).unlink(missing_ok=True)


def _stamp(settings: Settings, stage: Stage, now: Key, products: Products) -> None:
    made = {settings.shown(path): _product(settings, settings.shown(path)) for path in products}
    files.write_text(_path(settings, stage), json.dumps({"key": now, "products": made}, indent=1) + "\n")


def _product(settings: Settings, name: str) -> str:
    """What identifies a product: its content; for the database, which every stage writes to, whether it is there."""
    path = settings.root / name
    if path == settings.database:
        return "there" if path.is_file() else "gone"
    return files.sha256(path) if path.is_file() else "gone"
