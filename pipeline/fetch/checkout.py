"""`SOURCE=<dir>`: the score files of a BIG-bench checkout, read where they lie."""

from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.fetch import manifest
from pipeline.fetch.manifest import Manifest
from pipeline.fetch.scorefiles import TASKS, Entry, Listing, accept, blob_sha1
from pipeline.settings import Settings


def fetch(settings: Settings) -> list[Path]:
    """Note which score files the checkout holds; nothing is copied.

    Raises:
        PipelineError: the folder is no checkout, or a file of it cannot be read.
    """
    listed = listing(settings.root / settings.source)
    size = sum(file.size for file in listed.files)
    print(f"fetch    {len(listed.files):,} score files, {size:,} bytes, read where they lie in {settings.source}")
    return [manifest.write(settings, Manifest(settings.source, listed.files))]


def listing(folder: Path) -> Listing:
    """The score files of a checkout, each with its size and git's hash, computed from what is on disk.

    Raises:
        PipelineError: the folder is no checkout, holds no score file, or one that cannot be read.
    """
    tasks = folder / TASKS
    if not tasks.is_dir():
        raise PipelineError(f"{folder}: holds no folder {TASKS}, so it is no BIG-bench checkout. {_next_step(folder)}")
    found = sorted(tasks.glob("*/results/scores_*.json"))
    return accept((_entry(folder, file) for file in found if file.is_file()), str(folder))


def _next_step(folder: Path) -> str:
    for above in folder.resolve().parents:
        if (above / TASKS).is_dir():
            return f"Next: name the top of the checkout, SOURCE={above}."
    return "Next: name the top of a checkout of google/BIG-bench, or use SOURCE=official to fetch the score files."


def _entry(folder: Path, file: Path) -> Entry:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise PipelineError(
            f"{file}: cannot be read ({error.strerror}). Next: check that you may read it, or check the file out again."
        ) from error
    return Entry(file.relative_to(folder).as_posix(), "100644", len(content), blob_sha1(content))
