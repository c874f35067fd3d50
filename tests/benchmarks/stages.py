"""Seconds of each stage with the scores at hand, and of a report that is up to date, beside imports alone."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from pipeline import sources
from pipeline.core.settings import Settings
from pipeline.stages import STAGES, Stage
from tests.benchmarks import timing

# One stage alone, whether it must run or not.
ALONE = """
from pipeline.core.settings import Settings
from pipeline.stages import BY_NAME
BY_NAME[{name!r}].run(Settings(source={source!r}))
"""
NOTHING_TO_DO = "report, up to date"
COPIED = ("pipeline", "sql", "data/raw", "data/curve_tests", "outputs/tables")


def run(settings: Settings) -> None:
    """Print the seconds of each stage, each in a process as make starts it, and how many its imports take."""
    source = settings.source if settings.source in sources.NAMED else str(settings.path.resolve())
    with tempfile.TemporaryDirectory() as folder:
        # A copy, so that neither the database nor the results of this checkout are touched.
        for name in COPIED:
            if (settings.root / name).is_dir():
                shutil.copytree(settings.root / name, Path(folder) / name)
        call = partial(_call, Path(folder), os.environ | {"SOURCE": source, "MIRROR": settings.mirror})
        works = {stage.name: partial(call, "-c", ALONE.format(name=stage.name, source=source)) for stage in STAGES}
        works |= {NOTHING_TO_DO: partial(call, "-m", "pipeline", "report")}
        modules = {stage.name: _modules(settings, stage) for stage in STAGES} | {NOTHING_TO_DO: "pipeline.__main__"}
        imports = {f"{name}, imports": partial(call, "-c", f"import {modules[name]}") for name in works}
        seconds = timing.medians(works | imports, "stages")
    rows = [(name, f"{seconds[name]:.2f}", f"{seconds[f'{name}, imports']:.2f}") for name in works]
    timing.print_table("A warm report, scores present", ("stage", "seconds", "of which imports"), rows)


def _modules(settings: Settings, stage: Stage) -> str:
    """What a stage imports before it works."""
    used = getattr(sources.find(settings), stage.uses) if stage.uses else stage.module
    return f"pipeline.stages, {stage.module}, {used}"


def _call(folder: Path, environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True, capture_output=True)
