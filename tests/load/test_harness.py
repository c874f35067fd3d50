"""Folders of harness results: every value accounted for, in the order that SCALE asks for."""

import math
import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline import score, sources
from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT
from tests.fixtures import PIXEL, rows
from tests.load.harness_made import right, samples, v03, v04, write, write_sizes

SIZES = ("70m", "160m", "410m", "1b", "1.4b")
OPEN = ROOT / "../shared/open_models/harness"


@pytest.fixture
def folder(project):
    return project.root / "results"


@pytest.fixture
def run(project):
    """Fetch and load the folder of results, with some options, and return the settings."""

    def fetch_and_load(**options):
        settings = replace(project, source="results", **options)
        assert sources.find(settings) is sources.HARNESS
        sources.fetch(settings)
        sources.load(settings)
        return settings

    return fetch_and_load


def accounts(settings):
    """What became of the values, and that nothing is missing."""
    counts = dict(rows(settings, "from row_counts"))
    rows_in = counts.pop("in")
    assert rows_in == sum(counts.values())
    assert rows_in == rows(settings, "select sum(values) from result_files")[0][0]
    return {name.removeprefix("set aside: "): number for name, number in counts.items()}


def tables(counts, n=100, **changes):
    """A table for each size of the family `tiny`."""
    return {size: right(count, n, **changes) for size, count in zip(SIZES, counts, strict=False)}


def points(settings, columns="family, model, scale, score"):
    return rows(settings, f"select {columns} from stg_scores order by all")


# SCALE=size


def test_a_family_becomes_a_curve_over_its_sizes(folder, run, capsys):
    write_sizes(folder, tables([10, 20, 30, 40, 50]))
    settings = run()
    score.run(settings)
    assert rows(
        settings, "select task, subtask, metric, shots, family, n_scales, n_test, n_test_basis, status from emergence"
    ) == [("sums", "sums", "acc", 0, "tiny", 5, 100, "standard error", "finite")]
    assert points(settings)[0] == ("tiny", "made/tiny-1.4b", 1.4e9, 0.5)
    assert rows(settings, "select distinct scale_name from stg_scores") == [("parameters",)]
    assert accounts(settings) == {"kept": 5}
    said = capsys.readouterr().out
    assert "load     5 files = 5 with results + 0 without" in said
    assert "load     5 rows in = 5 kept" in said


def test_versions_of_the_harness_stand_in_one_curve_where_their_metrics_agree(folder, run):
    write(folder, "old.json", v03({"sums": right(10, 100)}, "made/tiny-70m"))
    write(folder, "new.json", v04({"sums": right(30, 100, used="none")}, "made/tiny-1.4b"))
    assert points(run(), "metric, model, score") == [("acc", "made/tiny-1.4b", 0.3), ("acc", "made/tiny-70m", 0.1)]


def test_filters_of_one_metric_are_two_metrics_of_the_same_kind(folder, run):
    table = right(0, 100, "exact_match", "strict-match") | right(30, 100, "exact_match", "flexible-extract")
    write(folder, "a.json", v04({"sums": table}))
    settings = run()
    score.run(settings)
    assert rows(
        settings, "select metric, is_proportion, higher_is_better, chance_from from known_metrics order by all"
    ) == [
        ("exact_match (flexible-extract)", True, True, "zero"),
        ("exact_match (strict-match)", True, True, "zero"),
    ]


def test_a_metric_without_a_best_end_is_known_by_any_filter(folder, run):
    table = right(30, 100, "pct_stereotype") | right(30, 100, "pct_stereotype", "strict-match") | right(30, 100)
    write(folder, "a.json", v04({"sums": table}))
    assert rows(run(), "select metric, is_neutral from known_metrics order by all") == [
        ("acc", False),
        ("pct_stereotype", True),
        ("pct_stereotype (strict-match)", True),
    ]


def test_groups_are_aggregates_of_the_curves(folder, run):
    document = v04(
        {"all": right(1, 4, used="none"), "sums": right(1, 4, used="none")}, group_subtasks={"all": ["sums"]}
    )
    write(folder, "a.json", document)
    settings = run()
    score.run(settings)
    assert rows(settings, "select task, is_aggregate from curves order by all") == [("all", True), ("sums", False)]


def write_checkpoints(folder, steps, shots=0, task="sums", **names):
    """A file for each step of each size: sizes by name, steps by size."""
    for size, own in steps.items():
        for step in own:
            revision = "" if step is None else f"step{step}"
            document = v03({task: right(min(step or 99, 99), 100)}, f"made/tiny-{size}", revision, num_fewshot=shots)
            write(folder, f"tiny-{size}/{step}-{shots}.json", document | names)


