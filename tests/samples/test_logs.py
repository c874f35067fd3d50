"""Logs of examples -> scores: every row accounted for, known answers, and the same on any number of workers."""

import hashlib
import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import PipelineError
from pipeline.core.parallel import Work
from pipeline.samples import gathering, logs
from pipeline.samples.logs import score_file, score_files
from pipeline.samples.scored import LOGGED, RECOMPUTED, Check
from tests.samples import made_logs
from tests.samples.made_logs import hashed, old, row, text

RIGHT, WRONG = row(), {"target": "1", "acc": 0.0}


def scored(folder, rows, **options):
    return score_file(made_logs.write(folder, rows), **options)


def of(found, metric, origin=RECOMPUTED):
    [score] = [score for score in found.scores if (score.origin, score.metric) == (origin, metric)]
    return score


def adds_up(found):
    """Whether every row is accounted for."""
    inside = all(own.rows == own.rescored + sum(own.not_rescored.values()) for own in found.filters)
    return inside and found.rows == sum(own.rows for own in found.filters) + sum(found.set_aside.values())


def test_known_means_and_errors(tmp_path):
    found = scored(tmp_path, [row(0), row(1, **WRONG), row(2), row(3)])
    [none] = found.filters
    grade = of(none, "multiple_choice_grade")
    assert (found.task, found.time, found.rows, found.set_aside) == ("colours", made_logs.TIME, 4, {})
    assert (none.filter, none.rows, none.rescored, none.inferred) == ("none", 4, 4, 0)
    assert (grade.n, grade.mean, grade.is_binary, grade.higher_is_better) == (4, 0.75, True, True)
    # sqrt(p (1 - p) / (n - 1)), as the harness has it for a mean of zeros and ones.
    assert grade.standard_error == pytest.approx(np.sqrt(0.75 * 0.25 / 3))
    assert of(none, "log_likelihood").mean == pytest.approx((-1 * 3 - 3) / 4)
    brier = of(none, "calibration_multiple_choice_brier_score")
    assert (brier.is_binary, brier.higher_is_better) == (False, False)
    assert of(none, "acc", LOGGED).mean == 0.75
    assert of(none, "acc", LOGGED).higher_is_better is None
    assert none.checks == (Check("multiple_choice_grade", "acc", 4, 0, 0.75, 0.75),)


def test_one_example_has_no_standard_error(tmp_path):
    [none] = scored(tmp_path, [row()]).filters
    assert np.isnan(of(none, "acc", LOGGED).standard_error)


def test_a_disagreement_with_the_log_is_reported(tmp_path):
    [none] = scored(tmp_path, [row(0), row(1, acc=0.0), row(2)]).filters
    [check] = none.checks
    assert (check.n, check.differing, check.mean) == (3, 1, 1.0)
    assert check.logged_mean == pytest.approx(2 / 3)


def test_values_of_examples_are_in_the_order_of_the_test_set(tmp_path):
    [none] = scored(tmp_path, [row(5), row(2, **WRONG), row(9, acc=None)]).filters
    assert none.examples.doc_id.tolist() == [2, 5, 9]
    assert none.examples.key.tolist() == [int(hashed(place)[:16], 16) for place in (2, 5, 9)]
    assert none.examples.values.dtype == np.float32
    assert none.values("multiple_choice_grade").tolist() == [0.0, 1.0, 1.0]
    assert np.array_equal(none.values("acc", LOGGED), [0, 1, np.nan], equal_nan=True)
    with pytest.raises(KeyError):
        none.values("bleu")


def test_a_log_without_hashes_has_no_keys(tmp_path):
    [none] = scored(tmp_path, [row(0), row(1, doc_hash=None)]).filters
    assert none.examples.key is None


def test_filters_are_apart(tmp_path):
    rows = [text("red", "red", place, filter=name) for name in ("strict", "flexible") for place in range(3)]
    found = scored(tmp_path, rows)
    assert [(own.filter, own.rows) for own in found.filters] == [("flexible", 3), ("strict", 3)]


def test_where_filters_are_not_named_an_example_that_comes_again_is_under_the_next(tmp_path):
    found = scored(tmp_path, [old(place % 3, filtered_resps=[["text"], ["other"]][:1]) for place in range(9)])
    assert [(own.filter, own.rows) for own in found.filters] == [("none", 3), ("none (2)", 3), ("none (3)", 3)]


def test_what_cannot_be_rescored_keeps_the_metrics_of_the_harness(tmp_path):
    rows = [text("answer", " ", 0, metrics=["bleu"], bleu=41.5), text("answer", "answer", 1, exact_match=1.0)]
    found = scored(tmp_path, rows)
    [none] = found.filters
    assert (none.rescored, none.not_rescored) == (1, {"the target is not text, or empty": 1})
    assert of(none, "bleu", LOGGED).n == of(none, "exact_str_match").n == 1
    assert adds_up(found)


