"""Which stages must run again after which change, found without running them, and what a stage does when it runs."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pipeline import analyse, score, sources, stages
from pipeline.core import files, freshness
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT, GitHub, Settings
from pipeline.fetch import manifest, remote, table
from pipeline.fetch.listing import ScoreFile
from pipeline.report import html
from pipeline.report import stage as report
from pipeline.report.explorer import stage as explorer
from pipeline.simulated import benchmark
from pipeline.studies.contents import STUDIES
from tests import score_tree
from tests.fixtures import as_if_fetched, copy_made_by_tools, made_up_query, project_at, write_parquet

NAMES = [stage.name for stage in stages.STAGES]
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("pipeline/**/*.py"))
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("pipeline/**/*.j2"))
QUERIES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("sql/**/*") if path.is_file())

# The modules that every stage starts from, besides those of its source. What a tool makes is in its tables, of which
# `analyse` says whether they are of the present code.
TRAINING = [
    f"pipeline.studies.networks.training.{name}" for name in ("images", "autoencoders", "sequences", "addition")
]
READERS = ["pipeline.fetch.harness", "pipeline.load.harness", "pipeline.load.tidy"]
ENTRIES = {
    "fetch": ["pipeline.sources"],
    "load": ["pipeline.sources"],
    "score": ["pipeline.score"],
    "curve_tests": ["pipeline.curve_tests.stage"],
    "analyse": [
        "pipeline.analyse",
        "pipeline.studies.theory.stage",
        "pipeline.studies.smooth_worlds.fit",
        "pipeline.curve_tests.calibration",
        "pipeline.studies.networks.stage",
        "pipeline.studies.open_models.stage",
        *READERS,
        *TRAINING,
    ],
    "explorer": ["pipeline.report.explorer.stage"],
    "report": ["pipeline.report.stage"],
}
# What starts the stages decides nothing of what they make.
STARTERS = {"pipeline/__main__.py", "pipeline/core/lock.py", "pipeline/stages.py"}
# The first stage that reads what lies below a folder of sql/; the longest that fits counts.
FIRST_READER = {
    "sql/seeds": "fetch",
    "sql/simulated": "fetch",
    "sql/staging/task_facts.sql": "fetch",
    "sql/staging": "load",
    "sql/sources": "load",
    "sql/checks/staging": "load",
    "sql/checks/sources": "load",
    "sql/curves": "score",
    "sql/checks/curves": "score",
    "sql/macros": "analyse",
    "sql/studies": "analyse",
    "sql/checks/studies": "analyse",
    "sql/explorer": "explorer",
    "sql/checks/explorer": "explorer",
    "pipeline/report/explorer": "explorer",
}


@cache
def imports(path: str) -> frozenset[str]:
    """The modules that a module imports, and the packages around them, by Python's own parser."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return frozenset(file for name in found for file in files_of(name))


def files_of(module: str) -> Iterator[str]:
    """The files that run when a module is imported; none for what is no module but a name of one."""
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        for name in ("/".join(parts[:depth]) + "/__init__.py", "/".join(parts[:depth]) + ".py"):
            if name in MODULES:
                yield name


def needed(modules: list[str]) -> set[str]:
    """The files of modules and of all that they import, directly or not."""
    found, waiting = set(), {file for module in modules for file in files_of(module)}
    while waiting:
        found |= waiting
        waiting = {file for path in waiting for file in imports(path)} - found
    return found


def code_of(source: sources.Source) -> dict[str, set[str]]:
    """The code of every stage for a source."""
    used = {"fetch": [source.fetch], "load": [source.load]}
    return {name: needed(entries + used.get(name, [])) for name, entries in ENTRIES.items()}


def from_first(stages_of_file: list[str]) -> list[str]:
    """The stages that must run again where these must: the first and all later ones."""
    return NAMES[min(map(NAMES.index, stages_of_file)) :] if stages_of_file else []


def first_reader(query: str) -> str:
    return FIRST_READER[max((folder for folder in FIRST_READER if query.startswith(folder)), key=len)]


def stale(settings: Settings) -> list[str]:
    return [name for name, reason in stages.status(settings) if reason]