def test_a_family_is_compared_at_its_last_common_checkpoint(folder, run, capsys):
    write_checkpoints(folder, {"70m": [10, 20, 30], "160m": [10, 20], "1b": [10, 20, 30]})
    settings = run()
    assert {point[3] for point in points(settings)} == {0.2}
    assert accounts(settings) == {"kept": 3, "another checkpoint": 5}
    assert "checkpoint of tiny: step 20 at 0 shots, the last that as many models have\n" in capsys.readouterr().out


def test_models_without_the_common_checkpoint_are_named(folder, run, capsys):
    write_checkpoints(folder, {"70m": [10, 30], "160m": [10, 30], "1b": [20]})
    settings = run()
    assert [point[1] for point in points(settings)] == ["made/tiny-160m", "made/tiny-70m"]
    assert "checkpoint of tiny: step 30 at 0 shots, which leaves out made/tiny-1b\n" in capsys.readouterr().out


def test_finished_models_beside_a_checkpoint_of_the_end_are_said(folder, run, capsys):
    write_checkpoints(folder, {"70m": [None], "160m": [None], "1b": [90]})
    settings = run()
    assert len(points(settings)) == 2
    assert (
        "checkpoint of tiny: the finished models at 0 shots, which leaves out made/tiny-1b" in capsys.readouterr().out
    )


def test_nothing_is_said_of_models_that_are_finished(folder, run, capsys):
    write_checkpoints(folder, {"70m": [None], "160m": [None]})
    run()
    assert "checkpoint" not in capsys.readouterr().out


def test_checkpoints_are_chosen_for_each_number_of_shots(folder, run):
    write_checkpoints(folder, {"70m": [10, 20], "160m": [10, 20]})
    write_checkpoints(folder, {"70m": [10, 20], "160m": [10]}, shots=5)
    assert points(run(), "distinct shots, score") == [(0, 0.2), (5, 0.1)]


def test_a_later_stage_of_training_is_set_aside(folder, run):
    for stage, count in ((1, 10), (2, 90)):
        revision = f"stage{stage}-step1000-tokens4B"
        write(folder, f"{stage}.json", v03({"sums": right(count, 100)}, revision=revision))
    settings = run(scale="training")
    assert points(settings, "scale, score") == [(4e9, 0.1)]
    assert accounts(settings) == {"kept": 1, "a later stage of training": 1}


def test_two_models_of_one_family_and_size_are_a_tie_that_is_said(folder, run, capsys):
    write_sizes(folder, tables([10, 20, 30]))
    write(folder, "twin.json", v03({"sums": right(15, 100)}, "other/tiny-70m-fp16"))
    settings = run()
    score.run(settings)
    assert rows(settings, "select family, scale, models from scale_ties") == [
        ("tiny", 70e6, "made/tiny-70m, other/tiny-70m-fp16")
    ]
    said = "score    equal parameters in one family, so ordered by name: tiny: made/tiny-70m, other/tiny-70m-fp16\n"
    assert said in capsys.readouterr().out


# SCALE=training


def test_training_is_a_curve_of_each_model_over_its_steps(folder, run):
    write_checkpoints(folder, {"70m": [0, 10, 20, None], "160m": [10]})
    settings = run(scale="training")
    assert points(settings) == [
        ("made/tiny-160m", "step 10", 10.0, 0.1),
        ("made/tiny-70m", "step 10", 10.0, 0.1),
        ("made/tiny-70m", "step 20", 20.0, 0.2),
    ]
    assert rows(settings, "select distinct scale_name from stg_scores") == [("steps",)]
    assert accounts(settings) == {"kept": 3, "before the first step": 1, "no training step": 1}


def test_tokens_order_checkpoints_where_all_are_known(folder, run, project):
    for name, revision in (("a", "step10-tokens5B"), ("b", "step20-tokens9B")):
        write(folder, f"{name}.json", v03({"sums": right(10, 100)}, revision=revision))
    settings = run(scale="training")
    assert points(settings, "model, scale, scale_name") == [("step 10", 5e9, "tokens"), ("step 20", 9e9, "tokens")]
    write_checkpoints(folder, {"1b": [10]})
    assert {name for *_, name in points(run(scale="training"), "scale, scale_name")} == {"steps"}
    (project.root / "mine.csv").write_text("model,family,params,tokens_per_step\nmade/tiny-1b,tiny,1b,100\n")
    settings = run(scale="training", models="mine.csv")
    assert ("made/tiny-1b", 1000.0, "tokens") in points(settings, "family, scale, scale_name")


