"""Metric or size of the test set: the SQL on curves worked out by hand, the regression against known answers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.study import Run
from pipeline.report.narrative import queries
from pipeline.studies.metric_and_size import compute
from pipeline.studies.metric_and_size.compute import design_of, effective_number, fit, is_separated, regress
from pipeline.studies.metric_and_size.section import STUDY
from tests.studies.made_curves import SQL, prepared, study
from tests.studies.told import told

EXACT, GRADE, SIZE = ("metric", "exact_str_match"), ("metric", "multiple_choice_grade"), ("n_test", "")


def curves(tasks, n_test, metric, emergent, **others):
    """A frame of curves as the regression takes it."""
    return pd.DataFrame(
        {"task": tasks, "n_test": n_test, "metric_class": metric, "is_emergent": np.asarray(emergent, dtype=bool)}
        | {"family": "GPT", "shots": "0", "is_emergent_published": False}
        | others
    )


def two_by_two():
    """Forty tasks of one curve; 12 of 20 are emergent under exact_str_match, 5 of 20 under multiple_choice_grade."""
    emergent = [number < 12 or 20 <= number < 25 for number in range(40)]
    metric = np.repeat(["exact_str_match", "multiple_choice_grade"], 20)
    return curves([f"t{number}" for number in range(40)], 8, metric, emergent)


def world(seed, *, tasks=60, own=20, log_odds=(-1.0, 1.2, -0.4), spread=0.3):
    """Beta-binomial tasks whose marginal log odds are intercept, exact_str_match, doubling of n_test."""
    random = np.random.default_rng(seed)
    is_exact = random.permutation(np.arange(tasks) % 2)
    doublings = random.uniform(3, 10, tasks).round()
    chance = 1 / (1 + np.exp(-(log_odds[0] + log_odds[1] * is_exact + log_odds[2] * (doublings - 6))))
    strength = 1 / spread - 1
    chance = random.beta(chance * strength, (1 - chance) * strength)
    sizes = random.integers(1, 2 * own, tasks)
    metric = np.where(is_exact == 1, "exact_str_match", "multiple_choice_grade")
    return curves(
        np.repeat([f"t{number:03}" for number in range(tasks)], sizes),
        np.repeat(2**doublings, sizes),
        np.repeat(metric, sizes),
        random.random(sizes.sum()) < np.repeat(chance, sizes),
    )


def terms_of(frame):
    return regress(frame).set_index(["term", "level"])


def sandwich(frame, coefficients):
    """The covariance of Mancl and DeRouen (2001), written down once more, for tasks of a few curves."""
    design = design_of(frame).to_numpy()
    expected = 1 / (1 + np.exp(-design @ coefficients))
    variance = expected * (1 - expected)
    bread = np.linalg.inv(design.T @ (variance[:, None] * design))
    meat = np.zeros_like(bread)
    for task in frame["task"].unique():
        own = (frame["task"] == task).to_numpy()
        x, weights = design[own], np.diag(variance[own])
        leverage = weights @ x @ bread @ x.T
        residuals = np.linalg.solve(np.eye(own.sum()) - leverage, frame["is_emergent"][own] - expected[own])
        meat += np.outer(x.T @ residuals, x.T @ residuals)
    return bread @ meat @ bread


def test_without_an_association_the_odds_ratio_is_one():
    tasks = np.repeat([f"t{number}" for number in range(20)], 4)
    metric = np.repeat(["exact_str_match", "multiple_choice_grade"], 40)
    terms = terms_of(curves(tasks, 8, metric, np.tile([True, False, False, False], 20)))
    row = terms.loc[EXACT]
    assert row["odds_ratio"] == pytest.approx(1)
    assert (row["curves"], row["tasks"], row["emergent"], row["tasks_with_emergent"]) == (40, 10, 10, 10)
    assert row["effective_tasks"] == 10
    assert row["verdict"] == "interval includes 1"
    assert terms.loc[GRADE, "verdict"] == "reference"
    assert pd.isna(terms.loc[GRADE, "odds_ratio"])
    assert terms.loc[SIZE, "verdict"] == "not fitted: all curves have the same n_test"


def test_an_odds_ratio_of_a_two_by_two_table_is_the_cross_product():
    assert terms_of(two_by_two()).loc[EXACT, "odds_ratio"] == pytest.approx(12 * 15 / (8 * 5), rel=1e-5)


def test_the_interval_is_students_with_one_degree_of_freedom_less_than_effective_tasks():
    frame = two_by_two()
    # A metric's log odds ratio has the variance of two means; reduced bias divides residuals by 1 - 1/20.
    of_log_odds = [1 / (20 * p * (1 - p)) / 0.95**2 for p in (12 / 20, 5 / 20)]
    reach = stats.t.ppf(0.975, 19) * np.sqrt(sum(of_log_odds))
    row = terms_of(frame).loc[EXACT]
    assert [row["low"], row["high"]] == pytest.approx(4.5 * np.exp([-reach, reach]), rel=1e-5)
    assert row["low"] < 1
    assert row["verdict"] == "interval includes 1"


def test_the_intercepts_variance_by_hand():
    # Two of four tasks of two curves are emergent throughout: p = 1/2, A = 8/4, B_i = 2/4, U_i = +-1, J_i = U_i / 1.5.
    frame = curves(np.repeat(list("abcd"), 2), 8, "exact_str_match", np.repeat([1.0, 1.0, 0.0, 0.0], 2))
    found = fit(frame, design_of(frame))
    assert list(found) == ["intercept"]
    assert found["intercept"].value == pytest.approx(0, abs=1e-9)
    assert found["intercept"].error ** 2 == pytest.approx(4 / 1.5**2)


def test_the_covariance_is_that_of_mancl_and_derouen():
    frame = world(1, tasks=20, own=4)
    found = fit(frame, design_of(frame))
    expected = sandwich(frame, np.array([each.value for each in found.values()]))
    assert [each.error**2 for each in found.values()] == pytest.approx(np.diag(expected), rel=1e-6)


@pytest.mark.thorough
def test_known_odds_ratios_lie_in_95_percent_of_the_intervals():
    truth, inside = np.exp([1.2, -0.4]), np.zeros(2)
    for seed in range(200):
        frame = world(seed, tasks=40, own=8)
        found, tasks = fit(frame, design_of(frame)), frame["task"]
        is_exact = frame["metric_class"] == "exact_str_match"
        said = [
            compute._said(found["metric_class_exact_str_match"], [tasks[is_exact], tasks[~is_exact]], ""),
            compute._said(found["n_test"], [tasks], ""),
        ]
        inside += [row["low"] < odds < row["high"] for row, odds in zip(said, truth, strict=True)]
    # Three standard errors of 200 Bernoulli draws.
    assert np.all(np.abs(inside / 200 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 200))


def test_a_large_sample_gives_the_odds_ratio_back():
    terms = terms_of(world(7, tasks=2000, own=10, spread=0.05))
    assert terms.loc[EXACT, "odds_ratio"] == pytest.approx(np.exp(1.2), rel=0.1)
    assert terms.loc[SIZE, "odds_ratio"] == pytest.approx(np.exp(-0.4), rel=0.05)
    assert set(terms["verdict"]) == {"reference", "interval excludes 1"}


def test_the_effective_number_of_tasks():
    assert effective_number(pd.Series(["a", "a", "a", "b"])) == pytest.approx(1 / (0.75**2 + 0.25**2))
    assert effective_number(pd.Series(list("abcdefghij"))) == 10
    assert effective_number(pd.Series([], dtype=str)) == 0


def test_a_task_that_holds_nearly_all_curves_leaves_nothing_identified():
    frame = two_by_two()
    large = curves("t0", 8, "exact_str_match", np.tile([True, False], 300))
    row = terms_of(pd.concat([frame, large], ignore_index=True)).loc[EXACT]
    assert row["verdict"] == "not identified: fewer than 10 effective tasks"
    assert row["effective_tasks"] == pytest.approx(620**2 / (601**2 + 19), rel=1e-5)
    # The estimate stays, and its interval has no end that is worth the name.
    assert row["low"] < 1e-6
    assert row["high"] > 1e6


def test_a_contrast_is_no_better_identified_than_its_reference():
    large = curves("t39", 8, "multiple_choice_grade", np.tile([True, False], 300))
    terms = terms_of(pd.concat([two_by_two(), large], ignore_index=True))
    assert terms.loc[EXACT, "effective_tasks"] == 20
    assert terms.loc[GRADE, "effective_tasks"] < 2
    assert terms.loc[EXACT, "verdict"].startswith("not identified")


def test_without_multiple_choice_the_reference_is_the_level_with_most_curves():
    frame = two_by_two().replace({"metric_class": {"multiple_choice_grade": "other"}})
    assert terms_of(frame.iloc[1:]).loc[("metric", "other"), "verdict"] == "reference"
    assert terms_of(frame.iloc[:-1]).loc[EXACT, "verdict"] == "reference"


@pytest.mark.parametrize(
    ("numbers", "outcome", "expected"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], True),
        ([1, 2, 2, 3], [0, 0, 1, 1], True),  # only partly: the twos overlap
        ([1, 2, 3, 4], [0, 1, 0, 1], False),
        ([1, 2, 3, 4], [1, 0, 0, 1], False),
        ([1, 1, 1, 1], [0, 0, 0, 0], True),
    ],
)
def test_separation(numbers, outcome, expected):
    design = np.column_stack([np.ones(4), numbers])
    assert is_separated(design, np.array(outcome, dtype=float)) is expected


def test_a_separated_model_is_named_and_has_no_odds_ratio():
    doublings = np.arange(3, 43)
    terms = terms_of(curves([f"t{number}" for number in doublings], 2.0**doublings, "exact_str_match", doublings > 20))
    assert terms.loc[SIZE, "verdict"] == compute.SEPARATED
    assert terms["odds_ratio"].isna().all()


def test_a_level_of_too_few_tasks_is_named_with_its_counts_and_leaves_with_its_curves():
    frame = world(3)
    lone = curves(["x", "x", "y"], 64, "other", [True, True, True])
    terms = terms_of(pd.concat([frame, lone], ignore_index=True))
    row = terms.loc["metric", "other"]
    assert row["verdict"] == "left out: emergent curves, or the others, come from fewer than 3 tasks"
    assert (row["curves"], row["tasks"], row["emergent"]) == (3, 2, 3)
    assert pd.isna(row["odds_ratio"])
    assert terms.loc[SIZE, "curves"] == len(frame)
    assert terms.loc[SIZE, "odds_ratio"] == terms_of(frame).loc[SIZE, "odds_ratio"]


def test_a_sparse_family_leaves_with_its_curves_too():
    frame = world(3)
    lone = curves("t000", 64, "exact_str_match", [True, False], family="PaLM")
    pd.testing.assert_frame_equal(terms_of(pd.concat([frame, lone], ignore_index=True)), terms_of(frame))


def test_family_and_shots_are_held_fixed():
    # Emergent is who has shots; exact_str_match has more of them. Within the shots the metrics do not differ.
    def part(number, metric, shots, emergent):
        tasks = [f"{metric} {shots} {place}" for place in range(number)]
        return curves(tasks, 8, metric, np.arange(number) < emergent, shots=shots)

    frame = pd.concat(
        [
            part(40, "exact_str_match", "3", 30),
            part(20, "exact_str_match", "0", 5),
            part(20, "multiple_choice_grade", "3", 15),
            part(40, "multiple_choice_grade", "0", 10),
        ],
        ignore_index=True,
    )
    assert terms_of(frame).loc[EXACT, "odds_ratio"] == pytest.approx(1)
    assert terms_of(frame.assign(shots="0")).loc[EXACT, "odds_ratio"] == pytest.approx(35 * 35 / 25**2, rel=1e-5)


def test_nothing_is_fitted_to_emergent_curves_of_two_tasks():
    frame = world(4)
    frame["is_emergent"] &= frame["task"].isin(["t000", "t001"])
    terms = terms_of(frame)
    assert terms["odds_ratio"].isna().all()
    assert set(terms["verdict"]) == {compute.TOO_FEW, "reference"}


@pytest.mark.parametrize("number", [0, 1, 5])
def test_nothing_is_fitted_to_one_task_or_none(number):
    terms = terms_of(curves(["t"] * number, 8, "other", np.arange(number) < 2))
    assert terms.loc[SIZE, "verdict"] == compute.TOO_FEW
    assert terms.loc[SIZE, "curves"] == number
    assert terms["odds_ratio"].isna().all()


@pytest.mark.parametrize("emergent", [True, False])
def test_nothing_is_fitted_where_all_curves_are_alike(emergent):
    terms = terms_of(world(4).assign(is_emergent=emergent))
    assert terms.loc[SIZE, "verdict"] == compute.TOO_FEW
    assert terms["odds_ratio"].isna().all()


def test_terms_that_repeat_each_other_are_not_fitted():
    frame = world(5)
    frame["family"] = frame["metric_class"]
    assert terms_of(frame).loc[EXACT, "verdict"] == compute.REPEATED


def test_a_term_that_varies_in_one_task_alone_is_not_fitted():
    n_test = np.full(120, 16)
    n_test[:4] = [32, 64, 128, 256]
    emergent = np.random.default_rng(1).random(120) < 0.4
    frame = curves(np.repeat([f"t{number}" for number in range(30)], 4), n_test, "exact_str_match", emergent)
    assert terms_of(frame).loc[SIZE, "verdict"] == compute.REPEATED


def test_the_order_of_curves_does_not_matter():
    frame = world(8)
    shuffled = frame.sample(frac=1, random_state=1).reset_index(drop=True)
    pd.testing.assert_frame_equal(terms_of(frame), terms_of(shuffled))


@pytest.fixture
def build(connection):
    """Make the study's tables from curves that differ from BASE as said."""
    prepared(connection)

    def make(*changes):
        study(connection, "metric_and_size", *changes)
        for name, frame in STUDY.compute(connection, Run()).items():
            database.make_table(connection, name, frame)
        return connection

    return make