def test_choices_that_follow_from_the_accuracy_are_counted(tmp_path):
    two = {"target": "neither", "filtered_resps": [["-2.0", "False"], ["-1.0", "False"]]}
    [none] = scored(tmp_path, [row(0, **two), row(1, **two | {"acc": 0.0}), row(2)]).filters
    assert (none.inferred, none.rescored, none.checks[0].differing) == (2, 3, 0)


@pytest.mark.parametrize("bad", [b"nonsense\n", row(0), {"doc_id": 4}])
def test_a_bad_line_stops_the_run_or_is_counted(tmp_path, bad):
    rows = [row(0), row(1), bad, row(2)]
    with pytest.raises(PipelineError, match=r"samples_colours.*jsonl: line 3 .* Next: .*KEEP_GOING=1"):
        scored(tmp_path, rows)
    found = scored(tmp_path, rows, keep_going=True)
    assert (found.rows, sum(found.set_aside.values()), found.filters[0].rows) == (4, 1, 3)
    assert adds_up(found)


def test_a_file_appended_to_itself_is_noticed(tmp_path):
    rows = [row(place) for place in range(5)]
    found = scored(tmp_path, rows * 2, keep_going=True)
    assert found.set_aside == {"holds an example that stood before, under the same filter": 5}
    assert found.filters[0].rows == 5


def test_filters_and_metrics_without_end_are_not_followed(tmp_path):
    found = scored(tmp_path, [row(0, filter=str(number)) for number in range(50)], keep_going=True)
    assert (len(found.filters), found.set_aside) == (16, {"is of more than 16 filters": 34})
    rows = [row(place, metrics=[f"m{place}"], **{f"m{place}": 1.0}) for place in range(300)]
    found = scored(tmp_path, rows, keep_going=True)
    assert list(found.set_aside) == ["is of a filter with more than 100 metrics"]
    assert adds_up(found)
    assert len(found.filters[0].scores) == 100


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_an_empty_log_is_refused(tmp_path, content):
    with pytest.raises(PipelineError, match="is empty. Next:|line 1 is not JSON"):
        scored(tmp_path, [content])


def test_a_log_of_nothing_usable_is_all_set_aside(tmp_path):
    found = scored(tmp_path, [b"a\n", b"b\n"], keep_going=True)
    assert (found.rows, found.set_aside, found.filters) == (2, {"is not JSON": 2}, ())


def test_above_a_number_of_examples_means_stay_and_values_go(tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "BATCH", 3)
    rows = [row(place, acc=float(place % 2), bleu=place**2, metrics=["acc", "bleu"]) for place in range(20)]
    [all_kept] = scored(tmp_path, rows).filters
    [none_kept] = scored(tmp_path, rows, most_kept=19).filters
    assert none_kept.examples is None
    assert none_kept.scores == all_kept.scores
    values = all_kept.values("bleu", LOGGED)
    assert values.tolist() == [place**2 for place in range(20)]
    assert of(none_kept, "bleu", LOGGED).mean == pytest.approx(values.mean())
    assert of(none_kept, "bleu", LOGGED).standard_error == pytest.approx(values.std(ddof=1) / np.sqrt(20))
    with pytest.raises(KeyError):
        none_kept.values("bleu", LOGGED)


def test_a_metric_that_comes_late_is_missing_before(tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "BATCH", 3)
    rows = [row(place, **({"metrics": ["late"], "late": 2.0} if place > 6 else {})) for place in range(10)]
    [none] = scored(tmp_path, rows).filters
    assert np.array_equal(none.values("late", LOGGED), [np.nan] * 7 + [2.0] * 3, equal_nan=True)
    assert of(none, "late", LOGGED).n == 3


@given(
    st.lists(st.tuples(st.floats(-50, 0), st.floats(-50, 0), st.booleans()), min_size=2, max_size=40),
    st.randoms(use_true_random=False),
)
def test_the_order_of_lines_does_not_matter(tmp_path_factory, made, rng: random.Random):
    folder = tmp_path_factory.mktemp("order")
    rows = [
        row(place, target=int(right), filtered_resps=[[one, False], [other, False]])
        for place, (one, other, right) in enumerate(made)
    ]
    [first] = scored(folder, rows).filters
    rng.shuffle(rows)
    [second] = scored(folder, rows).filters
    assert np.array_equal(first.examples.values, second.examples.values)
    assert np.array_equal(first.examples.key, second.examples.key)
    for one, other in zip(first.scores, second.scores, strict=True):
        assert other.mean == pytest.approx(one.mean, rel=1e-9, abs=1e-12)
        assert other.standard_error == pytest.approx(one.standard_error, rel=1e-6, abs=1e-9)


