"""SOURCE=pythia: the pinned commit and the mirror. Transfers are proved in test_repository.py and the transports'."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import sources
from pipeline.core.errors import PipelineError
from pipeline.core.settings import DEFAULT_MIRROR, Settings
from pipeline.fetch import example, official, remote
from pipeline.fetch.listing import blob_sha1
from pipeline.fetch.web import Patience
from tests.fetch.conftest import REMOTES, expected, fetch, fetched, pinned
from tests.github_server import FOLDERS, GitHubServer, repository_of

PYTHIA = REMOTES["pythia"]
Make = Callable[..., Settings]
of_pythia = pytest.mark.parametrize("source", ["pythia"], indirect=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout beside the project."""
    folder = tmp_path / "checkout"
    for path, content in repository_of("pythia").files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.fixture
def mirrored(tmp_path: Path, checkout: Path) -> Settings:
    root = tmp_path / "project"
    root.mkdir()
    return Settings(root=root, source="pythia", mirror=f"../{checkout.name}")


def test_a_commit_is_pinned_and_official_follows_its_branch(
    server: GitHubServer, patience: Patience, settings_for: Make
) -> None:
    settings = settings_for(server, ref="")
    if settings.source == "pythia":
        server.repository.commit = PYTHIA.ref
    fetch(settings, patience)
    found = pinned(settings)
    assert found.ref == REMOTES[settings.source].ref
    assert fetched(settings, server.repository.commit) == expected(server.repository)
    # A commit needs nobody to say what it stands for.
    assert len(server.asked("api")) == (1 if settings.source == "pythia" else 2)


@of_pythia
def test_a_commit_that_is_not_there_is_an_error(server: GitHubServer, patience: Patience, settings_for: Make) -> None:
    with pytest.raises(PipelineError, match=f"REF={PYTHIA.ref}: cannot be listed.*404.*Next: "):
        example.fetch(settings_for(server, ref=""), patience)


@of_pythia
def test_the_folder_and_the_hashes_are_those_of_the_last_fetch(
    server: GitHubServer, patience: Patience, settings_for: Make
) -> None:
    settings = settings_for(server)
    for look in (example.folder, example.hashes):
        with pytest.raises(PipelineError, match="no manifest of EleutherAI/pythia.*Next: run `make fetch`"):
            look(settings)
    example.fetch(settings, patience)
    folder = settings.data / "raw" / "pythia" / server.repository.commit / "evals" / "pythia-v1"
    assert example.folder(settings) == folder
    right = {path.removeprefix(f"{PYTHIA.folder}/"): content for path, content in expected(server.repository).items()}
    assert example.hashes(settings) == {path: blob_sha1(content) for path, content in right.items()}
    assert {path: (folder / path).read_bytes() for path in right} == right


@of_pythia
def test_another_place_in_the_table_is_fetched_anew(
    server: GitHubServer, patience: Patience, settings_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(server)
    example.fetch(settings, patience)
    seen = example.inputs(settings)
    assert seen
    moved = remote.Example(replace(PYTHIA, folder=f"{PYTHIA.folder}/task_0", mark="pythia-v1/task_0/"), "MIT", "x")
    monkeypatch.setattr(example, "examples", lambda: {"pythia": moved})
    assert example.inputs(settings) == ""
    example.fetch(settings, patience)
    assert len(example.hashes(settings) or {}) == 3


def test_an_example_and_the_official_files_keep_apart(tmp_path: Path) -> None:
    for source, module in (("official", official), ("pythia", example)):
        settings = Settings(root=tmp_path, source=source)
        assert sources.find(settings).fetch == module.__name__
        assert module.inputs(settings) == ""
        assert FOLDERS[source] == REMOTES[source].folder


# A mirror


def test_a_mirror_is_read_where_it_lies(mirrored: Settings, checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sources.fetch(mirrored) == []
    assert not mirrored.data.exists()
    assert f"16 results files, read where they lie in ../{checkout.name}/evals/pythia-v1" in capsys.readouterr().out
    assert example.folder(mirrored).resolve() == checkout / "evals" / "pythia-v1"
    assert example.hashes(mirrored) is None


def test_a_mirror_counts_by_the_files_below_its_folder(mirrored: Settings, checkout: Path) -> None:
    seen = example.inputs(mirrored)
    (checkout / "README.md").write_text("of no interest")
    assert example.inputs(mirrored) == seen
    # A results file needs no ending.
    (checkout / "evals" / "pythia-v1" / "another").write_text("{}")
    assert example.inputs(mirrored) != seen


def test_what_models_says_counts_too(mirrored: Settings) -> None:
    given = replace(mirrored, models="models.csv")
    seen = example.inputs(given)
    given.root.joinpath("models.csv").write_text("model,family,params\n")
    assert example.inputs(given) != seen


@pytest.mark.parametrize("mirror", ["nowhere", ".", "../checkout/evals", "../checkout/README.md"])
def test_a_mirror_that_was_asked_for_must_hold_the_folder(mirrored: Settings, mirror: str) -> None:
    for look in (example.fetch, example.inputs):
        with pytest.raises(PipelineError, match=f"MIRROR={mirror} holds no files below evals/pythia-v1.*Next: name"):
            look(replace(mirrored, mirror=mirror))


@of_pythia
@pytest.mark.parametrize("mirror", ["", DEFAULT_MIRROR])
def test_without_one_the_files_are_fetched(
    mirror: str, server: GitHubServer, patience: Patience, settings_for: Make
) -> None:
    settings = settings_for(server, mirror=mirror)
    # Even if the mirror of the table held the folder: nobody asked for it.
    settings = replace(settings, root=settings.root / "project")
    (settings.root / DEFAULT_MIRROR / PYTHIA.folder / "a").mkdir(parents=True)
    (settings.root / DEFAULT_MIRROR / PYTHIA.folder / "a" / "b.json").write_text("{}")
    example.fetch(settings, patience)
    assert fetched(settings, server.repository.commit) == expected(server.repository)