# One of every kind: in the regression are the first three, the BIG-G ones but the copy, and the one of few examples.
KINDS = (
    {},
    {"shots": 1, "status": "flat", "emergence_score": None},
    {"shots": 2, "status": "infinite", "emergence_score": float("inf")},
    {"shots": 3, "status": "single", "emergence_score": None, "n_scales": 1},
    {"subtask": "a", "is_aggregate": True},
    {"subtask": "b", "n_scales": 3, "emergence_score": 2.0},
    {"subtask": "c", "n_test": None, "n_test_basis": None},
    {"family": "BIG-G T=0"},
    {"family": "BIG-G T=1"},
    {"family": "BIG-G T=1", "subtask": "d"},
    {"subtask": "e", "n_test": 9, "emergence_score": 5.0, "metric": "bleu"},
    {"task": "u", "metric": "multiple_choice_grade", "n_test": 50, "emergence_score": -300.0, "n_test_basis": "source"},
)


def test_which_curves_are_in_the_regression(build):
    found = build(*KINDS).execute(
        "select curve_id, metric_class, n_test_class, shots, is_emergent, is_emergent_published"
        " from regressed_curves order by curve_id"
    )
    assert found.fetchall() == [
        (1, "exact_str_match", "200+", "0", True, True),
        (2, "exact_str_match", "200+", "1", False, False),
        (3, "exact_str_match", "200+", "2", True, False),
        (8, "exact_str_match", "200+", "0", True, True),
        (10, "exact_str_match", "200+", "0", True, True),
        (11, "other", "1-9", "0", False, False),
        (12, "multiple_choice_grade", "50-199", "0", True, True),
    ]


