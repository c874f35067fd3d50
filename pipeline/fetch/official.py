"""`SOURCE=official`: every score file of google/BIG-bench at a pinned commit, all metrics.

The listing gives the name, the size and the hash of every file, so that it does not matter by which way, from
which mirror or in how many runs the bytes come: a file counts once they are the listed ones.
"""

import shutil
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import GitHub, Settings
from pipeline.fetch import manifest
from pipeline.fetch.github import REPOSITORY, Api, check_ref
from pipeline.fetch.listing import Listing, ScoreFile, accept, census
from pipeline.fetch.manifest import Manifest
from pipeline.fetch.store import Store, alone
from pipeline.fetch.transport import Progress
from pipeline.fetch.transport_git import Git
from pipeline.fetch.transport_https import Https
from pipeline.fetch.web import Limited, NoAnswer, Patience, Web, shown

SHOWN_FAILURES = 10


def fetch(settings: Settings, patience: Patience | None = None) -> list[Path]:
    """Bring every score file of the pinned commit into data/raw/official/<commit>, as far as it is not there.

    Returns:
        The manifest, which names the score files.

    Raises:
        PipelineError: there is no listing, or files could not be had; those that could are kept for the next run.
    """
    check_ref(settings.ref)
    home = manifest.path(settings).parent
    patience = patience or Patience(max_wait=settings.max_wait)
    with alone(home), _transport(settings, home, patience) as transport:
        pinned = _pinned(settings) or _pin(settings, transport, patience)
        store = Store(settings.root / pinned.folder, home / ".partial")
        missing = store.missing(pinned.files)
        failed, error = _bring(transport, pinned, missing, store)
        _report(settings, pinned, missing, failed, error)
    return [manifest.path(settings)]


def inputs(settings: Settings) -> str:
    """What lies where the last fetch put it: names, sizes and times of change; nothing before the first."""
    if not manifest.path(settings).is_file():
        return ""
    fetched = manifest.read(settings)
    return census(settings.root / fetched.folder, [file.path for file in fetched.files])


def _transport(settings: Settings, home: Path, patience: Patience) -> AbstractContextManager[Git | Https]:
    """The way that VIA names, or git where it is installed.

    Raises:
        PipelineError: VIA names another way, or git, which is not installed.
    """
    has_git = shutil.which("git") is not None
    via = settings.via or ("git" if has_git else "https")
    if via == "https":
        return nullcontext(Https(Web(patience), settings.github))
    if via != "git":
        raise PipelineError(f"VIA={via} is no way to fetch. Next: use VIA=git or VIA=https, or leave it out.")
    if not has_git:
        raise PipelineError("VIA=git: git is not installed. Next: install it, or use VIA=https.")
    return Git(settings.github.git, home, patience)


def _pinned(settings: Settings) -> Manifest | None:
    if not manifest.path(settings).is_file():
        return None
    pinned = manifest.read(settings)
    return pinned if pinned.ref == settings.ref else None


def _pin(settings: Settings, transport: Git | Https, patience: Patience) -> Manifest:
    """Ask which commit REF stands for now and what it holds, and write that down."""
    commit, listed = _list(settings, transport, patience)
    for path in listed.refused[:SHOWN_FAILURES]:
        print(f"fetch    left out, not a plain file of the expected name: {ascii(path[:120])[1:-1]}")
    if len(listed.refused) > SHOWN_FAILURES:
        print(f"fetch    left out for the same reason: {len(listed.refused) - SHOWN_FAILURES:,} more")
    folder = settings.shown(manifest.path(settings).parent / commit)
    pinned = Manifest(folder, listed.files, settings.ref, commit)
    manifest.write(settings, pinned)
    size = sum(file.size for file in listed.files)
    print(f"fetch    {settings.ref} is commit {commit}: {len(listed.files):,} score files, {size / 1e6:,.1f} MB")
    return pinned


