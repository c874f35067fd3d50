"""What makes a curve look emergent: the SQL on curves worked out by hand, the regression against known answers."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pipeline import database, drivers
from pipeline.drivers import Model
from pipeline.logistic import CHUNK, LATENT_CORRELATION, Fits, cells_of, coverage, draw_outcomes, fit_logistic
from pipeline.settings import ROOT

METRIC_AND_N = Model("m", ("metric_class", "n_test"))


def curves(tasks, n_test, metric, emergent, **others):
    """A frame of curves as the regression takes it."""
    return pd.DataFrame(
        {"task": tasks, "n_test": n_test, "metric_class": metric, "is_emergent": np.asarray(emergent, dtype=bool)}
        | {"n_scales": 8, "family": "GPT", "shots": "0"}
        | others
    )


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


def fitted(frame):
    design = drivers._design(frame, METRIC_AND_N.terms)
    outcome = frame["is_emergent"].to_numpy(dtype=float)
    return fit(design.to_numpy(), outcome, frame["task"].to_numpy())


def fit(design, outcome, tasks):
    """The fit of one outcome, every curve counting one, without the axis of worlds."""
    cells, counts = cells_of(design, outcome, np.asarray(tasks), np.ones(len(design)))
    return Fits(*(numbers[0] for numbers in fit_logistic(cells, counts[None])))


def terms_of(frame, model=METRIC_AND_N):
    terms, overall = drivers.regress(frame, model, "o", np.random.default_rng(1))
    return terms.set_index(["term", "level"]), overall


def test_without_an_association_the_odds_ratio_is_one():
    tasks = np.repeat([f"t{number}" for number in range(20)], 4)
    metric = np.repeat(["exact_str_match", "multiple_choice_grade"], 40)
    frame = curves(tasks, 8, metric, np.tile([True, False, False, False], 20))
    terms, _ = terms_of(frame, Model("m", ("metric_class",)))
    row = terms.loc["metric_class", "exact_str_match"]
    assert row["odds_ratio"] == pytest.approx(1)
    assert (row["curves"], row["tasks"], row["emergent"], row["tasks_with_emergent"]) == (40, 10, 10, 10)
    assert terms.loc[("metric_class", "multiple_choice_grade"), "status"] == "reference"


def test_an_odds_ratio_of_a_two_by_two_table_is_the_cross_product():
    tasks = [f"t{number}" for number in range(40)]
    metric = np.repeat(["exact_str_match", "multiple_choice_grade"], 20)
    emergent = [number < 12 or 20 <= number < 25 for number in range(40)]
    terms, _ = terms_of(curves(tasks, 8, metric, emergent), Model("m", ("metric_class",)))
    assert terms.loc[("metric_class", "exact_str_match"), "odds_ratio"] == pytest.approx(12 * 15 / (8 * 5), rel=1e-5)


def test_the_intercepts_variance_by_hand():
    # Two of four tasks of two curves are emergent throughout: p = 1/2, A = 8/4, B_i = 2/4, U_i = +-1, J_i = U_i / 1.5.
    emergent = np.repeat([1.0, 1.0, 0.0, 0.0], 2)
    found = fit(np.ones((8, 1)), emergent, np.repeat(list("abcd"), 2))
    assert found.coefficients == pytest.approx([0], abs=1e-9)
    assert found.covariance == pytest.approx(np.array([[4 / 1.5**2]]))
    assert found.correlation == 1
    # Four equal tasks, one coefficient.
    assert found.degrees_of_freedom == pytest.approx([3])


def test_a_task_that_holds_nearly_all_curves_leaves_one_degree_of_freedom():
    tasks = np.repeat(["large", "b", "c", "d"], [400, 2, 2, 2])
    emergent = np.tile([1.0, 0.0], 203)
    assert 1 <= fit(np.ones((406, 1)), emergent, tasks).degrees_of_freedom[0] < 1.1


def test_estimates_and_covariance_are_those_of_statsmodels():
    frame = world(1)
    design = drivers._design(frame, METRIC_AND_N.terms)
    gee = sm.GEE(frame["is_emergent"].astype(float), design.to_numpy(), frame["task"], family=sm.families.Binomial())
    theirs, ours = gee.fit(cov_type="bias_reduced", ctol=1e-12), fitted(frame)
    assert ours.coefficients == pytest.approx(theirs.params.to_numpy(), rel=1e-6)
    assert ours.covariance == pytest.approx(theirs.cov_params().to_numpy(), rel=1e-5)


def test_known_odds_ratios_lie_in_95_percent_of_the_intervals():
    truth, inside = np.array([1.2, -0.4]), np.zeros(2)
    for seed in range(200):
        frame = world(seed, tasks=40, own=8)
        cells, counts = cells_of(
            drivers._design(frame, METRIC_AND_N.terms).to_numpy(),
            frame["is_emergent"].to_numpy(dtype=float),
            frame["task"].to_numpy(),
            np.ones(len(frame)),
        )
        low, high = (ends[0, 1:] for ends in fit_logistic(cells, counts[None]).intervals())
        inside += (low < truth) & (truth < high)
    # Three standard errors of 200 Bernoulli draws.
    assert np.all(np.abs(inside / 200 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 200))


def cells_of_tasks(sizes):
    """Cells of an intercept and a number that differs from task to task."""
    tasks = np.repeat(np.arange(len(sizes)), sizes)
    design = np.column_stack([np.ones(len(tasks)), tasks % 5])
    return cells_of(design, np.zeros(len(tasks)), tasks, np.ones(len(tasks)))[0]


def test_redrawn_outcomes_have_their_probability_and_agree_within_tasks():
    cells, worlds = cells_of_tasks(np.full(50, 2)), 4000
    truth = np.array([-1.0, 0.5])
    drawn = draw_outcomes(cells, truth, worlds, np.random.default_rng(1))
    chance = 1 / (1 + np.exp(-cells.design @ truth))
    # Four standard errors of the mean of two curves that correlate, at most.
    assert np.all(np.abs(drawn.mean(axis=0) / 2 - chance) < 4 * np.sqrt(0.25 / worlds))
    # At even odds two normals that correlate by r are below zero together with 1/4 + arcsin(r) / (2 pi).
    even = draw_outcomes(cells, np.zeros(2), worlds, np.random.default_rng(2))
    share = 1 / 4 + np.arcsin(LATENT_CORRELATION) / (2 * np.pi)
    assert (even == 2).mean() == pytest.approx(share, abs=4 * np.sqrt(0.25 / even.size))


def test_many_like_tasks_give_intervals_that_hold():
    held, fitted = coverage(cells_of_tasks(np.full(100, 5)), np.array([-1.0, 0.3]), 400, np.random.default_rng(3))
    assert fitted == 400
    assert np.all(np.abs(held - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 400))


def test_worlds_that_run_off_are_not_counted():
    # Of ten tasks of one curve some worlds have one outcome alone, or are separated. They are drawn in chunks.
    cells, truth = cells_of_tasks(np.full(10, 1)), np.array([-1.0, 0.0])
    _, fitted = coverage(cells, truth, 200, np.random.default_rng(4))
    random = np.random.default_rng(4)
    drawn = np.vstack([draw_outcomes(cells, truth, CHUNK, random) for _ in range(200 // CHUNK)])
    assert 0 < fitted < 200
    assert fitted == sum(not drivers.is_separated(cells.design, outcome) for outcome in drawn)


def test_a_large_sample_gives_the_odds_ratio_back():
    terms, fit = terms_of(world(7, tasks=2000, own=10, spread=0.05))
    assert fit["status"] == "fitted"
    assert terms.loc[("metric_class", "exact_str_match"), "odds_ratio"] == pytest.approx(np.exp(1.2), rel=0.1)
    assert terms.loc[("n_test", ""), "odds_ratio"] == pytest.approx(np.exp(-0.4), rel=0.05)


def test_where_a_task_counts_one_its_size_does_not_matter():
    model = Model("m", ("metric_class",), counts_tasks=True)
    tasks = [f"t{number}" for number in range(40)]
    metric = np.repeat(["exact_str_match", "multiple_choice_grade"], 20)
    frame = curves(tasks, 8, metric, [number < 12 or 20 <= number < 25 for number in range(40)])
    larger = pd.concat([frame, *[frame[frame["task"] == "t0"]] * 50], ignore_index=True)
    terms, fit = terms_of(larger, model)
    assert terms.loc[("metric_class", "exact_str_match"), "odds_ratio"] == pytest.approx(4.5, rel=1e-5)
    assert fit["effective_tasks"] == pytest.approx(40)


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
    assert drivers.is_separated(design, np.array(outcome, dtype=float)) is expected


def test_a_separated_model_is_named_and_has_no_odds_ratio():
    doublings = np.arange(3, 43)
    frame = curves([f"t{number}" for number in doublings], 2.0**doublings, "exact_str_match", doublings > 20)
    terms, fit = terms_of(frame, Model("m", ("n_test",)))
    assert fit["status"] == "separated"
    assert terms.loc[("n_test", ""), "status"] == "separated"
    assert terms["odds_ratio"].isna().all()


def test_a_level_of_too_few_tasks_is_named_with_its_counts_and_leaves_with_its_curves():
    frame = world(3)
    lone = curves(["x", "x", "y"], 64, "other", [True, True, True])
    terms, fit = terms_of(pd.concat([frame, lone], ignore_index=True))
    row = terms.loc["metric_class", "other"]
    assert (row["status"], row["curves"], row["tasks"], row["emergent"]) == ("too few tasks", 3, 2, 3)
    assert pd.isna(row["odds_ratio"])
    assert fit["curves"] == len(frame)
    alone, _ = terms_of(frame)
    assert terms.loc[("n_test", ""), "odds_ratio"] == alone.loc[("n_test", ""), "odds_ratio"]


def test_nothing_is_fitted_to_emergent_curves_of_two_tasks():
    frame = world(4)
    frame["is_emergent"] &= frame["task"].isin(["t000", "t001"])
    terms, fit = terms_of(frame)
    assert fit["status"] == "too few tasks"
    assert terms["odds_ratio"].isna().all()
    assert set(terms["status"]) == {"too few tasks", "reference"}


def test_terms_that_repeat_each_other_are_not_fitted():
    frame = world(5)
    frame["n_scales"] = np.log2(frame["n_test"])
    assert terms_of(frame, Model("m", ("n_test", "n_scales")))[1]["status"] == "terms repeat each other"


def test_a_term_that_varies_in_one_task_alone_is_not_fitted():
    n_test = np.full(120, 16)
    n_test[:4] = [32, 64, 128, 256]
    emergent = np.random.default_rng(1).random(120) < 0.4
    frame = curves(np.repeat([f"t{number}" for number in range(30)], 4), n_test, "exact_str_match", emergent)
    assert terms_of(frame)[1]["status"] == "rests on one task"


def test_no_curves_are_no_error():
    terms, fit = terms_of(world(6).iloc[:0])
    assert (fit["curves"], fit["status"]) == (0, "too few tasks")
    assert terms["odds_ratio"].isna().all()


def test_inflation_of_two_numbers_is_the_usual_one():
    correlation = 0.8
    information = np.eye(3)
    information[1:, 1:] = [[1, correlation], [correlation, 1]]
    assert drivers.inflation_factor(information, [1]) == pytest.approx(np.sqrt(1 / (1 - correlation**2)))
    assert drivers.inflation_factor(np.eye(4), [1, 2]) == pytest.approx(1)


def test_the_order_of_curves_does_not_matter():
    frame = world(8)
    shuffled = frame.sample(frac=1, random_state=1).reset_index(drop=True)
    pd.testing.assert_frame_equal(terms_of(frame)[0], terms_of(shuffled)[0])


BASE = {"task": "t", "subtask": "t", "metric": "exact_str_match", "shots": 0, "family": "GPT", "is_aggregate": False}
BASE |= {"n_scales": 8, "n_test": 200, "n_test_basis": "rule", "status": "finite", "score": 150.0}


@pytest.fixture
def sql(connection):
    """Build the drivers' tables from curves that differ from BASE as said."""
    connection.execute("set variable threshold = 100.0")
    connection.execute(
        "create table seed_two_metrics as from (values ('exact_str_match'), ('multiple_choice_grade')) t(metric)"
    )

    def build(*changes):
        made = pd.DataFrame([BASE | change for change in changes])  # noqa: F841 - read by the query below
        connection.execute("create or replace table emergence as from made")
        connection.execute(
            "create or replace table reading_values as"
            " select *, reading, case when status = 'flat' then 0 when status = 'finite' or"
            " (status = 'infinite' and reading = 'with_infinite') then score end as value"
            " from emergence cross join (values ('published'), ('with_infinite')) r(reading)"
        )
        for name in ("42_driver_curves", "43_driver_outcomes", "44_driver_exclusions", "45_driver_cells"):
            database.build_table(connection, ROOT / f"sql/{name}.sql")
        return connection

    return build