def test_what_cannot_be_fitted_is_counted_all_the_same(build):
    connection = build(*KINDS)
    [row] = connection.execute("from metric_and_size where term = 'n_test'").df().to_dict("records")
    assert row["verdict"] == compute.TOO_FEW
    assert [row[name] for name in compute.COUNTS] == [7, 2, pytest.approx(49 / 37, rel=1e-5), 5, 2, 4, 2]
    absence = STUDY.absence(Run(), queries(connection))
    assert absence.startswith("too few tasks")
    assert "5 of 7 curves with a known n_test and four or more scales are emergent, from 2 of 2 tasks" in absence


def test_without_a_known_n_test_there_is_nothing_to_regress(build):
    connection = build({"n_test": None})
    assert connection.execute("select curves from metric_and_size").fetchall() == [(0,)]
    assert STUDY.absence(Run(), queries(connection)).startswith("no curve of a single subtask has both")


def test_the_effective_number_of_tasks_by_hand(build):
    connection = build({}, {"shots": 1}, {"shots": 2}, {"task": "u", "emergence_score": 5.0})
    [row] = connection.execute(
        "select curves, tasks, effective_tasks, share_of_largest_task, emergent, tasks_with_emergent, share_emergent"
        " from metric_by_n_test"
    ).fetchall()
    assert row == pytest.approx((4, 2, 1 / (0.75**2 + 0.25**2), 0.75, 3, 1, 0.75))


