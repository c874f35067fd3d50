"""`SOURCE=pythia` and the other public examples of sql/seeds/examples.csv: results of lm-evaluation-harness.

They come from their repository at the pinned commit, each file verified against its hash there, or are read where they
lie in a folder that MIRROR names.
"""

from pathlib import Path

from pipeline.core.errors import PipelineError
from pipeline.core.settings import DEFAULT_MIRROR, Settings
from pipeline.fetch import harness, manifest, repository
from pipeline.fetch.listing import census
from pipeline.fetch.remote import Remote, examples
from pipeline.fetch.web import Patience


def fetch(settings: Settings, patience: Patience | None = None) -> list[Path]:
    """Bring every results file of the pinned commit into data/raw/<source>/<commit>, as far as it is not there.

    Returns:
        The manifest, which names the files; nothing where they are read from a mirror.

    Raises:
        PipelineError: the mirror lacks the folder; or there is no listing, or files could not be had, and those that
            could are kept for the next run.
    """
    remote = _remote(settings)
    if not _has_mirror(settings):
        return repository.fetch(settings, remote, patience)
    paths = _list_mirror(settings, remote)
    print(f"fetch    {len(paths):,} {remote.what}, read where they lie in {Path(settings.mirror) / remote.folder}")
    return []


def inputs(settings: Settings) -> str:
    """What lies in the mirror or where the last fetch put it, by name, size and time of change; MODELS and TASKS.

    Raises:
        PipelineError: the mirror lacks the folder, or the last fetch left a damaged manifest.
    """
    remote = _remote(settings)
    if _has_mirror(settings):
        found = census(_mirrored(settings, remote), _list_mirror(settings, remote))
    else:
        found = repository.inputs(settings, remote)
    return " ".join(filter(None, (found, harness.given(settings))))


def folder(settings: Settings) -> Path:
    """The folder below which the files lie, in the mirror or where the last fetch put them.

    Raises:
        PipelineError: there was no fetch, or it left a damaged manifest.
    """
    remote = _remote(settings)
    if _has_mirror(settings):
        return _mirrored(settings, remote)
    return settings.root / manifest.read(settings, remote).folder / remote.folder


def hashes(settings: Settings) -> dict[str, str] | None:
    """Git's hash of each fetched file, by its path below `folder`; none for a mirror, whose files are its user's.

    Raises:
        PipelineError: there was no fetch, or it left a damaged manifest.
    """
    remote = _remote(settings)
    if _has_mirror(settings):
        return None
    listed = manifest.read(settings, remote).files
    return {file.path.removeprefix(f"{remote.folder}/"): file.sha1 for file in listed}


def _remote(settings: Settings) -> Remote:
    return examples()[settings.source].remote


def _has_mirror(settings: Settings) -> bool:
    """Whether the user named a mirror; the default one is that of the pinned table."""
    return settings.mirror not in ("", DEFAULT_MIRROR)


def _mirrored(settings: Settings, remote: Remote) -> Path:
    return settings.root / settings.mirror / remote.folder


def _list_mirror(settings: Settings, remote: Remote) -> list[str]:
    """The files of the mirror, as paths below the folder, sorted. Names of any form: the mirror is its user's."""
    there = _mirrored(settings, remote)
    if not there.is_dir():
        raise PipelineError(
            f"MIRROR={settings.mirror} holds no files below {remote.folder}. Next: name the top of a checkout of "
            f"{remote.repository}, or leave MIRROR out to fetch them."
        )
    return harness.list_paths(there)
