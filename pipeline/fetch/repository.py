"""The files of a folder of a public repository at a pinned commit, onto this machine.

The listing gives the name, the size and the hash of every file, so that it does not matter by which way, from
which mirror or in how many runs the bytes come: a file counts once they are the listed ones.
"""

import shutil
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import GitHub, Settings
from pipeline.fetch import manifest
from pipeline.fetch.github import Api, check_ref
from pipeline.fetch.listing import SHA1, Listing, ScoreFile, accept, census
from pipeline.fetch.manifest import Manifest
from pipeline.fetch.remote import Remote
from pipeline.fetch.store import Store, alone
from pipeline.fetch.transport import Progress
from pipeline.fetch.transport_git import Git
from pipeline.fetch.transport_https import Https
from pipeline.fetch.web import Limited, NoAnswer, Patience, Web, shown

SHOWN_FAILURES = 10


@dataclass(frozen=True)
class Run:
    """What a fetch is asked for."""

    settings: Settings
    remote: Remote
    ref: str
    patience: Patience


def fetch(settings: Settings, remote: Remote, patience: Patience | None = None) -> list[Path]:
    """Bring every file of the pinned commit into data/raw/<source>/<commit>, as far as it is not there.

    Returns:
        The manifest, which names the files.

    Raises:
        PipelineError: there is no listing, or files could not be had; those that could are kept for the next run.
    """
    run = Run(settings, remote, settings.ref or remote.ref, patience or Patience(max_wait=settings.max_wait))
    check_ref(run.ref)
    home = manifest.path(settings).parent
    with alone(home), _transport(run, home) as transport:
        pinned = _pinned(run) or _pin(run, transport)
        store = Store(settings.root / pinned.folder, home / ".partial")
        missing = store.missing(pinned.files)
        failed, error = _bring(transport, pinned, missing, store)
        _report(run, pinned, missing, failed, error)
    return [manifest.path(settings)]


def inputs(settings: Settings, remote: Remote) -> str:
    """What lies where the last fetch put it: names, sizes and times of change; nothing before the first."""
    fetched = manifest.find(settings, remote)
    if fetched is None:
        return ""
    return census(settings.root / fetched.folder, [file.path for file in fetched.files])


def _transport(run: Run, home: Path) -> AbstractContextManager[Git | Https]:
    """The way that VIA names, or git where it is installed.

    Raises:
        PipelineError: VIA names another way, or git, which is not installed.
    """
    has_git = shutil.which("git") is not None
    settings = run.settings
    via = settings.via or ("git" if has_git else "https")
    if via == "https":
        return nullcontext(Https(Web(run.patience), settings.github, run.remote))
    if via != "git":
        raise PipelineError(f"VIA={via} is no way to fetch. Next: use VIA=git or VIA=https, or leave it out.")
    if not has_git:
        raise PipelineError("VIA=git: git is not installed. Next: install it, or use VIA=https.")
    return Git(settings.github.git_address(run.remote.repository), run.remote, home, run.patience)


def _pinned(run: Run) -> Manifest | None:
    pinned = manifest.find(run.settings, run.remote)
    return pinned if pinned is not None and pinned.ref == run.ref else None


def _pin(run: Run, transport: Git | Https) -> Manifest:
    """Ask which commit the ref stands for now and what it holds, and write that down."""
    settings = run.settings
    commit, listed = _list(run, transport)
    for path in listed.refused[:SHOWN_FAILURES]:
        print(f"fetch    left out, not a plain file of the expected name: {ascii(path[:120])[1:-1]}")
    if len(listed.refused) > SHOWN_FAILURES:
        print(f"fetch    left out for the same reason: {len(listed.refused) - SHOWN_FAILURES:,} more")
    folder = settings.shown(manifest.path(settings).parent / commit)
    pinned = Manifest(folder, listed.files, run.ref, commit, run.remote.place)
    manifest.write(settings, pinned)
    size = sum(file.size for file in listed.files)
    print(f"fetch    {run.ref} is commit {commit}: {len(listed.files):,} {run.remote.what}, {size / 1e6:,.1f} MB")
    return pinned


def _list(run: Run, transport: Git | Https) -> tuple[str, Listing]:
    """From the API; with git also from the repository itself, so that git alone is enough."""
    if isinstance(transport, Https):
        return _list_by_api(run)
    if _is_mirror_of_git_only(run.settings.github):
        return _list_by_git(run, transport)
    try:
        # One attempt and no waiting: the other way is at hand.
        return _list_by_api(replace(run, patience=replace(run.patience, attempts=1, max_wait=0.0)))
    except Unlisted as error:
        print(f"fetch    no listing from the API ({error.reason}); asking git")
        return _list_by_git(run, transport)


class Unlisted(PipelineError):  # noqa: N818 - a state of things, not a mistake
    """There is no listing to go by."""

    def __init__(self, ref: str, error: NoAnswer) -> None:
        self.reason = str(error)
        super().__init__(f"REF={ref}: cannot be listed: {error}. {_how_to_go_on(error)}")


def _is_mirror_of_git_only(github: GitHub) -> bool:
    """GitHub's own API would list its commit, which the mirror may not have yet."""
    return github.git != GitHub().git and github.api == GitHub().api


def _list_by_api(run: Run) -> tuple[str, Listing]:
    github = run.settings.github
    api = Api(Web(run.patience), github, run.remote)
    try:
        # A whole commit stands for itself, whatever a server would make of it.
        commit = run.ref if SHA1.fullmatch(run.ref) else api.commit(run.ref)
        entries = api.entries(commit)
    except NoAnswer as error:
        raise Unlisted(run.ref, error) from error
    return commit, accept(entries, run.remote, shown(f"{github.api}/repos/{run.remote.repository}"))


def _list_by_git(run: Run, git: Git) -> tuple[str, Listing]:
    try:
        commit = git.commit(run.ref)
        entries = git.entries(commit)
    except NoAnswer as error:
        raise Unlisted(run.ref, error) from error
    return commit, accept(entries, run.remote, shown(run.settings.github.git_address(run.remote.repository)))


def _bring(
    transport: Git | Https, pinned: Manifest, missing: Sequence[ScoreFile], store: Store
) -> tuple[dict[str, str], NoAnswer | None]:
    """Bring what is missing; returns what still is, each with the reason, and what ended the transfer early."""
    if not missing:
        return {}, None
    try:
        with Progress(missing) as progress:
            return transport.bring(pinned.commit, missing, store.keep, progress), None
    except NoAnswer as error:
        return {file.path: str(error) for file in store.missing(missing)}, error


def _report(
    run: Run, pinned: Manifest, missing: Sequence[ScoreFile], failed: dict[str, str], error: NoAnswer | None
) -> None:
    """Print the closing line, and raise if anything is missing."""
    settings = run.settings
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
        f"{len(failed):,} of {len(pinned.files):,} {run.remote.what} are missing; all are listed in "
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