def chapter(connection):
    return told(STUDY, STUDY.numbers(Run(), queries(connection)))


def many(number, emergent, **others):
    """As many tasks of one curve, some of them emergent."""
    return [
        {"task": f"{others} {place}", "emergence_score": 150.0 if place < emergent else 5.0} | others
        for place in range(number)
    ]


def test_the_chapter_says_what_is_identified(build):
    grades = many(20, 5, metric="multiple_choice_grade")
    text = chapter(build(*many(20, 12), *grades))
    assert "As far as these scores can say:" in text
    assert "are 4.5 times" in text
    assert "under exact_str_match what they are under multiple_choice_grade, with family" in text
    assert "17 of the curves are emergent, from 17 tasks" in text
    assert "cannot be trusted" not in text


def test_the_chapter_says_what_is_not(build):
    same = [{"task": "one", "shots": 0, "subtask": f"s{number}"} for number in range(200)]
    text = chapter(build(*many(20, 12), *same, *many(20, 5, metric="bleu", n_test=None), *many(20, 5, metric="bleu")))
    assert "These scores do not identify which of the two it is." in text
    assert "under other metrics what they are under exact_str_match" in text
    assert "intervals over fewer than 10 cannot be trusted" in text


SABOTAGE = {
    "cells_add_up": "update metric_by_n_test set curves = curves + 1 where metric_class = 'other'",
    "curves_count_once": "insert into regressed_curves from regressed_curves limit 1",
    "finite_scores_fit_n_test": "update emergence set n_test = 99 where curve_id = 10",
    "levels_add_up": "update metric_and_size set curves = curves + 1 where level = 'other'",
}


