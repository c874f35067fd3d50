"""One results file: what is read from each version, and what is no results file."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.load import harness_results
from pipeline.load.harness_results import NoResultsError, Value
from tests.load.harness_made import right, samples, v03, v04

PATH = "runs/results.json"


def read(document, path=PATH):
    return harness_results.read(path, document if isinstance(document, bytes) else json.dumps(document).encode())


def value(**changes):
    """What is read of `sums` when the file says nothing else."""
    plain = Value(
        path=PATH,
        task="sums",
        is_aggregate=False,
        metric="acc",
        filter=None,
        shots=0,
        model="made/tiny-70m",
        revision="",
        params=None,
        score=0.25,
        standard_error=None,
        n_test=None,
        higher_is_better=None,
        chance=None,
        date=None,
        values=1,
        set_aside_because=None,
    )
    return plain._replace(**changes)


def only(document, path=PATH):
    (found,) = read(document, path)
    return found


# Version 0.3


def test_golden_version_03():
    table = {
        "acc": 0.25,
        "acc_stderr": 0.0125,
        "acc_norm": 0.5,
        "acc_norm_stderr": 0.015,
        "ppl": 7,
        "word_perplexity": 9.5,
    }
    document = v03({"sums": table}, revision="step1000", num_fewshot=5)
    common = {"revision": "step1000", "shots": 5, "values": 4}
    assert read(document) == [
        value(**common, standard_error=0.0125),
        value(**common, metric="acc_norm", score=0.5, standard_error=0.015),
        value(**common, metric="ppl", score=7.0),
        value(**common, metric="word_perplexity", score=9.5),
    ]


def test_a_number_of_shots_that_nobody_says_is_unknown():
    document = v03({"sums": {"acc": 0.25}})
    del document["config"]["num_fewshot"]
    assert only(document) == value(shots=-1)


# Version 0.4


def test_golden_version_04():
    table = {**right(25, 100, "exact_match", "strict-match"), **right(50, 100, "exact_match", "flexible-extract")}
    document = v04(
        {"sums": table, "choice": {"acc,none": 0.25, "acc_stderr,none": "N/A"}},
        model="made/tiny-1.4b",
        **{
            "n-samples": samples(sums=100, choice=40),
            "n-shot": {"sums": 8, "choice": 0},
            "higher_is_better": {"sums": {"exact_match": True}, "choice": {"acc": False}},
            "configs": {
                "sums": {"output_type": "generate_until", "num_fewshot": 3},
                "choice": {"output_type": "multiple_choice", "doc_to_choice": ["A", "B", "C", "D"]},
            },
        },
    )
    document["config"]["model_num_parameters"] = 1_414_647_808
    common = {"model": "made/tiny-1.4b", "params": 1_414_647_808.0, "date": 1741298345.007027, "values": 3}
    error = right(25, 100)["acc_stderr"], right(50, 100)["acc_stderr"]
    sums = {**common, "metric": "exact_match", "shots": 8, "n_test": 100, "higher_is_better": True, "chance": 0.0}
    assert read(document) == [
        value(**sums, filter="strict-match", standard_error=error[0]),
        value(**sums, filter="flexible-extract", score=0.5, standard_error=error[1]),
        value(**common, task="choice", n_test=40, higher_is_better=False, chance=0.25),
    ]


@pytest.mark.parametrize(
    ("config", "chance"),
    [
        ({"output_type": "multiple_choice", "doc_to_choice": ["no", "yes"]}, 0.5),
        ({"output_type": "multiple_choice", "doc_to_choice": "{{choices.text}}"}, None),
        ({"output_type": "multiple_choice", "doc_to_choice": ["one"]}, None),
        ({"output_type": "loglikelihood"}, 0.0),
        ({"output_type": "loglikelihood_rolling"}, None),
        ({"output_type": "generate_until", "doc_to_choice": ["A", "B"]}, 0.0),
        ({"doc_to_choice": ["A", "B"]}, None),
        ({}, None),
        ("not an object", None),
    ],
)
def test_chance_is_one_in_as_many_choices_as_the_file_lists(config, chance):
    assert only(v04({"sums": {"acc,none": 0.25}}, configs={"sums": config})).chance == chance


def aggregates(document):
    return [each.task for each in read(document) if each.is_aggregate]


def test_groups_that_are_listed_are_aggregates():
    tables = {name: {"acc,none": 0.5} for name in ("mmlu", "mmlu_stem", "anatomy", "physics", "sums")}
    parts = {"mmlu": ["mmlu_stem"], "mmlu_stem": ["anatomy", "physics"], "sums": [], "gone": ["anatomy"]}
    assert aggregates(v04(tables, group_subtasks=parts)) == ["mmlu", "mmlu_stem"]
    # A group whose parts were not written down.
    assert aggregates(v04(tables, group_subtasks={"sums": []}, groups={"mmlu": {}})) == ["mmlu"]
    assert aggregates(v04(tables, group_subtasks={"mmlu": [["anatomy"], 3, None], "sums": "anatomy"})) == []


def test_groups_are_told_by_the_indentation_of_their_parts_where_no_list_is():
    alias = {
        "mmlu": "mmlu",
        "mmlu_stem": " - stem",
        "anatomy": "  - anatomy",
        "physics": "  - physics",
        "mmlu_other": " - other",
        "ethics": "  - ethics",
        "sums": "sums",
    }
    document = v04({task: {"acc,none": 0.5, "alias": shown} for task, shown in alias.items()})
    del document["group_subtasks"]
    assert aggregates(document) == ["mmlu", "mmlu_stem", "mmlu_other"]


def test_a_group_has_the_shots_of_its_parts():
    parts = {"mmlu": ["mmlu_stem"], "mmlu_stem": ["anatomy"], "round": ["round"], "odd": [3], "gone": ["nowhere"]}
    told = {"mmlu": 0, "mmlu_stem": 0, "anatomy": 5, "round": 2, "odd": 3, "gone": 4}
    tables = {name: {"acc,none": 0.5} for name in told}
    found = read(v04(tables, **{"n-shot": told, "group_subtasks": parts}))
    assert {each.task: each.shots for each in found} == told | {"mmlu": 5, "mmlu_stem": 5}


def test_a_group_that_is_not_averaged_holds_no_value():
    document = v04({"sums": {"acc,none": 0.25}}, group_subtasks={"all": ["sums"]})
    document["results"]["all"] = {" ": " ", "alias": "all"}
    assert [each.task for each in read(document)] == ["sums"]


def test_a_version_that_does_not_exist_yet():
    document = v04({"sums": {"acc,none": 0.25, "sample_len": 9, "acc_ci,none": [0.2, 0.3], "energy": {"kwh": 1}}})
    document |= {"schema": {"version": 7}, "n-samples": {"sums": {"effective": 9, "by_language": {"de": 9}}}}
    document["config"]["model_args"] = {
        "pretrained": "made/tiny-70m",
        "revision": "step512",
        "dtype": {"weights": "bf16"},
        "peft": None,
        "shards": 2,
        "trust": True,
    }
    document["config"]["more"] = [None, {}]
    document["configs"] = {"sums": {"metric_list": [], "output_type": ["multiple_choice"], "doc_to_choice": {}}}
    common = {"revision": "step512", "n_test": 9, "date": document["date"], "values": 3}
    assert read(document) == [
        value(**common),
        value(**common, metric="acc_ci", score=None, set_aside_because="no number (list)"),
        value(**common, metric="energy", score=None, set_aside_because="no number (dict)"),
    ]


# Numbers and what stands in their place


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ([0.1, 0.2], "no number (list)"),
        ("0.25", "no number (str)"),
        (None, "no number (NoneType)"),
        (True, "no number (bool)"),
        ({"mean": 0.25}, "no number (dict)"),
    ],
)
def test_what_is_no_number_is_set_aside(written, reason):
    assert only(v03({"sums": {"acc": written}})) == value(score=None, set_aside_because=reason)


def test_a_task_that_is_no_table_is_one_value_set_aside():
    document = v03({"mean": 0.5, "sums": {"acc": 0.25}, "none": {}})
    because = "no usable name of task or metric"
    assert read(document) == [
        value(task="mean", metric="", score=0.5, values=2, set_aside_because=because),
        value(values=2),
    ]


def test_nan_and_infinities_are_scores():
    found = [each.score for each in read(v03({"sums": {"acc": math.nan, "ppl": math.inf, "bleu": -math.inf}}))]
    assert math.isnan(found[0])
    assert found[1:] == [math.inf, -math.inf]


@pytest.mark.parametrize("error", ["N/A", math.nan, math.inf, -0.1, None, [0.1], True])
def test_what_is_no_standard_error_is_none(error):
    assert only(v03({"sums": {"acc": 0.25, "acc_stderr": error}})) == value()


@pytest.mark.parametrize("name", ["", "x" * 501])
def test_tasks_and_metrics_have_usable_names(name):
    assert only(v03({name: {"acc": 0.25}})).set_aside_because == "no usable name of task or metric"
    assert only(v03({"sums": {name: 0.25}})).set_aside_because == "no usable name of task or metric"


@pytest.mark.parametrize("count", [2**63, 2**64 - 1, 2**53, 10**30, -1, 1.5, "100", True, None, [1]])
def test_what_is_no_count_is_not_known(count):
    document = v04({"sums": {"acc,none": 0.25}}, **{"n-samples": {"sums": {"effective": count}}})
    document |= {"n-shot": {"sums": count}, "configs": {"sums": {"num_fewshot": count}}, "num_fewshot": count}
    assert only(document) == value(shots=-1, date=document["date"])


@pytest.mark.parametrize("params", [-1, 0, "70m", None, math.nan, math.inf, True])
def test_what_is_no_number_of_parameters_is_not_known(params):
    assert only(v03({"sums": {"acc": 0.25}}, model_num_parameters=params)).params is None


# The model


@pytest.mark.parametrize(
    ("config", "model", "revision"),
    [
        ({"model_args": "pretrained=a/b-1b,revision=step9,dtype=float16"}, "a/b-1b", "step9"),
        ({"model_args": "use_accelerate=True, pretrained = a/b-1b ,"}, "a/b-1b", ""),
        ({"model_args": "pretrained=a/b-1b,revision=main"}, "a/b-1b", ""),
        ({"model_args": "pretrained=a/b-1b", "model_revision": "step9"}, "a/b-1b", "step9"),
        ({"model_args": "pretrained=a/b-1b,revision=step8", "model_revision": "step9"}, "a/b-1b", "step8"),
        ({"model_args": "pretrained=a/b-1b,peft=c/d"}, "a/b-1b+c/d", ""),
        ({"model_args": "engine=davinci,tokenizer=x"}, "davinci", ""),
        ({"model_args": "model=gpt-4,path=x"}, "gpt-4", ""),
        ({"model_args": {"pretrained": "a/b-1b", "revision": None, "delta": None}}, "a/b-1b", ""),
        ({"model_args": {"pretrained": None}, "model_name": "by-hand"}, "by-hand", ""),
        ({"model_args": "base_url=http://localhost:8080"}, "", ""),
        ({"model_args": ["a/b-1b"]}, "", ""),
        ({"model_args": "pretrained=a\n\tb\r\nc"}, "a b c", ""),
        ({"model_args": "pretrained=" + "x" * 9999}, "x" * 500, ""),
        ({"model_args": "pretrained=a/b-1b,revision=step9", "model_revision": {"a": 1}}, "a/b-1b", "step9"),
    ],
)
def test_the_model_is_named_by_its_arguments(config, model, revision):
    document = {"results": {"sums": {"acc": 0.25}}, "config": config}
    if model:
        assert (only(document).model, only(document).revision) == (model, revision)
    else:
        with pytest.raises(NoResultsError, match="names no model"):
            read(document)


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("opt/opt-1.3b/results.json", "opt-1.3b"),
        ("made__tiny-70m/five-shot/results_2025.json", "made/tiny-70m"),
        ("a-1b/b-2b/results.json", "b-2b"),
        ("tiny-70m.json", "tiny-70m"),
        ("deep/tiny-70m_step9.json", "tiny-70m_step9"),
    ],
)
def test_of_a_file_without_a_name_the_nearest_folder_with_a_size_counts(path, model):
    assert only({"results": {"sums": {"acc": 0.25}}}, path).model == model
    assert only({"results": {"sums": {"acc": 0.25}}, "config": {}, "model_name": "own"}, path).model == "own"


# Strangers


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "^empty$"),
        (b"[]", "holds no `results`"),
        (b"{}", "holds no `results`"),
        (b'"results"', "holds no `results`"),
        (b'{"results": [{"sums": {"acc": 1}}]}', "holds no `results`"),
        (b'{"results": {}, "model_name": "m"}', "holds no value"),
        (b'{"results": {"sums": {"alias": "sums"}}, "model_name": "m"}', "holds no value"),
        (b'{"results": {"sums": {"acc": 1}}}', "names no model"),
        (b'{"results": {"sums": {"acc": 1}, "sums": {"acc": 2}}, "model_name": "m"}', "'sums' stands twice"),
        (b'{"results": {"sums": {"acc": 1}}, "model_name": "m"', "^not JSON"),
        (b'{"results": {"sums": {"acc": 1e999}}, "model_name": "m"}', "^not JSON: .*infinity"),
        (b'{"results": "\xff"}', "^not UTF-8"),
        (b'{"results": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "^not JSON: .*depth limit"),
        (b'{"results": NaN, "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"' + b"x" * 9999 + b'": 1, "' + b"x" * 9999 + b'": 2}', "^the key 'xxx"),
        (b'{"results": {"\\ud800": {"acc": 1}}, "model_name": "m"}', "^not JSON"),
    ],
    ids=range(16),
)
def test_what_is_no_results_file_is_said_in_a_short_line(content, reason):
    with pytest.raises(NoResultsError, match=reason) as caught:
        read(content)
    assert len(str(caught.value)) <= 200
    assert "\n" not in str(caught.value)


def test_a_file_holds_so_many_values_at_most(monkeypatch):
    monkeypatch.setattr(harness_results, "MOST_VALUES", 2)
    assert len(read(v03({"sums": {"acc": 0.5, "ppl": 3}}))) == 2
    with pytest.raises(NoResultsError, match="holds more than 2 values"):
        read(v03({"sums": {"acc": 0.5, "ppl": 3, "bleu": 1}}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "config",
    "configs",
    "n-shot",
    "n-samples",
    "higher_is_better",
    "group_subtasks",
    "groups",
    "date",
    "model_name",
]


@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.dictionaries(st.sampled_from(["sums", "b"]), JSON))
def test_nothing_that_stands_in_a_file_breaks_the_reader(more, results):
    document = {**more, "results": {**results, "good": {"acc": 0.25}}}
    found = read(document, "tiny-70m.json")
    assert sum(each.task == "good" for each in found) == 1
    assert len(found) == found[0].values
    assert all((each.score is None) <= (each.set_aside_because is not None) for each in found)