def test_tokens_of_pythia_follow_from_its_steps(folder, run):
    write(folder, "a.json", v03({"sums": right(10, 100)}, "EleutherAI/pythia-70m", "step1000"))
    write(folder, "b.json", v03({"sums": right(10, 100)}, "EleutherAI/pythia-v1.1-70m-0.25MtokBS", "step1000"))
    assert points(run(scale="training"), "scale, scale_name") == [
        (262_144_000.0, "tokens"),
        (2_097_152_000.0, "tokens"),
    ]


def test_training_without_checkpoints_is_one_clear_line(folder, run):
    write_sizes(folder, tables([10, 20]))
    with pytest.raises(PipelineError, match=r"^results: no score is left under SCALE=training \(2 set aside: no "):
        run(scale="training")


# SCALE=loss


def write_losses(folder, perplexities, metric="ppl", shots=0, task="words"):
    for size, number in perplexities.items():
        table = {task: {metric: number}, "sums": right(int(100 / number), 100)}
        write(folder, f"{size}-{shots}-{metric}.json", v03(table, f"made/tiny-{size}", num_fewshot=shots))


def test_loss_orders_the_models_of_a_family(folder, run):
    write_losses(folder, {"70m": 20.0, "160m": 4.0, "1b": 10.0})
    settings = run(scale="loss", loss="words")
    assert points(settings, "model, scale, scale_name, task") == [
        ("made/tiny-160m", 0.25, "1 / perplexity of words", "sums"),
        ("made/tiny-1b", pytest.approx(0.1), "1 / perplexity of words", "sums"),
        ("made/tiny-70m", pytest.approx(0.05), "1 / perplexity of words", "sums"),
    ]
    assert accounts(settings) == {"kept": 3, "is the scale itself": 3}


def test_losses_of_one_family_are_of_one_prompt_and_metric(folder, run):
    write_losses(folder, {"70m": 20.0, "160m": 4.0})
    write_losses(folder, {"70m": 2.0, "160m": 2.0, "1b": 2.5}, shots=5)
    settings = run(scale="loss", loss="words")
    # Five shots are what all three have.
    assert points(settings, "distinct model, round(scale, 9)") == [
        ("made/tiny-160m", 0.5),
        ("made/tiny-1b", 0.4),
        ("made/tiny-70m", 0.5),
    ]


def test_bits_are_logs_of_perplexities(folder, run):
    losses = {"a": ("bits_per_byte", 2.0), "b": ("byte_perplexity", 4.0), "c": ("bits_per_byte", 0.0)}
    for family, (metric, number) in losses.items():
        table = {"words": {metric: number}, "sums": right(10, 100)}
        write(folder, f"{family}.json", v03(table, f"{family}-1b"))
    settings = run(scale="loss", loss="words")
    assert points(settings, "family, scale") == [("a", 0.25), ("b", 0.25), ("c", 1.0)]


def test_models_whose_loss_is_not_known_are_set_aside(folder, run):
    write_losses(folder, {"70m": 20.0, "160m": 4.0})
    write(folder, "a.json", v03({"sums": right(10, 100)}, "made/tiny-1b"))
    for place, number in enumerate((0.0, -1.0, math.nan, math.inf)):
        write(folder, f"{place}.json", v03({"words": {"ppl": number}}, f"made/bad-{place + 1}b"))
    assert accounts(run(scale="loss", loss="words")) == {"kept": 2, "loss not known": 5, "is the scale itself": 2}


def test_a_loss_that_no_file_holds_is_one_clear_line(folder, run):
    write_sizes(folder, tables([10, 20]))
    with pytest.raises(
        PipelineError, match=r"Next: name with LOSS= a task whose perplexity the results hold; words is"
    ):
        run(scale="loss", loss="words")


# Test sizes, standard errors, directions


def known_n(settings):
    return rows(settings, "select n_test, n_test_basis from tidy_rows order by row_id")


def test_n_test_is_counted_or_follows_from_the_standard_error(folder, run):
    table = {"sums": right(25, 100, used="none")}
    write(folder, "a.json", v04(table, "made/tiny-70m", **{"n-samples": samples(sums=400)}))
    write(folder, "b.json", v04(table, "made/tiny-160m"))
    write(folder, "c.json", v04(table, "made/tiny-410m", **{"n-samples": samples(sums=0)}))
    assert known_n(run()) == [(400, "n-samples"), (100, "standard error"), (100, "standard error")]