def reasons(settings: Settings) -> dict[str, str]:
    return {name: reason for name, reason in stages.status(settings) if reason}


def seeming(patch: pytest.MonkeyPatch, settings: Settings, *, until: str = "report") -> Settings:
    """Note that every stage has run, without running any."""
    patch.setattr(stages.Stage, "run", lambda *_: [])
    stages.run(settings, until)
    return settings


@pytest.fixture
def touch(monkeypatch):
    """A function that lets the content of one file, by its path from the root, seem another one."""
    content, touched = cache(files.sha256), [""]
    monkeypatch.setattr(files, "sha256", lambda path: "other" if str(path).endswith(touched[0]) else content(path))

    def touch_one(name: str) -> None:
        touched[0] = f"/{name}"

    touch_one("no such file")
    return touch_one


def project_of(source: sources.Source, root: Path) -> Settings:
    """A project that has this source, as far as a look at it goes."""
    settings = project_at(root)
    # Templates are looked for below the root of a project.
    (root / "pipeline").symlink_to(ROOT / "pipeline")
    if source is sources.STAND_IN:
        table.write_manifest(settings, table.Manifest(None, None, None, "nowhere"))
    if source is sources.TIDY:
        (root / "scores.csv").write_text("task\n")
        return replace(settings, source="scores.csv")
    if source is sources.CHECKOUT:
        score_tree.write(root / "BIG-bench", "2m", score_tree.document())
        return replace(settings, source="BIG-bench")
    if source is sources.EXAMPLE:
        return replace(settings, source="pythia")
    return replace(settings, source=source.name if source.name in sources.NAMED else "table")


EVERY = [
    sources.TABLE,
    sources.STAND_IN,
    sources.OFFICIAL,
    sources.EXAMPLE,
    sources.CHECKOUT,
    sources.SIMULATED,
    sources.TIDY,
]


# What a change of code or of a query asks for


@pytest.mark.parametrize("source", EVERY, ids=lambda source: source.name)
def test_a_module_asks_for_the_stages_that_import_it_and_all_later_ones(source, tmp_path, touch, monkeypatch):
    settings = seeming(monkeypatch, project_of(source, tmp_path))
    assert sources.find(settings) is source
    # Committed curves are always what could be had instead of scores: the fetch is tried again.
    always = [] if source.has_scores else ["fetch"]
    assert stale(settings) == always
    code = code_of(source)
    of_its_own = {*needed([source.fetch]), *needed([source.load])}
    # For one source all modules; for the others those of the first stages, in which they differ.
    for module in MODULES if source is sources.TABLE else sorted(of_its_own):
        touch(module)
        expected = from_first([name for name in NAMES if module in code[name]])
        assert stale(settings) == sorted({*always, *expected}, key=NAMES.index), module


def test_every_module_is_of_some_stage():
    of_stages = set().union(*(files for source in EVERY for files in code_of(source).values()))
    assert set(MODULES) - of_stages == STARTERS


def test_the_tools_whose_tables_are_shown_are_watched():
    watched = needed(ENTRIES["analyse"])
    for study in STUDIES:
        queries = [name for name in study.tool[1:] if name.startswith(freshness.SQL)]
        modules = set(study.tool[1:]) - set(queries)
        assert {file for module in modules for file in files_of(module)} <= watched, study.name
        assert all((ROOT / query).exists() for query in queries), study.name
    assert {tool.module for tool in stages.TOOLS} <= set(ENTRIES["analyse"])


def test_the_committed_tables_are_watched_and_those_that_an_analysis_writes_are_not():
    committed = {name for study in STUDIES for name in study.committed}
    assert set(stages.COMMITTED) == committed | {freshness.NAME.removesuffix(".csv")}


def test_what_a_tool_reads_of_sql_is_in_the_key_of_its_tables():
    # Those that compute in Python alone read none.
    of_sql = {study.tool[0] for study in STUDIES if any(name.startswith(freshness.SQL) for name in study.tool[1:])}
    assert of_sql == {"open", "calibrate"}


def test_a_query_asks_for_the_stage_that_reads_it_and_all_later_ones(tmp_path, touch, monkeypatch):
    settings = seeming(monkeypatch, project_of(sources.TABLE, tmp_path))
    for query in QUERIES:
        touch(query)
        found = reasons(settings)
        assert list(found) == from_first([first_reader(query)]), query
        assert found[first_reader(query)].startswith("changed: "), query