@pytest.mark.parametrize("check", sorted((SQL / "checks/studies/metric_and_size").glob("*.sql")), ids=lambda p: p.stem)
def test_each_check_passes_on_good_data_and_catches_its_case(build, check):
    connection = build(*(kind | {"emergence_score": 5.0} if kind.get("n_test") == 9 else kind for kind in KINDS))
    database.run_check(connection, check)
    connection.execute(SABOTAGE[check.stem])
    with pytest.raises(PipelineError) as caught:
        database.run_check(connection, check)
    assert f"[{check.relative_to(SQL.parent)}]" in str(caught.value)


@pytest.mark.parametrize(
    "sabotage",
    [
        "update metric_by_n_test set effective_tasks = 1.5 where tasks = 1",
        "update metric_by_n_test set effective_tasks = 0.5 where tasks = 1",
        "update metric_by_n_test set emergent = emergent + 1 where metric_class = 'other'",
    ],
)
def test_cells_have_no_more_effective_tasks_than_tasks(build, sabotage):
    connection = build(*KINDS)
    connection.execute(sabotage)
    with pytest.raises(PipelineError, match="more effective tasks than tasks"):
        database.run_check(connection, SQL / "checks/studies/metric_and_size/cells_add_up.sql")


def test_a_copy_is_not_in_the_regression_with_its_original(build):
    connection = build(*KINDS)
    connection.execute("update regressed_curves set curve_id = 9 where curve_id = 8")
    with pytest.raises(PipelineError, match="together with their copy"):
        database.run_check(connection, SQL / "checks/studies/metric_and_size/curves_count_once.sql")


