"""The sources: each has the modules and the folders that it names, and is found by what the user typed."""

import inspect

import pytest

from pipeline import sources
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.fetch import remote, table
from pipeline.load import staging
from tests.github_server import score_files

ALL = [value for value in vars(sources).values() if isinstance(value, Source)]


def parameters(function):
    return [p.name for p in inspect.signature(function).parameters.values() if p.default is inspect.Parameter.empty]


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.name)
def test_its_modules_have_the_functions_that_they_need(source):
    fetch, load = sources.module(source.fetch), sources.module(source.load)
    assert parameters(fetch.fetch) == parameters(fetch.inputs) == ["settings"]
    assert len(parameters(load.load)) == 2
    assert fetch.fetch.__module__ == source.fetch
    assert load.load.__module__ == source.load


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.name)
def test_its_queries_are_there(source, project):
    for part in source.sql:
        assert (project.sql / "sources" / part).is_dir()
    for layer in ("staging", "curves", "checks/staging", "checks/curves"):
        own = source.folders(project, layer)
        assert own[0] == project.sql / layer
        assert all(folder.is_dir() for folder in own)
    named = {folder.relative_to(project.sql / "sources").parts[0] for folder in source.folders(project, "staging")[1:]}
    assert named == set(source.sql)


def test_every_folder_of_a_source_belongs_to_one(project):
    named = {part for source in ALL for part in source.sql}
    for folder in ("sources", "checks/sources"):
        assert {path.name for path in (project.sql / folder).iterdir()} <= named


def test_what_a_source_knows_is_consistent():
    assert len({source.name for source in ALL}) == len(ALL)
    for source in ALL:
        # Nobody has published numbers on simulated scores, nor on tasks that are not BIG-bench's.
        assert not source.is_published or (source.is_bigbench and not source.is_simulated)
    assert [source.name for source in ALL if not source.has_scores] == ["stand-in"]
    assert [source.name for source in ALL if source.is_simulated] == ["simulated"]


@pytest.mark.parametrize("name", ["table", "official", "simulated"])
def test_it_is_found_by_its_name(project, name):
    assert sources.find(Settings(root=project.root, source=name)).name == name
    # What bears its name is not asked for.
    (project.root / name).mkdir()
    assert sources.find(Settings(root=project.root, source=name)).name == name


@pytest.mark.parametrize("name", remote.examples())
def test_an_example_is_found_by_its_name(project, name):
    (project.root / name).mkdir()
    assert sources.find(Settings(root=project.root, source=name)) is sources.EXAMPLE


def test_a_folder_is_a_checkout_where_it_holds_tasks_or_lies_in_one_and_else_holds_results(project):
    tasks = project.root / "BIG-bench.csv" / "bigbench" / "benchmark_tasks"
    tasks.mkdir(parents=True)
    (project.root / "results").mkdir()
    for source in ("BIG-bench.csv", str(project.root / "BIG-bench.csv"), str(tasks)):
        assert sources.find(Settings(root=project.root, source=source)) is sources.CHECKOUT
    for source in ("results", "."):
        assert sources.find(Settings(root=project.root, source=source)) is sources.HARNESS


@pytest.mark.parametrize(
    "name", ["scores.csv", "Scores.CSV", "scores.tsv", "a/b c/scores.parquet", "/nowhere/x.Parquet", "table.csv"]
)
def test_a_table_of_one_s_own_is_found_by_its_ending(project, name):
    assert sources.find(Settings(root=project.root, source=name)) is sources.TIDY


@pytest.mark.parametrize(
    "name", ["guesswork", "Table", "scores.json", "csv", "stand-in", "tidy", "checkout", "example", "scores.csv.gz"]
)
def test_any_other_name_is_an_error_that_lists_the_sources(project, name):
    with pytest.raises(PipelineError) as caught:
        sources.find(Settings(root=project.root, source=name))
    message = str(caught.value)
    assert message.startswith(f"SOURCE={name} is not a source that this version knows, nor a folder. Next: use ")
    assert all(f"SOURCE={known}" in message for known in (*sources.NAMED, *remote.examples()))
    assert ".csv, .tsv or .parquet" in message
    assert "checkout" in message
    assert "\n" not in message


def test_a_file_of_another_ending_is_told_which_can_be_read(tmp_path):
    path = tmp_path / "scores.csv.gz"
    path.write_bytes(b"")
    with pytest.raises(PipelineError, match=r"csv\.gz: its ending is none of .csv, .tsv, .parquet. Next: unpack"):
        sources.find(Settings(root=tmp_path, source=str(path)))


def test_the_stand_in_is_found_after_a_fetch_that_could_not_bring_the_table(project):
    table.write_manifest(project, table.Manifest(None, None, None, "nowhere"))
    assert sources.find(project) is sources.STAND_IN
    assert sources.find(Settings(root=project.root, source="official")) is sources.OFFICIAL
    table.write_manifest(project, table.Manifest("scores.parquet", "0", 1, "somewhere"))
    assert sources.find(project) is sources.TABLE


def test_fetch_and_load_are_those_of_the_source(project, monkeypatch):
    folder = project.root / "BIG-bench"
    for path, content in score_files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    settings = Settings(root=project.root, source="BIG-bench")
    assert sources.fetch(settings) == []
    seen = []
    monkeypatch.setattr(sources.module("pipeline.load.checkout"), "load", lambda *given: seen.append(given) or ["made"])
    assert sources.load(settings) == ["made"]
    assert seen == [(settings, sources.CHECKOUT)]
    assert staging.Origin._fields == ("sha256", "size", "address")


@pytest.mark.parametrize("source", ["table", "official", "scores.csv"])
def test_a_scale_of_harness_results_is_refused_elsewhere(project, source):
    with pytest.raises(PipelineError, match=f"^SCALE=training is for results .* SOURCE={source} is not. Next: leave"):
        sources.find(Settings(root=project.root, source=source, scale="training"))
    (project.root / "results").mkdir()
    assert sources.find(Settings(root=project.root, source="results", scale="training")) is sources.HARNESS