def test_a_template_asks_for_its_page_and_what_links_to_it(tmp_path, touch, monkeypatch):
    settings = seeming(monkeypatch, project_of(sources.TABLE, tmp_path))
    assert len(TEMPLATES) > 10
    for template in TEMPLATES:
        touch(template)
        of_explorer = template.startswith("pipeline/report/explorer/")
        expected = {"explorer": "changed: files", "report": "changed: the stage before"}
        assert reasons(settings) == (expected if of_explorer else {"report": "changed: files"}), template


def test_a_table_of_a_tool_asks_for_the_analysis(tmp_path, monkeypatch):
    settings = project_of(sources.TABLE, tmp_path)
    settings.committed.mkdir(parents=True)
    tables = [f"{name}.csv" for study in STUDIES for name in study.committed]
    for name in ("keys.csv", *tables):
        (settings.committed / name).write_text("x\n")
    seeming(monkeypatch, settings)
    assert len(tables) > 5
    for name in ("keys.csv", *tables):
        (settings.committed / name).write_text("y\n")
        assert stale(settings) == from_first(["analyse"]), name
        (settings.committed / name).write_text("x\n")
        assert stale(settings) == []


def test_a_new_or_renamed_query_counts(tmp_path, monkeypatch):
    settings = project_of(sources.TABLE, tmp_path)
    (tmp_path / "sql").unlink()
    folder = tmp_path / "sql" / "curves"
    folder.mkdir(parents=True)
    (folder / "one.sql").write_text("select 1")
    seeming(monkeypatch, settings)
    (folder / "two.sql").write_text("select 2")
    assert stale(settings) == from_first(["score"])
    (folder / "two.sql").unlink()
    assert stale(settings) == []
    (folder / "one.sql").rename(folder / "two.sql")
    assert stale(settings) == from_first(["score"])


# Every file that a stage opens is watched


OPENED: list[str] = []


def note_opened(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str | bytes | Path):
        OPENED.append(str(arguments[0]))


@pytest.fixture(scope="module")
def opened():
    """A function that runs something, and returns the queries, templates and seeds that it opened."""
    sys.addaudithook(note_opened)

    def run(work, *given) -> set[str]:
        # A template that another test has compiled would not be opened again.
        for environment in (report.environment, html.environment):
            environment.cache_clear()
        OPENED.clear()
        work(*given)
        found = (re.search(r"/((?:sql|pipeline)/.*\.(?:sql|csv|j2))$", path) for path in OPENED)
        return {match.group(1) for match in found if match}

    return run


@pytest.mark.usefixtures("sketched")
def test_what_a_stage_opens_is_watched(tmp_path, opened):
    settings = project_at(tmp_path)
    copy_made_by_tools(settings)
    as_if_fetched(settings, write_parquet(made_up_query(), tmp_path / "made_up.parquet"))
    works = {"load": sources.load, "score": score.run, "analyse": analyse.run}
    works |= {"explorer": explorer.run, "report": report.run}
    for name, work in works.items():
        read = opened(work, settings)
        assert read, name
        for path in read:
            is_page = path.endswith(".j2") and "/explorer/" not in path
            first = "report" if is_page else first_reader(path)
            assert NAMES.index(first) <= NAMES.index(name), path


def test_what_the_simulated_benchmark_is_made_from_is_watched(project, opened):
    settings = replace(project, source="simulated")
    settings.committed.mkdir(parents=True)
    (settings.committed / "emergence.parquet").symlink_to(ROOT / "outputs" / "tables" / "emergence.parquet")
    read = opened(benchmark.read_design, settings)
    assert read
    assert {first_reader(path) for path in read} == {"fetch"}


