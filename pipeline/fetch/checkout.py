"""`SOURCE=<dir>`: the score files of a BIG-bench checkout, read where they lie."""

from pathlib import Path

from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.wording import visible
from pipeline.fetch.listing import census
from pipeline.fetch.remote import TASKS


def fetch(settings: Settings) -> list[Path]:
    """Say which score files the checkout holds; nothing is copied, and the load reads what lies there then.

    Raises:
        PipelineError: the folder is no checkout, cannot be read, or holds no score file.
    """
    paths = list_paths(settings.path)
    print(f"fetch    {len(paths):,} score files, read where they lie in {visible(settings.source)}")
    return []


def inputs(settings: Settings) -> str:
    """What lies in the checkout: names, sizes and times of change of its score files.

    A file whose content was changed while its size and time stayed (`cp -p`, `touch -r`) goes unseen.
    """
    return census(settings.path, list_paths(settings.path))


def list_paths(folder: Path) -> list[str]:
    """The score files of a checkout, as paths below `folder`, sorted. Names of any shape: the folder is its user's.

    Raises:
        PipelineError: the folder is no checkout, cannot be read, or holds no score file.
    """
    if not (folder / TASKS).is_dir():
        raise PipelineError(f"{folder}: holds no folder {TASKS}, so it is no BIG-bench checkout. {_next_step(folder)}")
    try:
        found = sorted(path.relative_to(folder).as_posix() for path in (folder / TASKS).glob("*/results/scores_*.json"))
    except OSError as error:
        raise PipelineError(
            f"{folder}: cannot be read ({error.strerror}). Next: check that you may read the folder and all below it."
        ) from error
    if not found:
        raise PipelineError(
            f"{folder}: holds no score file {TASKS}/<task>/results/scores_*.json. "
            "Next: name the top of a checkout of google/BIG-bench."
        )
    return found


def is_near(folder: Path) -> bool:
    """Whether a folder is a BIG-bench checkout, or a part of one."""
    return any((above / TASKS).is_dir() for above in (folder.resolve(), *folder.resolve().parents))


def _next_step(folder: Path) -> str:
    for above in folder.resolve().parents:
        if (above / TASKS).is_dir():
            return f"Next: name the top of the checkout, SOURCE={above}."
    return "Next: name the top of a checkout of google/BIG-bench, or use SOURCE=official to fetch the score files."