def _list(settings: Settings, transport: Git | Https, patience: Patience) -> tuple[str, Listing]:
    """From the API; with git also from the repository itself, so that git alone is enough."""
    if isinstance(transport, Https):
        return _list_by_api(settings, patience)
    if _is_mirror_of_git_only(settings.github):
        return _list_by_git(settings, transport)
    try:
        # One attempt and no waiting: the other way is at hand.
        return _list_by_api(settings, replace(patience, attempts=1, max_wait=0.0))
    except Unlisted as error:
        print(f"fetch    no listing from the API ({error.reason}); asking git")
        return _list_by_git(settings, transport)


class Unlisted(PipelineError):  # noqa: N818 - a state of things, not a mistake
    """There is no listing to go by."""

    def __init__(self, ref: str, error: NoAnswer) -> None:
        self.reason = str(error)
        super().__init__(f"REF={ref}: cannot be listed: {error}. {_how_to_go_on(error)}")


def _is_mirror_of_git_only(github: GitHub) -> bool:
    """GitHub's own API would list its commit, which the mirror may not have yet."""
    return github.git != GitHub().git and github.api == GitHub().api


def _list_by_api(settings: Settings, patience: Patience) -> tuple[str, Listing]:
    api = Api(Web(patience), settings.github)
    try:
        commit = api.commit(settings.ref)
        entries = api.entries(commit)
    except NoAnswer as error:
        raise Unlisted(settings.ref, error) from error
    return commit, accept(entries, shown(f"{settings.github.api}/repos/{REPOSITORY}"))


def _list_by_git(settings: Settings, git: Git) -> tuple[str, Listing]:
    try:
        commit = git.commit(settings.ref)
        entries = git.entries(commit)
    except NoAnswer as error:
        raise Unlisted(settings.ref, error) from error
    return commit, accept(entries, shown(settings.github.git))


def _bring(
    transport: Git | Https, pinned: Manifest, missing: Sequence[ScoreFile], store: Store
) -> tuple[dict[str, str], NoAnswer | None]:
    """Bring what is missing; returns what still is, each with the reason, and what ended the transfer early."""
    if not missing:
        return {}, None
    try:
        with Progress(missing) as progress:
            return transport.bring(str(pinned.commit), missing, store.keep, progress), None
    except NoAnswer as error:
        return {file.path: str(error) for file in store.missing(missing)}, error


def _report(
    settings: Settings,
    pinned: Manifest,
    missing: Sequence[ScoreFile],
    failed: dict[str, str],
    error: NoAnswer | None,
) -> None:
    """Print the closing line, and raise if anything is missing."""
    print(
        f"fetch    {len(pinned.files) - len(missing):,} kept, {len(missing) - len(failed):,} fetched, "
        f"{len(failed):,} failed, in {pinned.folder}",
        flush=True,
    )
    whole_list = manifest.path(settings).parent / "failed.txt"
    if not failed:
        whole_list.unlink(missing_ok=True)
        return
    lines = [f"{path}: {reason}" for path, reason in sorted(failed.items())]
    files.write_text(whole_list, "\n".join(lines) + "\n")
    listed = "\n".join(f"  {line}" for line in lines[:SHOWN_FAILURES])
    raise PipelineError(
        f"{len(failed):,} of {len(pinned.files):,} score files are missing; all are listed in "
        f"{settings.shown(whole_list)}:\n{listed}\n{_how_to_go_on(error)}"
    )


def _how_to_go_on(error: NoAnswer | None) -> str:
    again = "the same command goes on from here"
    if isinstance(error, Limited):
        at = time.strftime("%H:%M", time.localtime(time.time() + error.seconds))
        return (
            f"Next: {again} after {at}; or wait within the run, MAX_WAIT={error.seconds + 60:.0f}; "
            "or use VIA=git; or set GITHUB_TOKEN, which lifts the limit of the API."
        )
    return f"Next: {again}; if it fails again, try the other way, VIA=git or VIA=https."
