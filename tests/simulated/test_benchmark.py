"""The benchmark without emergence: what it is made of, and what follows from its parameters."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT, Settings
from pipeline.simulated import benchmark
from pipeline.simulated.benchmark import Design, KindKnobs, Knobs
from pipeline.studies.theory import model as theory

FAMILIES = {
    "BIG-G T=0": [("2m", 2e6), ("1b", 1e9), ("128b", 1.28e11)],
    "BIG-G T=1": [("2m", 2e6), ("1b", 1e9), ("128b", 1.28e11)],
    "GPT": [("Small", 1.25e8), ("Large", 1.75e11)],
}
MODELS = pd.DataFrame(
    [(family, model, params) for family, models in FAMILIES.items() for model, params in models],
    columns=["family", "model", "params"],
)
# One task scored by whole answers, c = 1e9 and alpha = 0.5 in every subtask.
PLAIN = KindKnobs(
    log10_c=9, sd_task=0, sd_subtask=0, alpha=0.5, sd_log_alpha=0, sd_example=0, sd_model=0, hopeless_share=0,
    chance_share=0, chance_share_zero_shot=0, zero_shot_loss=0, copy_loss=0, family_loss={},
)  # fmt: skip
QUIET = benchmark.without_noise(Knobs(match=PLAIN, match_few=PLAIN, grade=PLAIN, other=PLAIN, mean_length=1.0001))


def curves(*rows):
    columns = ["task", "subtask", "is_aggregate", "metric", "kind", "shots", "family", "n_scales", "n_test", "chance"]
    return pd.DataFrame(rows, columns=columns)


def design_of(metric, kind, n_test=1000, *, subtasks=1, chance=0.25):
    return Design(
        curves(
            *[
                ("task", f"task:{i}", False, metric, kind, 1, family, len(models), n_test, chance)
                for i in range(subtasks)
                for family, models in FAMILIES.items()
            ]
        ),
        MODELS,
    )


def by_model(rows, family="BIG-G T=0"):
    return rows[rows["family"] == family].set_index("model")["score"]


@pytest.fixture(scope="module")
def real_design():
    return benchmark.read_design(Settings(root=ROOT))


def test_a_benchmark_without_noise_and_with_many_examples_is_the_formula():
    """The answers are drawn, so a mean of n marks is within five standard errors, 5 * 0.5 / sqrt(n), of the formula."""
    n = 40_000
    for metric, kind in (("exact_str_match", "match"), ("exact_str_match", "match_few")):
        scores = by_model(benchmark.simulate(design_of(metric, kind, n), QUIET))
        expected = theory.accuracy(theory.token_probability(theory.token_loss(np.array([2e6, 1e9, 1.28e11]), c=1e9)))
        assert abs(scores.to_numpy() - expected).max() < 2.5 / np.sqrt(n)


def test_the_length_of_an_answer_is_a_power_of_the_token_probability():
    n, knobs = 40_000, replace(QUIET, mean_length=3.0)
    scores = benchmark.simulate(design_of("exact_str_match", "match", n, subtasks=5), knobs)
    p = theory.token_probability(theory.token_loss(1.28e11, c=1e9))
    found = scores[(scores["family"] == "BIG-G T=0") & (scores["model"] == "128b")]["score"].to_numpy()
    lengths = np.round(np.log(found) / np.log(p))
    assert (lengths >= 1).all()
    assert abs(found - theory.accuracy(p, lengths)).max() < 2.5 / np.sqrt(n)


def test_an_endless_multiple_choice_test_set_is_a_step_over_chance():
    n = 40_000
    scores = by_model(benchmark.simulate(design_of("multiple_choice_grade", "grade", n), QUIET))
    p = theory.token_probability(theory.token_loss(np.array([2e6, 1e9, 1.28e11]), c=1e9))
    expected = theory.multiple_choice_grade(p, 4)
    assert expected.tolist() == [0.25, 1.0, 1.0]
    assert abs(scores.to_numpy() - expected).max() < 2.5 / np.sqrt(n)


def test_metrics_without_guesses_are_exact():
    params = np.array([2e6, 1e9, 1.28e11])
    loss = theory.token_loss(params, c=1e9)
    probability = by_model(benchmark.simulate(design_of("correct_prob_mass", "probability"), QUIET))
    np.testing.assert_allclose(probability, theory.token_probability(loss), rtol=1e-12)
    losses = by_model(benchmark.simulate(design_of("log_likelihood", "loss"), QUIET))
    np.testing.assert_allclose(losses, -np.minimum(loss, benchmark.LARGEST_LOSS), rtol=1e-12)


def test_overlap_is_in_per_cent_and_bleu_is_steeper():
    params = np.array([2e6, 1e9, 1.28e11])
    p = theory.token_probability(theory.token_loss(params, c=1e9))
    rouge = by_model(benchmark.simulate(design_of("rougeLsum", "overlap", 40_000), QUIET))
    bleu = by_model(benchmark.simulate(design_of("bleu", "overlap", 40_000), QUIET))
    assert abs(rouge.to_numpy() - 100 * p).max() < 100 * 2.5 / np.sqrt(40_000)
    assert abs(bleu.to_numpy() - 100 * p**2.5).max() < 2.5 * 100 * 2.5 / np.sqrt(40_000)


def test_the_expected_score_rises_at_every_scale_of_every_noiseless_curve():
    """No emergence by construction: without luck in the marks, no curve falls and the loss is a straight line."""
    knobs = benchmark.without_noise(Knobs(match=replace(PLAIN, sd_task=1, sd_subtask=1, sd_log_alpha=0.3)))
    rows = benchmark.simulate(design_of("exact_str_match", "match", 40_000, subtasks=20), knobs)
    for _, scores in rows[rows["family"] == "BIG-G T=0"].groupby("subtask"):
        assert (np.diff(scores["score"]) > -5 * 0.5 / np.sqrt(40_000)).all()


def test_a_seed_is_a_benchmark(real_design):
    small = Design(real_design.curves.iloc[::60].reset_index(drop=True), real_design.models)
    first, again, other = (benchmark.simulate(small, Knobs(), seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert (first["score"] != other["score"]).any()


def test_it_does_not_depend_on_the_order_of_the_design():
    plain = design_of("exact_str_match", "match", 7, subtasks=9)
    shuffled = Design(plain.curves.sample(frac=1, random_state=1).reset_index(drop=True), MODELS)
    knobs = Knobs()
    pd.testing.assert_frame_equal(benchmark.simulate(plain, knobs), benchmark.simulate(shuffled, knobs))


def test_scores_lie_on_the_grid_of_their_examples():
    for metric, kind in (("exact_str_match", "match"), ("multiple_choice_grade", "grade")):
        rows = benchmark.simulate(design_of(metric, kind, 7, subtasks=30), Knobs())
        counts = rows["score"] * 7
        assert abs(counts - counts.round()).max() < 1e-9
        assert rows["score"].between(0, 1).all()


def test_temperatures_share_grades_and_not_sampled_text():
    knobs = Knobs()
    grades = benchmark.simulate(design_of("multiple_choice_grade", "grade", 500, subtasks=300), knobs)
    original, copy = (grades[grades["family"] == f"BIG-G T={t}"]["score"].to_numpy() for t in (0, 1))
    equal = (original == copy).mean()
    # 900 scores: three standard errors.
    assert abs(equal - (1 - knobs.copy_redraw)) < 3 * np.sqrt(knobs.copy_redraw / 900)
    assert abs(original - copy).max() < 1 / 500 + 1e-12
    text = benchmark.simulate(design_of("exact_str_match", "match", 500, subtasks=50), knobs)
    original, copy = (text[text["family"] == f"BIG-G T={t}"]["score"].to_numpy() for t in (0, 1))
    assert copy.mean() < original.mean()


def test_constant_answerers_repeat_themselves_and_may_stand_below_chance():
    hopeless = replace(PLAIN, chance_share=1.0)
    knobs = replace(QUIET, grade=hopeless, constant_share=1.0, switch_share=0.0, label_precision=20.0)
    rows = benchmark.simulate(design_of("multiple_choice_grade", "grade", 100, subtasks=200), knobs)
    own = rows[rows["family"] == "BIG-G T=0"]
    assert (own.groupby("subtask")["score"].nunique() == 1).all()
    means = own.groupby("subtask")["score"].first()
    assert 0.3 < (means < 0.25).mean() < 0.7
    assert abs(means.mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 21 / 200)


def test_deviations_make_scores_vary_by_more_than_the_binomial():
    n = 2_000
    for spread, is_wide in ((0.0, False), (0.5, True)):
        knobs = replace(QUIET, match=replace(PLAIN, sd_model=spread))
        scores = by_model(benchmark.simulate(design_of("exact_str_match", "match", n, subtasks=200), knobs))["1b"]
        binomial = np.sqrt(scores.mean() * (1 - scores.mean()) / n)
        assert bool(scores.std() > 3 * binomial) is is_wide


def test_an_aggregate_is_the_mean_of_its_leaves():
    leaves = design_of("exact_str_match", "match", 5, subtasks=4).curves
    rows = [("task", "task", True, "normalized_aggregate_score", "aggregate", 1, f, len(m), 5, 0.25)
            for f, m in FAMILIES.items()]  # fmt: skip
    found = benchmark.simulate(Design(pd.concat([leaves, curves(*rows)], ignore_index=True), MODELS), Knobs())
    leaf_means = found[found["metric"] == "exact_str_match"].groupby(["family", "model"])["score"].mean()
    whole = found[found["subtask"] == "task"].set_index(["family", "model"])["score"]
    pd.testing.assert_series_equal(whole.sort_index(), 100 * leaf_means, check_names=False)


def test_the_table_is_the_same_bytes_each_time(real_design, tmp_path):
    small = Design(real_design.curves.iloc[::60].reset_index(drop=True), real_design.models)
    paths = [benchmark.write(benchmark.simulate(small, Knobs()), tmp_path / f"{i}.parquet") for i in range(2)]
    assert files.sha256(paths[0]) == files.sha256(paths[1])


def test_without_committed_curves_it_says_what_to_do(project):
    with pytest.raises(PipelineError, match=r"cannot be read .* Next: bring it back with `git checkout"):
        benchmark.read_design(project)
