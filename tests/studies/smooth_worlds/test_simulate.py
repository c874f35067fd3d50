"""The world without emergence: what it is made of, that its stages are the real ones, and what is counted in it."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline import analyse, database, files, load, report, score, simulate, theory, world
from pipeline.errors import PipelineError
from pipeline.fetch import run as fetch
from pipeline.fetch import table
from pipeline.settings import ROOT, Settings
from pipeline.world import Design, KindKnobs, Knobs

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
    log10_c=9, sd_task=0, sd_subtask=0, alpha=0.5, sd_log_alpha=0, sd_item=0, sd_model=0, hopeless_share=0,
    chance_share=0, chance_share_zero_shot=0, zero_shot_loss=0, warm_loss=0, family_loss={},
)  # fmt: skip
QUIET = world.without_noise(Knobs(match=PLAIN, match_few=PLAIN, grade=PLAIN, other=PLAIN, mean_length=1.0001))


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


@pytest.fixture
def committed(project):
    """A project with the committed curves, which is all that a simulated world needs."""
    target = table.stand_in_path(project)
    target.parent.mkdir(parents=True)
    shutil.copy2(table.stand_in_path(Settings(root=ROOT)), target)
    return replace(project, source="simulated")


@pytest.fixture(scope="module")
def real_design():
    return world.read_design(Settings(root=ROOT))


def test_a_world_without_noise_and_with_many_examples_is_the_formula():
    """The answers are drawn, so a mean of n marks is within five standard errors, 5 * 0.5 / sqrt(n), of the formula."""
    n = 40_000
    for metric, kind in (("exact_str_match", "match"), ("exact_str_match", "match_few")):
        scores = by_model(world.simulate(design_of(metric, kind, n), QUIET))
        expected = theory.accuracy(theory.token_probability(theory.token_loss(np.array([2e6, 1e9, 1.28e11]), c=1e9)))
        assert abs(scores.to_numpy() - expected).max() < 2.5 / np.sqrt(n)


def test_the_length_of_an_answer_is_a_power_of_the_token_probability():
    n, knobs = 40_000, replace(QUIET, mean_length=3.0)
    scores = world.simulate(design_of("exact_str_match", "match", n, subtasks=5), knobs)
    p = theory.token_probability(theory.token_loss(1.28e11, c=1e9))
    found = scores[(scores["family"] == "BIG-G T=0") & (scores["model"] == "128b")]["score"].to_numpy()
    lengths = np.round(np.log(found) / np.log(p))
    assert (lengths >= 1).all()
    assert abs(found - theory.accuracy(p, lengths)).max() < 2.5 / np.sqrt(n)


def test_an_endless_multiple_choice_test_set_is_a_step_over_chance():
    n = 40_000
    scores = by_model(world.simulate(design_of("multiple_choice_grade", "grade", n), QUIET))
    p = theory.token_probability(theory.token_loss(np.array([2e6, 1e9, 1.28e11]), c=1e9))
    expected = theory.multiple_choice_grade(p, 4)
    assert expected.tolist() == [0.25, 1.0, 1.0]
    assert abs(scores.to_numpy() - expected).max() < 2.5 / np.sqrt(n)


def test_metrics_without_guesses_are_exact():
    params = np.array([2e6, 1e9, 1.28e11])
    loss = theory.token_loss(params, c=1e9)
    probability = by_model(world.simulate(design_of("correct_prob_mass", "probability"), QUIET))
    np.testing.assert_allclose(probability, theory.token_probability(loss), rtol=1e-12)
    losses = by_model(world.simulate(design_of("log_likelihood", "loss"), QUIET))
    np.testing.assert_allclose(losses, -np.minimum(loss, world.LARGEST_LOSS), rtol=1e-12)


def test_overlap_is_in_per_cent_and_bleu_is_steeper():
    params = np.array([2e6, 1e9, 1.28e11])
    p = theory.token_probability(theory.token_loss(params, c=1e9))
    rouge = by_model(world.simulate(design_of("rougeLsum", "overlap", 40_000), QUIET))
    bleu = by_model(world.simulate(design_of("bleu", "overlap", 40_000), QUIET))
    assert abs(rouge.to_numpy() - 100 * p).max() < 100 * 2.5 / np.sqrt(40_000)
    assert abs(bleu.to_numpy() - 100 * p**2.5).max() < 2.5 * 100 * 2.5 / np.sqrt(40_000)


def test_the_expected_score_rises_at_every_scale_of_every_noiseless_curve():
    """No emergence by construction: without luck in the marks, no curve falls and the loss is a straight line."""
    knobs = world.without_noise(Knobs(match=replace(PLAIN, sd_task=1, sd_subtask=1, sd_log_alpha=0.3)))
    rows = world.simulate(design_of("exact_str_match", "match", 40_000, subtasks=20), knobs)
    for _, scores in rows[rows["family"] == "BIG-G T=0"].groupby("subtask"):
        assert (np.diff(scores["score"]) > -5 * 0.5 / np.sqrt(40_000)).all()


def test_a_seed_is_a_world(real_design):
    small = Design(real_design.curves.iloc[::60].reset_index(drop=True), real_design.models)
    first, again, other = (world.simulate(small, Knobs(), seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert (first["score"] != other["score"]).any()


def test_a_world_does_not_depend_on_the_order_of_the_design():
    plain = design_of("exact_str_match", "match", 7, subtasks=9)
    shuffled = Design(plain.curves.sample(frac=1, random_state=1).reset_index(drop=True), MODELS)
    knobs = Knobs()
    pd.testing.assert_frame_equal(world.simulate(plain, knobs), world.simulate(shuffled, knobs))


def test_scores_lie_on_the_grid_of_their_examples():
    for metric, kind in (("exact_str_match", "match"), ("multiple_choice_grade", "grade")):
        rows = world.simulate(design_of(metric, kind, 7, subtasks=30), Knobs())
        counts = rows["score"] * 7
        assert abs(counts - counts.round()).max() < 1e-9
        assert rows["score"].between(0, 1).all()


def test_temperatures_share_grades_and_not_sampled_text():
    knobs = Knobs()
    grades = world.simulate(design_of("multiple_choice_grade", "grade", 500, subtasks=300), knobs)
    cold, warm = (grades[grades["family"] == f"BIG-G T={t}"]["score"].to_numpy() for t in (0, 1))
    equal = (cold == warm).mean()
    # 900 scores: three standard errors.
    assert abs(equal - (1 - knobs.warm_redraw)) < 3 * np.sqrt(knobs.warm_redraw / 900)
    assert abs(cold - warm).max() < 1 / 500 + 1e-12
    text = world.simulate(design_of("exact_str_match", "match", 500, subtasks=50), knobs)
    cold, warm = (text[text["family"] == f"BIG-G T={t}"]["score"].to_numpy() for t in (0, 1))
    assert warm.mean() < cold.mean()


def test_constant_answerers_repeat_themselves_and_may_stand_below_chance():
    hopeless = replace(PLAIN, chance_share=1.0)
    knobs = replace(QUIET, grade=hopeless, constant_share=1.0, switch_share=0.0, label_precision=20.0)
    rows = world.simulate(design_of("multiple_choice_grade", "grade", 100, subtasks=200), knobs)
    own = rows[rows["family"] == "BIG-G T=0"]
    assert (own.groupby("subtask")["score"].nunique() == 1).all()
    means = own.groupby("subtask")["score"].first()
    assert 0.3 < (means < 0.25).mean() < 0.7
    assert abs(means.mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 21 / 200)


def test_deviations_make_scores_vary_by_more_than_the_binomial():
    n = 2_000
    for spread, is_wide in ((0.0, False), (0.5, True)):
        knobs = replace(QUIET, match=replace(PLAIN, sd_model=spread))
        scores = by_model(world.simulate(design_of("exact_str_match", "match", n, subtasks=200), knobs))["1b"]
        binomial = np.sqrt(scores.mean() * (1 - scores.mean()) / n)
        assert bool(scores.std() > 3 * binomial) is is_wide


def test_an_aggregate_is_the_mean_of_its_leaves():
    leaves = design_of("exact_str_match", "match", 5, subtasks=4).curves
    rows = [("task", "task", True, "normalized_aggregate_score", "aggregate", 1, f, len(m), 5, 0.25)
            for f, m in FAMILIES.items()]  # fmt: skip
    found = world.simulate(Design(pd.concat([leaves, curves(*rows)], ignore_index=True), MODELS), Knobs())
    leaf_means = found[found["metric"] == "exact_str_match"].groupby(["family", "model"])["score"].mean()
    whole = found[found["subtask"] == "task"].set_index(["family", "model"])["score"]
    pd.testing.assert_series_equal(whole.sort_index(), 100 * leaf_means, check_names=False)


def test_the_design_is_the_real_one(real_design):
    rows = world.simulate(real_design, Knobs())
    keys = ["task", "subtask", "metric", "shots", "family"]
    scales = rows.groupby(keys).size()
    expected = real_design.curves.set_index(keys)["n_scales"].sort_index()
    assert len(scales) == 20_500
    assert (scales.sort_index() == expected).all()
    assert rows["score"].notna().all()
    assert real_design.curves["n_test"].between(1, 1024).all()


def test_it_goes_through_the_stages_without_scores_or_network(committed):
    fetch(committed)
    load.run(committed)
    score.run(committed)
    analyse.run(committed)
    with database.connect(committed.database, read_only=True) as connection:
        counts = dict(connection.execute("from row_counts").fetchall())
        statuses = dict(connection.execute("select status, count(*) from emergence group by status").fetchall())
        (address,) = database.fetch_row(connection, "select address from provenance")
        finite = "select emergence_score from emergence where status = 'finite'"
        scores = connection.execute(finite).df()["emergence_score"]
    assert counts["in"] == counts["kept"] > 180_000
    assert sum(statuses.values()) == 20_500
    assert "simulated" in address
    assert (abs(scores) < 1e6).all(), "steps of rounding errors"
    assert committed.is_simulated
    assert not Settings().is_simulated
    assert committed.results(is_stand_in=False) == committed.data / "runs" / "simulated"
    report.run(committed)
    text = (committed.results(is_stand_in=False) / "report.md").read_text()
    assert text.startswith("# SIMULATED: ")
    assert "A world in which nothing emerges" in text
    assert "published Figure 5A" not in text


def test_the_table_is_the_same_bytes_each_time(real_design, tmp_path):
    small = Design(real_design.curves.iloc[::60].reset_index(drop=True), real_design.models)
    paths = [world.write(world.simulate(small, Knobs()), tmp_path / f"{i}.parquet") for i in range(2)]
    assert files.sha256(paths[0]) == files.sha256(paths[1])


def test_without_committed_curves_it_says_what_to_do(project):
    with pytest.raises(PipelineError, match=r"cannot be read .* Next: bring it back with `git checkout"):
        world.read_design(project)


def test_a_world_is_not_compared_with_itself(project):
    with pytest.raises(PipelineError, match=r"compared with real scores, and this run has none. Next: put "):
        simulate.run(replace(project, source="simulated"))


def counted(emergent, value):
    by_metric = pd.DataFrame(
        {
            "reading": "published",
            "metric": ["bleu", simulate.TWO_METRICS, simulate.ALL_METRICS],
            "curves": [10, 20, 30],
            "emergent": [emergent, 2 * emergent, 3 * emergent],
        }
    )
    fit = pd.DataFrame(
        {"quantity": ["mean score"], "metric": ["bleu"], "member": ["GPT A"], "family": ["GPT"], "params": [1],
         "count": [5], "value": [value]}
    )  # fmt: skip
    return simulate.Counts(by_metric, fit)


def test_real_counts_stand_beside_the_spread_of_the_worlds():
    compared, fit = simulate.compare(counted(5, 0.5), [counted(count, 0.1 * count) for count in (1, 2, 3)])
    row = compared.set_index("metric").loc["bleu"]
    assert row[["real_emergent", "simulated_emergent", "simulated_low", "simulated_high"]].tolist() == [
        5,
        2,
        1.05,
        2.95,
    ]
    assert row["real_share"] == 0.5
    assert row["simulated_share"] == 0.2
    assert not row["is_within"]
    assert fit.loc[0, "simulated"] == pytest.approx(0.2)
    found = simulate.findings(compared, fit)
    assert found.beyond["metric"].tolist() == ["bleu"]
    assert found.emergent["ratio"].tolist() == [6 / 15]
    assert found.share_two_metrics[["real_share", "simulated_share"]].to_numpy().tolist() == [[10 / 15, 4 / 6]]
    assert found.fit[["compared", "within", "mean_gap"]].to_numpy().tolist() == [[1, 0, pytest.approx(0.3)]]


def test_the_committed_tables_are_of_this_code():
    """One world of the forty, counted anew, lies among those that the committed table summarises."""
    settings = Settings(root=ROOT)
    counts = simulate.count_world(settings, world.read_design(settings), simulate.SEEDS[0])
    fresh = counts.by_metric.set_index(["reading", "metric"])["emergent"]
    committed = pd.read_csv(ROOT / "outputs" / "tables" / "simulated_world.csv").set_index(["reading", "metric"])
    assert set(fresh.index) == set(committed.index)
    mean = committed["simulated_emergent"]
    everything = [key for key in fresh.index if key[1] == simulate.ALL_METRICS]
    assert (abs(fresh[everything] - mean[everything]) <= 4 * np.sqrt(mean[everything]) + 0.2 * mean[everything]).all()