def parts(connection, outcome):
    rows = connection.execute(
        "select part, curves, emergent from driver_exclusions where outcome = ? order by number", [outcome]
    ).fetchall()
    return {part.split(":")[0].split(",")[0]: (count, emergent) for part, count, emergent in rows}


def test_every_curve_has_one_place(sql):
    connection = sql(
        {},
        {"shots": 1, "status": "flat", "score": None},
        {"shots": 2, "status": "infinite", "score": float("inf")},
        {"shots": 3, "status": "single", "score": None, "n_scales": 1},
        {"subtask": "a", "is_aggregate": True, "n_test": None},
        {"subtask": "b", "n_scales": 3, "score": 2.0},
        {"subtask": "c", "n_test": None, "n_test_basis": None},
        {"family": "BIG-G T=0"},
        {"family": "BIG-G T=1"},
        {"family": "BIG-G T=1", "subtask": "d"},
        {"subtask": "e", "n_test": 90, "score": 5.0},
    )
    shared = {
        "single scale or invalid score": (1, 0),
        "aggregate": (1, 1),
        "two or three scales": (1, 0),
        "n_test not known": (1, 1),
        "BIG-G T=1 copy of a T=0 curve": (1, 1),
    }
    assert parts(connection, "with_infinite") == {"in the regression": (6, 4)} | shared
    assert parts(connection, "published") == {"in the regression": (4, 3)} | shared | {
        "infinite score": (1, 0),
        "n_test so small that no finite |E| can pass the threshold": (1, 0),
    }