# What a change of options, input or libraries asks for


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"mirror": "elsewhere"}, "fetch"),
        ({"ref": "v1"}, "fetch"),
        ({"keep_going": True}, "load"),
        ({"threshold": 50.0}, "curve_tests"),
        ({"out": "elsewhere"}, "analyse"),
        ({"via": "https"}, None),
        ({"max_wait": 1.0}, None),
        ({"quick": True}, None),
        ({"github": GitHub(api="http://127.0.0.1:9")}, None),
    ],
    ids=str,
)
def test_an_option_asks_for_the_stages_that_depend_on_it(tmp_path, monkeypatch, changes, first):
    settings = seeming(monkeypatch, project_of(sources.TABLE, tmp_path))
    other = replace(settings, **changes)
    assert stale(other) == (from_first([first]) if first else [])
    stages.run(other, "report")
    assert stale(other) == []
    assert stale(settings) == (from_first([first]) if first else [])


def test_another_source_has_stamps_of_its_own(tmp_path, monkeypatch):
    settings = seeming(monkeypatch, project_of(sources.TIDY, tmp_path))
    assert stale(replace(settings, source="table")) == NAMES
    assert stale(settings) == []


def test_other_libraries_ask_for_everything(tmp_path, monkeypatch):
    settings = seeming(monkeypatch, project_of(sources.TABLE, tmp_path))
    monkeypatch.setattr(freshness, "versions", lambda: {"duckdb": "another"})
    later = dict.fromkeys(NAMES[1:], "changed: the stage before, libraries")
    assert reasons(settings) == {"fetch": "changed: libraries"} | later


def test_a_table_of_one_s_own_counts_by_its_content(tmp_path, monkeypatch):
    settings = seeming(monkeypatch, project_of(sources.TIDY, tmp_path))
    path = settings.path
    path.touch()
    assert stale(settings) == []
    path.write_text("other\n")
    assert stale(settings) == NAMES
    assert reasons(settings)["fetch"] == "changed: input"


def test_a_checkout_counts_by_its_score_files(tmp_path, monkeypatch):
    settings = seeming(monkeypatch, project_of(sources.CHECKOUT, tmp_path))
    (settings.path / "README.md").write_text("of no interest")
    assert stale(settings) == []
    score_tree.write(settings.path, "16m", score_tree.document(model="16m"))
    assert stale(settings) == NAMES


def test_official_files_count_where_the_fetch_put_them(tmp_path, monkeypatch):
    settings = project_of(sources.OFFICIAL, tmp_path)
    path = score_tree.write(tmp_path / "fetched", "2m", b"{}")
    manifest.write(settings, manifest.Manifest("fetched", (ScoreFile(path, 2, "0" * 40),), "main", "1" * 40))
    seeming(monkeypatch, settings)
    assert stale(settings) == []
    (tmp_path / "fetched" / path).write_text("{ }")
    assert stale(settings) == NAMES


def test_an_example_counts_where_the_fetch_put_it_or_in_its_mirror(tmp_path, monkeypatch):
    settings = project_of(sources.EXAMPLE, tmp_path / "project")
    place = remote.examples()["pythia"].remote
    path = tmp_path / "project" / "fetched" / place.folder / "a.json"
    for folder in (path.parent, tmp_path / "mirror" / place.folder):
        folder.mkdir(parents=True)
        (folder / "a.json").write_text("{}")
    files_of_it = (ScoreFile(f"{place.folder}/a.json", 2, "0" * 40),)
    manifest.write(settings, manifest.Manifest("fetched", files_of_it, place.ref, place.ref, place.place))
    seeming(monkeypatch, settings)
    assert stale(settings) == []
    path.write_text("{ }")
    assert stale(settings) == NAMES
    mirrored = seeming(monkeypatch, replace(settings, mirror="../mirror"))
    assert stale(mirrored) == []
    (tmp_path / "mirror" / place.folder / "b.json").write_text("{}")
    assert stale(mirrored) == NAMES


def test_a_simulated_benchmark_counts_by_its_design(tmp_path, monkeypatch):
    settings = project_of(sources.SIMULATED, tmp_path)
    settings.committed.mkdir(parents=True)
    (settings.committed / "emergence.parquet").write_bytes(b"one")
    seeming(monkeypatch, settings)
    (settings.committed / "emergence.parquet").write_bytes(b"two")
    assert stale(settings) == NAMES


# What products ask for, and what a run does


