from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import sources
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.fetch import remote
from pipeline.fetch.remote import BIGBENCH, DEEPEST, Remote
from tests.fetch.conftest import HOSTILE, REMOTES

PUBLISHED = {
    "official": [
        f"bigbench/benchmark_tasks/a_task-2/results/scores_{name}.json"
        for name in ("BIG-G_8b_T=0", "BIG-G_53m_sparse", "GPT_GPT-3_XL", "PaLM_535b", "T0++_T0++", "T5-LM_T5-LM")
    ],
    "pythia": [
        f"evals/pythia-v1/{name}.json"
        for name in (
            "pythia-70m-0.25MtokBS/five-shot/70m-0.25MtokBS_step904000",
            "pythia-1.4b-1MtokBS/1.4b-1MtokBS_step106000",
            "pythia-1b-bf16/zero-shot/1b-bf16_step4",
            "pythia-410m-deduped/intervention/intervention-410m-deduped-long_step138000",
        )
    ],
}
ROW = dict(zip(remote.COLUMNS, ["x", "a/b", "1" * 40, "evals/x", "MIT", "results of x"], strict=True))


@pytest.mark.parametrize("source", PUBLISHED)
def test_published_names_are_taken(source: str) -> None:
    assert all(REMOTES[source].takes(path) and REMOTES[source].resembles(path) for path in PUBLISHED[source])


@pytest.mark.parametrize(("source", "path"), HOSTILE)
def test_hostile_names_are_not(source: str, path: str) -> None:
    assert not REMOTES[source].takes(path)


@pytest.mark.parametrize("place", REMOTES.values(), ids=REMOTES)
@given(parts=st.lists(st.text(max_size=8) | st.sampled_from(["results", "scores_a.json"]), min_size=1, max_size=9))
def test_what_is_taken_stays_below_its_folder(place: Remote, parts: list[str]) -> None:
    path = f"{place.folder}/{'/'.join(parts)}"
    for taken in filter(place.takes, (path, f"{path}.json")):
        found = PurePosixPath(taken).parts
        assert taken == "/".join(found)
        assert len(found) <= len(PurePosixPath(place.folder).parts) + DEEPEST + 1
        assert ".." not in found
        assert taken.isascii()
        assert taken.isprintable()
        assert all(place.may_lie_below(str(above)) for above in list(PurePosixPath(taken).parents)[:-1])


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        ("official", "bigbench/models"),
        ("official", "bigbench/benchmark_tasks/a/b"),
        ("official", "bigbench/benchmark_tasks/a/results/b"),
        ("official", "bigbench/benchmark_task"),
        ("pythia", "eval"),
        ("pythia", "evals/pythia-v0"),
        ("pythia", "evals/pythia-v1/../pythia-v0"),
        ("pythia", "evals/pythia-v1" + "/a" * (DEEPEST + 1)),
        ("pythia", "other"),
    ],
)
def test_other_folders_hold_nothing_of_interest(source: str, folder: str) -> None:
    assert not REMOTES[source].may_lie_below(folder)


# The table of examples


def write(path: Path, *rows: dict[str, str], columns: tuple[str, ...] = remote.COLUMNS) -> Path:
    lines = [",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "examples.csv"
    monkeypatch.setattr(remote, "FILE", path)
    return path


def test_pythia_is_pinned() -> None:
    example = remote.examples()["pythia"]
    assert example.remote.place == "EleutherAI/pythia/evals/pythia-v1"
    assert example.remote.ref == "a19eecb807ec2c79a39ebf18108816e6ffffc1d5"
    assert example.licence == "Apache-2.0"
    assert example.remote.place != BIGBENCH.place


def test_an_example_bears_no_name_of_another_source_and_its_own_files() -> None:
    for name in remote.examples():
        assert name not in {"bigbench", *sources.NAMED}
        assert Settings(source=name).name == name


def test_a_row_is_an_example(table: Path) -> None:
    write(table, ROW, {**ROW, "name": "y-2", "path": "a"})
    found = remote.examples()
    assert list(found) == ["x", "y-2"]
    assert (found["x"].remote.repository, found["x"].remote.ref) == ("a/b", "1" * 40)
    assert found["y-2"].remote.takes("a/b.json")
    assert sources.find(Settings(root=table.parent, source="y-2")) is sources.EXAMPLE


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "X"},
        {"name": "../x"},
        {"name": "scores.csv"},
        {"repository": "a"},
        {"repository": "a/b/c"},
        {"repository": "../b"},
        {"repository": "a/b..c"},
        {"repository": "-a/b"},
        {"repository": "a/b?c"},
        {"commit": "main"},
        {"commit": "1" * 39},
        {"commit": "A" * 40},
        {"path": ""},
        {"path": "/etc"},
        {"path": "a/../b"},
        {"path": "-a"},
        {"path": "a b"},
        {"path": "a/"},
        {"licence": ""},
        {"what": " "},
    ],
    ids=str,
)
def test_a_row_that_cannot_be_one_is_an_error(table: Path, change: dict[str, str]) -> None:
    write(table, {**ROW, **change})
    [column] = change
    with pytest.raises(PipelineError, match=f"examples.csv: {column} is .* Next: mend that file"):
        remote.examples()


@pytest.mark.parametrize("content", ["", "name\nx\n", "\xff", '"'])
def test_a_table_that_cannot_be_one_is_an_error(table: Path, content: str) -> None:
    table.write_bytes(content.encode("latin-1"))
    with pytest.raises(PipelineError, match="examples.csv: .*Next: mend that file"):
        remote.examples()


def test_rows_too_short_too_long_twice_or_missing(table: Path) -> None:
    row = ",".join(ROW.values())
    for rows in (["x,a/b"], [f"{row},more"], [row, row]):
        table.write_text("\n".join([",".join(remote.COLUMNS), *rows]) + "\n")
        with pytest.raises(PipelineError, match="Next: mend that file"):
            remote.examples()
    table.unlink()
    with pytest.raises(PipelineError, match="cannot be read.*Next: mend that file"):
        remote.examples()