def test_every_share_gives_its_n_back(folder, run):
    pairs = {(count, n) for n in (2, 3, 57, 1172, 40_430) for count in (1, n // 2, n - 1)}
    write(folder, "a.json", v03({f"{n}": right(count, n) for count, n in pairs}))
    found = rows(run(), "select task::bigint, n_test, n_test_basis from tidy_rows")
    assert {(n, n, "standard error") for _, n in pairs} == set(found)


def test_a_standard_error_that_fits_no_grid_tells_no_n(folder, run):
    errors = [
        (0.253, right(25, 100)["acc_stderr"]), (0.25, 0.0125), (0.25, None), (0.25, 0.0), (0.0, 0.0), (1.0, 0.0),
    ]  # fmt: skip
    tasks = {f"sums {place}": {"acc": score, "acc_stderr": error} for place, (score, error) in enumerate(errors)}
    write(folder, "a.json", v03(tasks))
    assert known_n(run()) == [(None, None)] * len(errors)


def test_scores_without_n_take_that_of_their_curve(folder, run):
    write_sizes(folder, tables([0, 0, 30, 40, 100]))
    settings = run()
    score.run(settings)
    assert [n for n, _ in known_n(settings)].count(None) == 3
    assert rows(settings, "select n_test, n_test_basis from emergence") == [(100, "standard error")]
    write(folder, "odd.json", v03({"sums": right(20, 50)}, "made/tiny-12b"))
    settings = run()
    score.run(settings)
    assert rows(settings, "select n_test from emergence") == [(None,)]


def test_standard_errors_are_kept(folder, run):
    write_sizes(folder, {size: {"ppl": 9.0, "ppl_stderr": 0.25} for size in SIZES})
    settings = run()
    score.run(settings)
    assert rows(
        settings, "select metric, count(*), any_value(standard_error) from standard_errors group by metric"
    ) == [("ppl", 5, 0.25)]
    ((errors, is_log, n_test),) = rows(settings, "select standard_errors, is_log_scaled, n_test from testable_curves")
    assert (errors, is_log, n_test) == ([0.25] * 5, True, None)


def test_directions_are_of_the_file_or_of_the_seed_or_else_the_metric_is_set_aside(folder, run, capsys):
    told = {"sums": {"vibes": False}}
    write(folder, "a.json", v04({"sums": {"vibes,none": 3.0, "acc,none": 0.5, "ppl,none": 3.0}}, higher_is_better=told))
    write(folder, "b.json", v03({"sums": {"vibes": 3.0, "mystery": 3.0, "riddle": 1.0}}, "made/tiny-1b"))
    settings = run()
    assert rows(settings, "select metric, higher_is_better from known_metrics order by all") == [
        ("acc", True),
        ("ppl", False),
        ("vibes", False),
    ]
    assert accounts(settings) == {"kept": 4, "direction of the metric not known": 2}
    assert "set aside, because nobody says whether higher is better: mystery, riddle\n" in capsys.readouterr().out


def test_a_metric_that_no_seed_knows_is_a_proportion_where_every_value_is_on_its_grid(folder, run):
    up = {"sums": {"hits": True, "rate": True}}
    for size, count in (("70m", 0), ("160m", 30), ("1b", 50)):
        table = right(count, 100, "hits", "none") | {"rate,none": count / 100 + 0.001}
        write(folder, f"{size}.json", v04({"sums": table}, f"made/tiny-{size}", higher_is_better=up))
    write(folder, "nan.json", v04({"sums": {"hits,none": math.nan}}, "made/tiny-2b"))
    assert rows(run(), "select metric, is_proportion from known_metrics order by all") == [
        ("hits", True),
        ("rate", False),
    ]


def test_per_cent_is_set_aside_and_said(folder, run, capsys):
    write_sizes(folder, {"70m": {"acc": 53.1, "f1": 53.1}, "160m": {"acc": -0.5, "f1": 3.0}})
    assert accounts(run()) == {"kept": 2, "a proportion outside 0 to 1, in per cent?": 2}
    assert "load     set aside, in per cent?: sums acc\n" in capsys.readouterr().out


def test_nan_is_kept_and_said(folder, run, capsys):
    write_sizes(folder, {"70m": {"acc": math.nan}, "160m": {"acc": math.inf, "ppl": math.nan}, "1b": {"acc": 0.5}})
    settings = run()
    assert accounts(settings) == {"kept": 4}
    line = "load     NOT FINITE: 3 scores are NaN or infinite (acc, ppl); no curve with one has an E\n"
    assert line in capsys.readouterr().out
    score.run(settings)
    assert rows(settings, "select metric, status from emergence order by metric") == [
        ("acc", "invalid"),
        ("ppl", "single"),
    ]


def test_the_chance_level_is_of_the_file_or_of_a_seed_or_its_lack_is_said(folder, run, capsys):
    names = ("arc_easy", "hendrycksTest-anatomy", "mmlu_pro_law", "free", "mine", "lambada_openai", "riddles")
    told = {"mine": {"output_type": "multiple_choice", "doc_to_choice": ["a", "b", "c"]}}
    write(folder, "a.json", v04({name: right(1, 4, used="none") for name in names}, configs=told))
    write(folder, "b.json", v03({"free": right(1, 4, "exact_match"), "f": {"f1": 0.5}}))
    settings = run()
    score.run(settings)
    levels = rows(settings, "select task, metric, l.chance from curves join chance_levels l using (curve_id)")
    assert {(task, metric): chance for task, metric, chance in levels} == {
        ("arc_easy", "acc"): 0.25,
        ("hendrycksTest-anatomy", "acc"): 0.25,
        ("mmlu_pro_law", "acc"): 0.1,
        ("free", "acc"): None,
        ("free", "exact_match"): 0.0,
        ("f", "f1"): None,
        ("mine", "acc"): pytest.approx(1 / 3),
        ("lambada_openai", "acc"): 0.0,
        ("riddles", "acc"): None,
    }
    said = capsys.readouterr().out
    assert "score    chance level not known, so that proportions of these tasks are not tested" in said
    assert "the columns task and chance): free; riddles\n" in said


# Every value accounted for


def test_of_repeated_runs_the_newest_counts_and_their_spread_is_told(folder, run, capsys):
    for name, date, count in (("a", 200, 10), ("b", 300, 20), ("c", 100, 30)):
        write(folder, f"{name}.json", v04({"sums": right(count, 100, used="none")}, date=date))
    settings = run()
    assert points(settings, "score") == [(0.2,)]
    assert accounts(settings) == {"kept": 1, "repeated run": 2}
    assert rows(settings, "select runs, kept, lowest, highest from repeated_runs") == [(3, 0.2, 0.1, 0.3)]
    said = capsys.readouterr().out
    assert "load     1 value was measured more than once; the newest run of each counts" in said
    assert "They differ most for made/tiny-70m on sums (acc): 0.1 to 0.3.\n" in said


def test_without_a_date_the_larger_file_counts_and_then_the_first(folder, run, capsys):
    write(folder, "a.json", v03({"sums": {"f1": 0.1}}))
    write(folder, "b.json", v03({"sums": {"f1": 0.2, "acc": 0.5}}))
    write(folder, "c.json", v03({"sums": {"f1": 0.3, "acc": 0.6}}))
    assert points(run(), "metric, score") == [("acc", 0.5), ("f1", 0.2)]
    # Without standard errors the widest spread is named.
    assert "2 values were measured more than once;" in (said := capsys.readouterr().out)
    assert "They differ most for made/tiny-70m on sums (f1): 0.1 to 0.3." in said


def test_a_repeat_that_is_no_number_takes_no_place(folder, run):
    write(folder, "a.json", v04({"sums": {"acc,none": [0.5]}}, date=300))
    write(folder, "b.json", v04({"sums": {"acc,none": 0.25}}, date=200))
    settings = run()
    assert points(settings, "score") == [(0.25,)]
    assert accounts(settings) == {"kept": 1, "no number (list)": 1}


def test_models_that_are_left_out_are_counted(folder, run, project):
    write_sizes(folder, tables([10, 20, 30]))
    write(folder, "x.json", v03({"sums": right(1, 4)}, "made/xl"))
    assert accounts(run()) == {"kept": 3, "size not known": 1}
    (project.root / "mine.csv").write_text("model,family,params\nmade/tiny-70m,,\nmade/xl,tiny,7b1\n")
    settings = run(models="mine.csv")
    assert accounts(settings) == {"kept": 3, "left out in models.csv": 1}
    assert ("tiny", "made/xl", 7.1e9, 0.25) in points(settings)


def test_nothing_left_is_one_clear_line(folder, run):
    write(folder, "x.json", v03({"sums": right(1, 4)}, "made/xl"))
    with pytest.raises(
        PipelineError, match=r"^results: no score is left under SCALE=size \(1 set aside: size not known\)"
    ):
        run()


VALUES = st.one_of(
    st.integers(0, 20).map(lambda count: right(count, 20)),
    st.sampled_from([math.nan, math.inf, 53.1, [0.5], None, "x", True]).map(lambda odd: {"acc": odd}),
    st.sampled_from([{}, {"mystery": 3.0}, {"ppl": 3.0, "ppl_stderr": 0.1}, {"": 1.0}, {"alias": "x"}]),
)
DOCUMENTS = st.builds(
    lambda make, results, size, revision, more: (
        make(results, f"made/tiny-{size}") | more
        if make is v04
        else make(results, f"made/tiny-{size}", revision) | more
    ),
    st.sampled_from([v03, v04]),
    st.dictionaries(st.sampled_from(["sums", "words", "riddles"]), VALUES, max_size=3),
    st.sampled_from(["70m", "1b", "xl"]),
    st.sampled_from(["", "step0", "step10", "step20-tokens9B", "stage2-step10"]),
    st.sampled_from([{}, {"date": 5}, {"date": "today"}, {"config": None}, {"results": []}]),
)


# A load takes as long as hundreds of ordinary examples.
@hypothesis_settings(
    max_examples=hypothesis_settings().max_examples // 10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(DOCUMENTS, min_size=1, max_size=12), st.sampled_from(["size", "training", "loss"]))
def test_rows_in_are_kept_or_set_aside_with_a_reason(project, documents, scale):
    for path in (project.root / "results").glob("*"):
        path.unlink()
    for place, document in enumerate(documents):
        write(project.root / "results", f"{place}.json", document)
    settings = replace(project, source="results", scale=scale, loss="words" if scale == "loss" else "")
    try:
        sources.load(settings)
    except PipelineError as error:
        said = str(error)
    else:
        said = ""
    if said:
        assert re.search(r"no score is left|holds results", said)
        return
    counts = accounts(settings)
    assert counts["kept"] == len(points(settings))
    keys = "task, metric, shots, family, model"
    assert rows(settings, f"select {keys} from stg_scores group by all having count(*) > 1") == []
    score.run(settings)


# Strangers


def test_strangers_are_counted_each_with_its_reason(folder, run, capsys):
    write_sizes(folder, tables([10, 20, 30]))
    write(folder, "README.md", b"# Results\n\n{ not JSON }\n")
    write(folder, "samples_sums.jsonl", b'{"results": {"sums": {"acc": 1}}, "model_name": "tiny-1b"}\n' * 3)
    write(folder, "figures/a.svg", PIXEL)
    write(folder, "empty.json", b"")
    write(folder, "deep.json", b'{"results": ' * 50_000)
    write(folder, "no_results.json", {"config": {}})
    write(folder, "empty_results.json", v03({}))
    write(folder, "no_model.json", {"results": {"sums": {"acc": 0.5}}})
    for name, start in (("sparse.json", b'{"results"'), ("zeros.json", b"")):
        with write(folder, name, start).open("r+b") as file:
            file.truncate(200 << 20)
    settings = run()
    assert accounts(settings) == {"kept": 3}
    reasons = dict(rows(settings, "select path, left_out_because from result_files where left_out_because is not null"))
    assert reasons.pop("deep.json").startswith("not JSON: ")
    assert reasons == {
        "README.md": "no JSON object",
        "samples_sums.jsonl": "no JSON object",
        "figures/a.svg": "no JSON object",
        "empty.json": "no JSON object",
        "zeros.json": "no JSON object",
        "no_results.json": "holds no `results`",
        "empty_results.json": "holds no value",
        "no_model.json": "names no model",
        "sparse.json": "has 209,715,200 bytes; at most 67,108,864 are read",
    }
    said = capsys.readouterr().out
    assert "load     13 files = 3 with results + 10 without\n" in said
    assert "load       no JSON object: README.md, empty.json and 3 more\n" in said
    assert "load       1 more file for other reasons, in the table result_files\n" in said


def test_links_and_pipes_are_passed_over_and_counted_and_hidden_files_are_none(folder, run, capsys):
    write_sizes(folder, tables([10, 20]))
    (folder / "link.json").symlink_to(folder / "tiny-70m.json")
    (folder / "away").symlink_to("/")
    (folder / "gone.json").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.json")
    write(folder, ".git/objects.json", v03({"sums": right(1, 4)}))
    write(folder, ".hidden.json", v03({"sums": right(1, 4)}))
    assert accounts(run()) == {"kept": 2}
    said = capsys.readouterr().out
    assert "fetch    2 files, read where they lie in results\n" in said
    assert "fetch    4 links or pipes passed over, no plain files\n" in said


def test_a_folder_of_links_alone_says_so(folder, run, tmp_path):
    write(tmp_path, "elsewhere/a.json", v03({"sums": right(1, 4)}))
    folder.mkdir()
    (folder / "a.json").symlink_to(tmp_path / "elsewhere/a.json")
    with pytest.raises(PipelineError, match=r"holds no file but 1 link, which nobody follows .*Next: "):
        run()


def test_a_file_that_cannot_be_read_is_said(folder, run, monkeypatch, capsys):
    write_sizes(folder, tables([10, 20]))
    opened = Path.open

    def refuse(path, *arguments, **options):
        if path.name == "tiny-70m.json":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    assert accounts(run()) == {"kept": 1}
    assert "load       cannot be read (Permission denied): tiny-70m.json\n" in capsys.readouterr().out


def test_a_folder_without_results_or_files_is_one_clear_line(folder, run):
    folder.mkdir()
    with pytest.raises(PipelineError, match=r"results: holds no file\. Next: "):
        run()
    write(folder, "a.txt", b"x")
    with pytest.raises(
        PipelineError, match=r"^results: none of its 1 file holds results of lm-evaluation-harness .*Next: "
    ):
        run()


NAMES = [
    "../../etc/passwd",
    'people\'s "choice"',
    "x'; drop table stg_scores; --",
    "{{ 6007 * 7 }} {0} %s",
    "| a | b |\n|---|---|\r\n\x1b[2J<script>",
    "nul\x00inside",
    "百川 \u202e",
    " ",
]


def test_names_are_text_whatever_they_hold(folder, run, capsys, project):
    for name in NAMES:
        for size in (1, 2):
            table = {f"{name}{size}": right(size, 4) | {f"{name}unknown": 1.0}}
            write(folder, f"{NAMES.index(name)}-{size}.json", v03(table, f"{name}x-{size}b"))
    settings = run()
    score.run(settings)
    assert accounts(settings) == {"kept": 16, "direction of the metric not known": 16}
    assert {task for (task,) in points(settings, "task")} == {f"{name}{size}" for name in NAMES for size in (1, 2)}
    said = capsys.readouterr().out
    assert not re.search("[\x00\x1b\r\u202e]", said)
    assert all(re.match(r"(fetch|load|models|score) {3}", line) for line in said.splitlines())
    assert {path.name for path in project.root.iterdir()} == {"sql", "results", "data"}


def test_files_whose_names_are_no_text_are_read(folder, run, capsys):
    folder.mkdir()
    for name, content in ((b"odd\xff\n-1b.json", {"results": {"sums": right(1, 4)}}), (b"\xfe.txt", {})):
        place = Path(os.fsdecode(bytes(folder) + b"/" + name))
        write(place.parent, place.name, content)
    settings = run()
    assert rows(settings, "select path, values from result_files order by all") == [
        ("\\xfe.txt", 0),
        ("odd\\xff\n-1b.json", 1),
    ]
    assert "holds no `results`: \\xfe.txt\n" in capsys.readouterr().out


def test_a_folder_is_told_by_its_content(project, tmp_path):
    write_sizes(tmp_path / "anything", tables([10]))
    assert sources.find(replace(project, source=str(tmp_path / "anything"))) is sources.HARNESS
    (tmp_path / "checkout/bigbench/benchmark_tasks").mkdir(parents=True)
    assert sources.find(replace(project, source=str(tmp_path / "checkout"))) is sources.CHECKOUT


# Checks


CHECKS = sorted((ROOT / "sql/checks/sources/harness").rglob("*.sql"))
SABOTAGE = {"values_are_rows": "insert into tidy_rows from tidy_rows limit 1"}


def test_every_check_has_a_case():
    assert [check.stem for check in CHECKS] == sorted(SABOTAGE)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_a_check_passes_on_good_data_and_catches_its_case(folder, run, check):
    write_sizes(folder, tables([10, 20]))
    with database.connect(run().database) as connection:
        database.run_check(connection, check)
        connection.execute(SABOTAGE[check.stem])
        with pytest.raises(PipelineError, match=r"\. Next: .*\[sql/checks/sources/harness/"):
            database.run_check(connection, check)


# Real results, where they lie

# One of the models of `pythia`, with its checkpoints.
PYTHIA_12B = "pythia/evals/pythia-v1/pythia-12b"
REAL = {
    # files, files with results, values, kept, set aside
    "pythia": (876, 876, 130_410, {"kept": 6_174, "another checkpoint": 123_710, "repeated run": 526}),
    "pythia_arithmetic": (238, 238, 47_600, {"kept": 8_000, "another checkpoint": 38_400, "repeated run": 1_200}),
    "v03_opt": (16, 8, 1_024, {"kept": 1_024}),
    "v04": (34, 32, 1_615, {"kept": 1_410, "repeated run": 205}),
}


@pytest.fixture(scope="session")
def real_results(builder):
    """Load a folder of real results, once for all tests; skipped where it is not here."""

    def loaded(name, **options):
        if not (OPEN / name).is_dir():
            pytest.skip(f"the results are not in ../shared/open_models/harness/{name}")

        def with_options(settings):
            return replace(settings, source=str((OPEN / name).resolve()), **options)

        def build(settings):
            began = time.process_time()
            sources.load(with_options(settings))
            (settings.root / "seconds.txt").write_text(f"{time.process_time() - began}")
            score.run(with_options(settings))

        words = "_".join(["harness", name.replace("/", "-"), *options.values()])
        return with_options(builder.project(words, build))

    return loaded


@pytest.mark.parametrize("name", REAL)
def test_real_values_are_accounted_for(real_results, name):
    files, with_results, number, expected = REAL[name]
    settings = real_results(name)
    assert sources.find(settings) is sources.HARNESS
    counted = "count(*), count(*) filter (where left_out_because is null), sum(values)"
    assert rows(settings, f"select {counted} from result_files") == [(files, with_results, number)]
    assert accounts(settings) == expected


def curve_of(settings, task, metric, shots, family):
    return rows(
        settings,
        "select scale, score from curve_points join curves using (curve_id)"
        " where (task, metric, shots, family) = (?, ?, ?, ?) order by position",
        [task, metric, shots, family],
    )


def test_a_real_curve_of_version_03_is_there_to_the_last_digit(real_results):
    assert curve_of(real_results("v03_opt"), "lambada_openai", "ppl", 0, "opt") == [
        (125e6, 26.02103896885129),
        (350e6, 16.39826111439643),
        (1.3e9, 6.644056379058006),
        (2.7e9, 5.119486263101474),
        (6.7e9, 4.252877363060981),
        (13e9, 4.037871980255364),
        (30e9, 3.6290590138646768),
        (66e9, 3.2877565882479303),
    ]


def test_real_pythia_at_its_last_checkpoint(real_results):
    settings = real_results("pythia")
    assert curve_of(settings, "lambada_openai", "acc", 0, "pythia-v1.1") == [
        (70e6, 0.18455268775470599),
        (160e6, 0.3283524160683097),
        (410e6, 0.5162041529206287),
        (1e9, 0.5620027168639627),
        (1.4e9, 0.6161459344071415),
        (2.8e9, 0.6471958082670289),
        (6.9e9, 0.672811954201436),
        (12e9, 0.7046380749078207),
    ]
    facts = "select distinct n_test, chance from testable_curves where task = 'lambada_openai' and metric = 'acc'"
    assert rows(settings, facts) == [(5153, 0.0)]
    # A quiet machine takes four seconds.
    assert float((settings.root / "seconds.txt").read_text()) < 20


def test_a_real_model_in_training_has_tokens(real_results):
    settings = real_results(PYTHIA_12B, scale="training")
    assert accounts(settings) == {"kept": 6_392, "before the first step": 172}
    assert rows(settings, "select distinct scale_name from stg_scores") == [("tokens",)]
    assert rows(settings, "select count(distinct family) from curves") == [(1,)]
    curve = curve_of(settings, "lambada_openai", "acc", 0, "EleutherAI/pythia-v1.1-12b")
    assert curve[-1] == (143_000 * 2_097_152.0, 0.7046380749078207)


def test_a_real_model_by_loss_stands_in_the_order_of_its_perplexity(real_results):
    settings = real_results(PYTHIA_12B, scale="loss", loss="lambada_openai")
    assert accounts(settings) == {"kept": 6_522, "is the scale itself": 42}
    curve = curve_of(settings, "lambada_openai", "acc", 0, "pythia-v1.1")
    assert (pytest.approx(1 / 3.9236415916124625, rel=1e-12), 0.7046380749078207) in curve
    # The largest model did better yet a little before the end of its training.
    assert 3.876 < 1 / curve[-1][0] < 3.9236


def test_real_sums_have_fifty_examples_each_even_where_all_are_wrong(real_results):
    settings = real_results("pythia_arithmetic")
    assert curve_of(settings, "num_reasoning_arithmetic_addition_10", "acc", 0, "pythia-v1.1-deduped")[-1] == (
        12e9,
        0.12,
    )
    assert rows(settings, "select distinct n_test from emergence where status <> 'flat' and n_test is not null") == [
        (50,)
    ]


def test_real_runs_of_one_cell_are_counted_and_the_newest_kept(real_results):
    settings = real_results("v04")
    kept = "select runs, kept, lowest from repeated_runs where model = 'google/gemma-2-9b' and shots = 0 and task = "
    # An early run of it was broken.
    assert rows(settings, f"{kept} 'mmlu'") == [(3, 0.6857997436262641, 0.23287281014100555)]
    assert rows(settings, f"{kept} 'lambada_openai' and metric = 'acc'") == [
        (2, 0.7628565883951096, 0.15913060353192315)
    ]
    assert [y for _, y in curve_of(settings, "mmlu", "acc", 5, "mamba2")] == [
        0.260361771827375,
        0.24910981341689217,
        0.24042159236575986,
        0.25765560461472725,
        0.2455490670844609,
    ]
    assert rows(settings, "select bool_and(is_aggregate) from curves where task in ('mmlu', 'mmlu_stem', 'glue')") == [
        (True,)
    ]