@pytest.mark.parametrize(
    ("n_test", "n_scales", "can"),
    # Of an even number of steps two middle ones are averaged: 0 and 1/n leave 1/n over the root of two.
    [(100, 8, False), (101, 8, True), (70, 9, False), (71, 9, True)],
)
def test_how_large_a_finite_score_can_be(sql, n_test, n_scales, can):
    connection = sql({"n_test": n_test, "n_scales": n_scales, "score": 1.0})
    assert ("in the regression" in parts(connection, "published")) is can
    unknown_grid = sql({"n_test": n_test, "n_scales": n_scales, "score": 1.0, "n_test_basis": "source"})
    assert "in the regression" in parts(unknown_grid, "published")


def test_the_bound_is_reached():
    # y * 2n = 0, 0, ..., one step of 1/n, then the rest: n_scales = 5, steps 0, 0, 1/n, (n-1)/n.
    n = 50
    scores = np.array([0, 0, 0, 1, n]) / n
    step = np.sqrt(np.median(np.diff(scores) ** 2))
    assert np.ptp(scores) / step == pytest.approx(np.sqrt(2) * n)


def test_the_effective_number_of_tasks_by_hand(sql):
    connection = sql({}, {"shots": 1}, {"shots": 2}, {"task": "u", "score": 5.0})
    [row] = connection.execute(
        "select curves, tasks, effective_tasks, share_of_largest_task, emergent_with_infinite from driver_cells"
    ).fetchall()
    assert row == pytest.approx((4, 2, 1 / (0.75**2 + 0.25**2), 0.75, 3))


def test_no_real_curve_is_above_its_bound(real):
    largest, curves_at = real.execute(
        "select max(abs(emergence_score) / largest_finite), count(*) from driver_curves"
        " inner join emergence using (task, subtask, metric, shots, family) where driver_curves.status = 'finite'"
        " and largest_finite is not null"
    ).fetchone()
    assert curves_at > 5000
    assert largest <= 1 + 1e-9


def test_what_the_real_scores_allow(real):
    status = dict(real.execute("select outcome, any_value(status) from driver_fits group by outcome").fetchall())
    assert status == {"with_infinite": "fitted", "published": "too few tasks", "published_tenth": "fitted"}
    sparse = real.execute("select count(*) from driver_odds where status = 'too few tasks' and odds_ratio is not null")
    assert sparse.fetchone() == (0,)