@pytest.mark.parametrize(
    ("n_test", "n_scales", "can"),
    # Of an even number of steps two middle ones are averaged: 0 and 1/n leave 1/n over the root of two.
    [(99, 8, False), (100, 8, True), (70, 9, False), (71, 9, True)],
)
def test_how_large_a_finite_score_can_be(build, n_test, n_scales, can):
    check = SQL / "checks/studies/metric_and_size/finite_scores_fit_n_test.sql"
    curve = {"n_test": n_test, "n_scales": n_scales, "emergence_score": -100.0}
    database.run_check(build(curve | {"n_test_basis": "source"}), check)
    connection = build(curve)
    if can:
        database.run_check(connection, check)
    else:
        with pytest.raises(PipelineError, match="so few test examples"):
            database.run_check(connection, check)


def test_the_bound_is_reached():
    # y * 2n = 0, 0, ..., one step of 1/n, then the rest: n_scales = 5, steps 0, 0, 1/n, (n-1)/n.
    n = 50
    scores = np.array([0, 0, 0, 1, n]) / n
    step = np.sqrt(np.median(np.diff(scores) ** 2))
    assert np.ptp(scores) / step == pytest.approx(np.sqrt(2) * n)


def test_no_real_curve_is_above_its_bound(real):
    largest, curves_at = real.execute(
        "select max(abs(emergence_score) / (n_test * if(n_scales % 2 = 0, 1, sqrt(2)))), count(*) from emergence"
        " where status = 'finite' and n_test_basis in ('rule', 'grid')"
    ).fetchone()
    assert curves_at > 5000
    assert largest <= 1 + 1e-9


def test_what_the_real_scores_allow(real):
    found = real.execute("from metric_and_size").df().set_index(["term", "level"])
    # The estimates of the same regression, fitted by other code before.
    assert found.loc[EXACT, "odds_ratio"] == pytest.approx(5.03408, rel=1e-5)
    assert found.loc[SIZE, "odds_ratio"] == pytest.approx(0.746992, rel=1e-5)
    assert (found.loc[SIZE, "curves"], found.loc[SIZE, "tasks"]) == (9_436, 145)
    assert found.loc[SIZE, "effective_tasks"] == pytest.approx(5.92966, rel=1e-5)
    assert (found.loc[SIZE, "emergent_published"], found.loc[SIZE, "tasks_with_emergent_published"]) == (6, 2)
    assert {found.loc[term, "verdict"] for term in (EXACT, SIZE)} == {compute.UNIDENTIFIED}
    assert found.loc[("metric", "other"), "verdict"] == compute.NOT_COUNTED


def test_below_ten_examples_few_tasks_hold_nearly_all_curves(real):
    found = real.execute(
        "select metric_class, curves, tasks, round(effective_tasks, 3), emergent from metric_by_n_test"
        " where n_test_class = '1-9' order by metric_class"
    ).fetchall()
    assert found == [("exact_str_match", 5040, 2, 1.943, 2166), ("multiple_choice_grade", 1344, 3, 1.037, 148)]
