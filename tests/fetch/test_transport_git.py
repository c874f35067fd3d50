import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import PipelineError
from pipeline.core.settings import GitHub, Settings
from pipeline.fetch import repository, transport_git
from pipeline.fetch.transport_git import Git
from pipeline.fetch.web import NoAnswer, Patience
from tests.fetch.conftest import Clock, expected, fetch, fetched, git, home, pinned
from tests.github_server import GitHubServer, Repository, serving

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def settings(bare_repository: Repository, settings_for: Callable[..., Settings]) -> Settings:
    return settings_for(via="git", git=bare_repository.address, api="http://127.0.0.1:9")  # type: ignore[attr-defined]


def test_with_an_api_the_listing_comes_from_there(
    bare_repository: Repository, patience: Patience, settings_for: Callable[..., Settings]
) -> None:
    with serving(bare_repository) as server:
        settings = settings_for(server, via="git", git=bare_repository.address)  # type: ignore[attr-defined]
        fetch(settings, patience)
        assert [path.rpartition("/")[2] for _, path, _ in server.requests] == [
            "main",
            f"{bare_repository.commit}?recursive=1",
        ]
    assert fetched(settings, bare_repository.commit) == expected(bare_repository)


def test_without_an_api_git_is_enough(
    bare_repository: Repository, settings: Settings, patience: Patience, capsys: pytest.CaptureFixture[str]
) -> None:
    products = fetch(settings, patience)
    assert fetched(settings, bare_repository.commit) == expected(bare_repository)
    assert pinned(settings).commit == bare_repository.commit
    assert all(path.is_file() for path in products)
    assert "no listing from the API" in capsys.readouterr().out


def test_a_limited_api_is_not_waited_for(
    bare_repository: Repository, patience: Patience, clock: Clock, settings_for: Callable[..., Settings]
) -> None:
    with serving(bare_repository) as server:
        server.fault("api", "limited_with_retry_after")
        fetch(settings_for(server, via="git", git=bare_repository.address), patience)  # type: ignore[attr-defined]
    assert clock.slept == []


def test_a_mirror_of_git_alone_is_not_asked_about_at_github(bare_repository: Repository) -> None:
    assert repository._is_mirror_of_git_only(GitHub(git=bare_repository.address))  # type: ignore[attr-defined]
    assert not repository._is_mirror_of_git_only(GitHub())
    assert not repository._is_mirror_of_git_only(GitHub(git="/a", api="http://b"))


