"""Lines of a log: what is read, and what is set aside with which reason."""

import json
import tracemalloc

import pytest

from pipeline.core.errors import PipelineError
from pipeline.samples import reading
from pipeline.samples.reading import Example, SetAside, name_of, read
from tests.samples import made_logs
from tests.samples.made_logs import hashed, old, row, text


def lines_of(folder, *rows):
    return list(read(made_logs.write(folder, list(rows))))


def test_a_line_is_an_example(tmp_path):
    [found] = lines_of(tmp_path, row(7))
    assert found[:4] == (1, 7, int(hashed(7)[:16], 16), "none")
    assert found.logged == {"acc": 1.0}


def test_an_old_line_has_no_filter_and_its_metrics_are_its_numbers(tmp_path):
    [found] = lines_of(tmp_path, old(acc_norm=0, bleu=1.5, word_perplexity=[-3.0, 4], judged="true", is_right=True))
    assert found.filter == ""
    assert found.logged == {"acc": 1.0, "acc_norm": 0.0, "bleu": 1.5, "is_right": 1.0}


def test_only_metrics_that_are_listed_and_numbers_are_logged(tmp_path):
    [found] = lines_of(tmp_path, row(metrics=["acc", "f1", "gone", "text"], f1=[0, 1], text="1", other=1.0))
    assert found.logged == {"acc": 1.0}


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity", b"1e300", b"1e400"])
def test_a_logged_number_that_is_none_is_no_value(tmp_path, value):
    line = json.dumps(row(acc=12345)).encode().replace(b"12345", value) + b"\n"
    [found] = lines_of(tmp_path, line)
    assert not isinstance(found, Example) or found.logged == {}
    if value != b"1e400":
        assert isinstance(found, Example)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\n", "is not JSON"),
        (b"{}\n", "has no doc_id"),
        (b"3\n", "is not a JSON object"),
        (b"[]\n", "is not a JSON object"),
        (b"null\n", "is not a JSON object"),
        (b"[\n", "begins one JSON array"),
        (b"\xff\xfe\n", "is not JSON"),
        (b"{'doc_id': 0}\n", "is not JSON"),
        (json.dumps(row()).encode()[:-30], "is not JSON"),
        (json.dumps(row()).encode() * 2 + b"\n", "is not JSON"),
        (b'{"a": NaN' + json.dumps(row()).encode() + b"\n", "is not JSON"),
        (b"[" * 100_000 + b"\n", "is not JSON"),
        (b'{"a": NaN, "b": ' + b"[" * 100_000 + b"\n", "is not JSON"),
        (b'{"a": NaN, "b": ' + b"[" * 500 + b"]" * 500 + b"}\n", "is not JSON"),
        (b'{"a": NaN, "b": "\\ud800"}\n', "is not JSON"),
        (b'{"a": NaN, "b": ' + b"9" * 400 + b"}\n", "is not JSON"),
        (b'{"a": NaN, "b": ' + b"9" * 5_000 + b"}\n", "is not JSON"),
        (row(doc_id="0"), "has no doc_id"),
        (row(doc_id=True), "has no doc_id"),
        (row(doc_id=0.0), "has no doc_id"),
        (row(doc_id=-1), "has no doc_id"),
        (row(doc_id=2**40), "has no doc_id"),
        (row(filter=None), "has a filter that is no name"),
        (row(filter=["none"]), "has a filter that is no name"),
        (row(filter="x" * 10_000), "has a filter that is no name"),
        (row(filtered_resps=None), "has no filtered_resps"),
        (row(filtered_resps={"a": 1}), "has no filtered_resps"),
        (row(doc_hash=5), "has a doc_hash that is no hash"),
        (row(doc_hash="../etc"), "has a doc_hash that is no hash"),
        (row(metrics=[1]), "has metrics that are not"),
        (row(metrics=["x" * 10_000]), "has metrics that are not"),
        (row(metrics=[f"m{i}" for i in range(100)]), "has metrics that are not"),
    ],
)
def test_a_bad_line_is_set_aside_and_the_next_is_read(tmp_path, line, reason):
    # A line that was cut off in the middle is the last one.
    is_last = isinstance(line, bytes) and not line.endswith(b"\n")
    found = lines_of(tmp_path, row(0), line, *([] if is_last else [row(1)]))
    assert isinstance(found[1], SetAside)
    assert found[1].line == 2
    assert found[1].reason.startswith(reason)
    assert [own.doc_id for own in found if isinstance(own, Example)] == ([0] if is_last else [0, 1])


def test_a_line_of_100_megabytes_is_never_held(tmp_path):
    path = made_logs.write(tmp_path, [row(0)])
    with path.open("ab") as file:
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + json.dumps(row(1)).encode() + b"\n")
    tracemalloc.start()
    found = list(read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [own.line for own in found] == [1, 2, 3]
    assert found[1] == SetAside(2, "is longer than 16 MB")
    assert peak < 4 * reading.MAX_BYTES


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_a_long_line_may_be_the_last(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 4_000)
    for length in range(3_998, 4_005):
        found = lines_of(tmp_path, row(0), b"x" * length + ending)
        assert [own.line for own in found] == [1, 2]
        assert ("longer" in found[1].reason) == (length + len(ending) > 4_000)


def test_windows_line_ends_are_read(tmp_path):
    [found] = lines_of(tmp_path, json.dumps(text("a")).encode() + b"\r\n")
    assert found.doc_id == 0


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("samples_asdiv_2024-08-21T03-44-09.494230.jsonl", "asdiv"),
        ("samples_mmlu_high_school_2024-08-21T03-44-09.jsonl", "mmlu_high_school"),
        ("samples_a_2020-01-01T00-00-00_2024-08-21T03-44-09.4.jsonl", "a_2020-01-01T00-00-00"),
    ],
)
def test_the_task_is_in_the_name(tmp_path, name, task):
    assert name_of(tmp_path / name).task == task


@pytest.mark.parametrize("name", ["results_2024-08-21T03-44-09.json", "samples_x.jsonl", "samples__.jsonl", "x\ny"])
def test_another_name_is_refused(tmp_path, name):
    with pytest.raises(PipelineError, match="not named like a log of examples. Next: name it"):
        name_of(tmp_path / name)


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path):
    with pytest.raises(PipelineError, match=r"cannot be read \(No such file or directory\). Next: "):
        list(read(tmp_path / made_logs.name()))