class Runs:
    """Stages that write a file each, a database among them, instead of what they are for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ran: list[str] = []
        self.fails = ""

    def take_over(self, patch: pytest.MonkeyPatch) -> None:
        """Run instead of the stages, whose code and queries stay as they are, so that nobody needs to read them."""

        def run(stage: stages.Stage, settings: Settings) -> list[Path]:
            return self.run(stage, settings)

        patch.setattr(stages.Stage, "run", run)
        patch.setattr(stages.freshness, "digest", lambda *_: "as it was")

    def path(self, name: str) -> Path:
        return self.settings.root / "made" / f"{name}.csv"

    def run(self, stage: stages.Stage, settings: Settings) -> list[Path]:
        self.ran.append(stage.name)
        if stage.name == self.fails:
            raise PipelineError("cannot go on. Next: nothing.")
        made = files.write_text(self.path(stage.name), stage.name)
        return [made, files.write_text(settings.database, stage.name)] if stage.needs else [made]

    def again(self, name: str = "report") -> list[str]:
        """The stages that a run goes through."""
        self.ran.clear()
        stages.run(self.settings, name)
        return list(self.ran)


@pytest.fixture
def runs(tmp_path, monkeypatch):
    made = Runs(project_of(sources.TABLE, tmp_path))
    made.take_over(monkeypatch)
    assert made.again() == NAMES
    return made


def test_a_run_with_nothing_changed_does_nothing(runs):
    files = (path for path in runs.settings.root.rglob("*") if path.is_file() and path.name != "lock")
    before = {path: path.stat().st_mtime_ns for path in files}
    assert runs.again() == []
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_a_run_goes_as_far_as_asked(runs):
    for path in runs.settings.stamps.iterdir():
        path.unlink()
    assert runs.again("score") == ["fetch", "load", "score"]
    assert stale(runs.settings) == from_first(["curve_tests"])
    assert runs.again("check") == ["curve_tests", "analyse", "check"]
    assert runs.again("mirage") == ["mirage"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", ["deleted", "altered"])
def test_a_product_that_is_gone_or_another_is_made_again(runs, name, damage):
    path = runs.path(name)
    path.write_text("altered")
    if damage == "deleted":
        path.unlink()
    assert reasons(runs.settings) == {name: f"changed or gone: made/{name}.csv"}
    # All that follows is made again as well, for it may be in a database that is new; a fetch brings the same.
    assert runs.again() == (["fetch"] if name == "fetch" else from_first([name]))
    assert path.read_text() == name
    assert stale(runs.settings) == []


def test_a_deleted_database_is_made_again(runs):
    runs.settings.database.unlink()
    assert runs.again() == from_first(["load"])


def test_a_database_counts_as_there_whatever_is_in_it(runs):
    runs.settings.database.write_text("another")
    assert runs.again() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_stage_that_fails_leaves_nothing_that_looks_finished(runs, name):
    runs.path(name).unlink()
    runs.fails = name
    with pytest.raises(PipelineError):
        runs.again()
    assert runs.ran == [name]
    expected = ["fetch"] if name == "fetch" else from_first([name])
    assert reasons(runs.settings) == dict.fromkeys(expected, "it has not run yet")
    runs.fails = ""
    assert runs.again() == expected


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"key": {}}', "null", "\udcff"])
def test_a_damaged_stamp_counts_as_none(runs, content):
    stamp = runs.settings.stamps / "analyse.json"
    assert json.loads(stamp.read_text()).keys() == {"key", "products"}
    stamp.write_bytes(content.encode(errors="surrogateescape"))
    assert reasons(runs.settings) == {"analyse": "it has not run yet"}
    assert runs.again() == from_first(["analyse"])


def test_a_stand_in_is_tried_again_and_what_follows_stays_until_the_scores_come(tmp_path, monkeypatch):
    made = Runs(project_of(sources.STAND_IN, tmp_path))
    made.take_over(monkeypatch)
    assert made.again() == NAMES
    assert reasons(made.settings) == {"fetch": "it could not bring the scores the last time"}
    for _ in range(2):
        assert made.again() == ["fetch"]
    table.write_manifest(made.settings, table.Manifest("scores.parquet", "0", 1, "somewhere"))
    assert made.again() == NAMES
    assert made.again() == []