def test_only_the_contents_of_missing_files_are_transferred(
    bare_repository: Repository, settings: Settings, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(settings, patience)
    files = pinned(settings).files
    (home(settings) / bare_repository.commit / files[0].path).unlink()
    contents = []

    def count(self: Git) -> None:
        listed = git("cat-file", "--batch-all-objects", "--batch-check", cwd=self._clone)
        contents.extend(line for line in listed.splitlines() if " blob " in line)

    monkeypatch.setattr(Git, "_remove_clones", lambda self: count(self) if self._clone else None)
    fetch(settings, patience)
    assert contents == [f"{files[0].sha1} blob {files[0].size}"]


def test_the_clone_does_not_stay(settings: Settings, patience: Patience) -> None:
    (home(settings) / f"{transport_git.CLONE_PREFIX}left").mkdir(parents=True)
    fetch(settings, patience)
    assert not list(home(settings).glob(f"{transport_git.CLONE_PREFIX}*"))


def test_a_server_without_partial_clones_does_too(
    bare_repository: Repository, settings: Settings, patience: Patience, tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    git("clone", "--quiet", "--bare", bare_repository.address, str(plain))  # type: ignore[attr-defined]
    fetch(replace(settings, github=replace(settings.github, git=f"file://{plain}")), patience)
    assert fetched(settings, bare_repository.commit) == expected(bare_repository)


def test_a_commit_is_a_ref_too(bare_repository: Repository, settings: Settings, patience: Patience) -> None:
    fetch(replace(settings, ref=bare_repository.commit), patience)
    assert fetched(settings, bare_repository.commit) == expected(bare_repository)


def test_hostile_names_and_links_in_a_repository_are_left_out(
    bare_repository: Repository,
    settings: Settings,
    patience: Patience,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = tmp_path / "hostile"
    good = next(iter(expected(bare_repository)))
    results, name = (work / good).parent, Path(good).stem
    results.mkdir(parents=True)
    (work / good).write_bytes(b"{}\r\n")
    (results / f"{name}_link.json").symlink_to("/etc/passwd")
    (results / f"{name}_a b\x1b.json").write_bytes(b"{}")
    # A folder in whose place a checkout would find its way out.
    (results.parent / "out").symlink_to("/etc")
    (work / ".gitattributes").write_text("*.json text eol=lf filter=lfs\n")
    git("init", "--quiet", "--initial-branch=main", cwd=work)
    git("-c", "filter.lfs.clean=cat", "add", "--all", cwd=work)
    git("commit", "--quiet", "--message=one", cwd=work)
    git("config", "uploadpack.allowFilter", "true", cwd=work)
    fetch(replace(settings, github=replace(settings.github, git=f"file://{work}")), patience)
    commit = git("rev-parse", "HEAD", cwd=work)
    assert fetched(settings, commit) == {good: git("cat-file", "blob", f"HEAD:{good}", cwd=work).encode() + b"\n"}
    assert not any(path.is_symlink() for path in home(settings).rglob("*"))
    said = capsys.readouterr().out
    assert f"{name}_link.json" in said
    assert f"{name}_a b\\x1b.json" in said


def test_a_wrong_listing_brings_nothing(
    bare_repository: Repository, patience: Patience, settings_for: Callable[..., Settings]
) -> None:
    changed = dict(bare_repository.files)
    path = next(iter(expected(bare_repository)))
    changed[path] = b"other bytes"
    with serving(replace(bare_repository, files=changed)) as server:
        settings = settings_for(server, via="git", git=bare_repository.address)  # type: ignore[attr-defined]
        with pytest.raises(PipelineError, match="(?s)1 of 12 .*not in the repository"):
            fetch(settings, patience)
    assert len(fetched(settings, bare_repository.commit)) == 11


def test_a_repository_that_is_not_there_is_an_error_after_some_attempts(
    settings: Settings, patience: Patience, clock: Clock, tmp_path: Path
) -> None:
    address = f"file://user:secret@{tmp_path}/nowhere"
    with pytest.raises(PipelineError, match="gave up after 3 attempts.*Next: ") as caught:
        fetch(replace(settings, github=replace(settings.github, git=address)), patience)
    assert clock.slept == [1, 2]
    assert "secret" not in str(caught.value)


def test_a_ref_that_is_not_there_is_an_error(settings: Settings, patience: Patience) -> None:
    with pytest.raises(PipelineError, match="REF=nowhere: cannot be listed.*nowhere"):
        fetch(replace(settings, ref="nowhere"), patience)


def test_the_users_git_surroundings_do_not_lead_astray(
    bare_repository: Repository, settings: Settings, patience: Patience, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    fetch(settings, patience)
    assert fetched(settings, bare_repository.commit) == expected(bare_repository)
    assert not (tmp_path / "elsewhere").exists()


def test_git_is_not_given_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    assert "secret" not in transport_git._environment().values()
    assert transport_git._environment()["PATH"] == os.environ["PATH"]


def test_git_without_its_command_line_is_an_error(
    settings: Settings, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(PipelineError, match="git is not installed.*VIA=https"):
        fetch(settings, patience)


def test_a_failing_git_says_why() -> None:
    with pytest.raises(NoAnswer, match="git: .*nowhere"):
        transport_git._run(["git", "--git-dir=/nowhere", "rev-parse", "HEAD"])


def test_a_process_does_not_outlive_its_block() -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        transport_git._started(["sleep", "60"], stdout=subprocess.DEVNULL) as process,
    ):
        raise KeyboardInterrupt
    assert process.returncode is not None


def test_the_transfer_is_reported_while_it_runs() -> None:
    shown = []

    class Recorder:
        def transferring(self, share: float, received: str) -> None:
            shown.append((share, received))

    for line in ("Receiving objects:  50% (3/6), 1.20 MiB | 2.00 MiB/s", "Receiving objects: 100% (6/6)", "remote: x"):
        transport_git._report(line, Recorder())  # type: ignore[arg-type]
    assert shown == [(0.5, "1.20 MiB"), (1.0, "0 bytes")]


def test_the_default_is_git(settings: Settings, bare_repository: Repository, patience: Patience) -> None:
    fetch(replace(settings, via=""), patience)
    assert fetched(settings, bare_repository.commit) == expected(bare_repository)


def test_another_way_is_an_error(
    server: GitHubServer, patience: Patience, settings_for: Callable[..., Settings]
) -> None:
    with pytest.raises(PipelineError, match="VIA=ftp.*Next: use VIA=git or VIA=https"):
        fetch(settings_for(server, via="ftp"), patience)