@given(
    st.lists(st.one_of(st.binary(max_size=30), st.from_regex(rb'\{"doc_id": [0-9], "[a-z]+": .{0,9}\}\n')), min_size=1)
)
def test_any_bytes_are_accounted_for(tmp_path_factory, content):
    joined = b"".join(content)
    if joined:
        found = scored(tmp_path_factory.mktemp("any"), [joined], keep_going=True)
        assert adds_up(found)
        assert found.rows == joined.count(b"\n") + (not joined.endswith(b"\n"))


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(-3, 5), st.floats(), st.text(max_size=5), st.just("-1.5")),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["arg_0", "arg_1", "a"]), inner, max_size=3)
        ),
        max_leaves=12,
    ),
    st.sampled_from(["doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash", "acc"]),
    st.sampled_from([row(0), old(0), text("a", "b"), text(["a", "b"], ["c"])]),
)
def test_any_value_in_any_place_is_accounted_for(tmp_path_factory, value, key, base):
    found = scored(tmp_path_factory.mktemp("value"), [base | {key: value}, row(1)], keep_going=True)
    assert found.rows == 2
    assert adds_up(found)


def made_several(folder):
    return [
        made_logs.write(
            folder, [row(place, acc=1.0, bleu=0.1 * place) for place in range(20 + number)], f"task_{number}"
        )
        for number in range(4)
    ]


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_workers_change_nothing(tmp_path):
    paths = made_several(tmp_path / "logs")
    alone = score_files(paths, Work(tmp_path / "alone"))
    together = score_files(paths, Work(tmp_path / "together", workers=2))
    assert [found.task for found in alone] == [f"task_{number}" for number in range(4)]
    assert digests(tmp_path / "alone") == digests(tmp_path / "together")
    for path, one, other in zip(paths, alone, together, strict=True):
        direct = score_file(path)
        for found in (one, other):
            assert found.filters[0].scores == direct.filters[0].scores
            assert found.filters[0].checks == direct.filters[0].checks
            for name in ("doc_id", "key", "values"):
                ours, theirs = (getattr(own.filters[0].examples, name) for own in (found, direct))
                assert ours.dtype == theirs.dtype
                assert np.array_equal(ours, theirs, equal_nan=True)


def test_a_cluster_changes_nothing(tmp_path):
    distributed = pytest.importorskip("distributed")
    paths = made_several(tmp_path / "logs")
    score_files(paths, Work(tmp_path / "alone"))
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0") as own:
        score_files(paths, Work(tmp_path / "cluster", scheduler=own.scheduler_address))
    assert digests(tmp_path / "alone") == digests(tmp_path / "cluster")


def test_what_was_scored_is_kept_until_the_log_changes(tmp_path, monkeypatch):
    [first, second, *_] = made_several(tmp_path / "logs")
    work = Work(tmp_path / "parts")
    score_files([first, second], work)
    monkeypatch.setattr(logs, "score_file", lambda *_, **__: pytest.fail("a log was scored again"))
    assert len(score_files([second, first, second], work)) == 3
    monkeypatch.undo()
    made_logs.write(first.parent, [row(0)], "task_0")
    assert score_files([first], work)[0].rows == 1


def test_logs_without_hashes_or_usable_lines_are_kept_as_they_are(tmp_path):
    one = made_logs.write(tmp_path, [row(0, doc_hash=None)], "one")
    none = made_logs.write(tmp_path, [b"x\n"], "none")
    [first, second] = score_files([one, none], Work(tmp_path / "parts"), keep_going=True)
    assert first.filters[0].examples.key is None
    assert np.isnan(first.filters[0].scores[0].standard_error)
    assert second.filters == ()
    [lean] = score_files([one], Work(tmp_path / "parts"), most_kept=0)
    assert lean.filters[0].examples is None


def test_a_bad_line_in_one_of_several_logs_is_named(tmp_path):
    paths = [*made_several(tmp_path), made_logs.write(tmp_path, [row(0), b"{\n"], "bad")]
    with pytest.raises(PipelineError, match=r"samples_bad_.*: line 2 is not JSON"):
        score_files(paths, Work(tmp_path / "parts", workers=2))


def test_names_that_are_odd_stay_names(tmp_path):
    odd = {"metrics": ["a/b", "../c", "d\0e", "d"], "a/b": 1, "../c": 2, "d\0e": 3, "d": 4}
    path = made_logs.write(tmp_path, [json.loads(json.dumps(row(0, **odd, filter="x\0/../y")))])
    [found] = score_files([path], Work(tmp_path / "parts"))
    [own] = found.filters
    assert own.filter == "x\0/../y"
    assert {name: own.values(name, LOGGED).item() for name in odd["metrics"]} == {
        "a/b": 1,
        "../c": 2,
        "d\0e": 3,
        "d": 4,
    }
