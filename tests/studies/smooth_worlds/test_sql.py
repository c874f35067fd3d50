"""The SQL of smooth worlds: observed beside expected, and which scenarios are ruled out, by hand on tiny tables."""

import pandas as pd
import pytest

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.curve_tests.estimates import COLUMNS
from tests.studies.made_curves import SQL
from tests.studies.smooth_worlds.conftest import ALL_OUT, ONE_OUT, STRATUM, check, count, stratum

CHECKS = SQL / "checks/studies/smooth_worlds"


def told(connection, query):
    return connection.execute(query).fetchall()


def test_a_scenario_is_ruled_out_by_one_failed_check_and_the_worst_one_is_named(build):
    connection = build(
        checks=[
            check("combined"),
            check("combined", statistic="roughness"),
            check("logistic", unexplained=-40.0, is_ruled_out=True),
            check("logistic", statistic="roughness", n_test_class="200+", unexplained=30.0, is_ruled_out=True),
            # Further off, and not ruled out: too uncertain to say.
            check("logistic", answers="multiple choice", unexplained=90.0),
        ]
    )
    assert told(connection, "from scenario_verdicts order by scenario") == [
        ("combined", 2, 0, False, None),
        ("logistic", 3, 2, True, "zero steps (free answer, 10-49 test examples)"),
    ]


def test_how_far_off_a_check_is_is_relative_to_what_was_observed(build):
    of_many = check("logistic", observed=1000.0, unexplained=100.0, is_ruled_out=True)
    of_few = check("logistic", statistic="roughness", observed=10.0, unexplained=5.0, is_ruled_out=True)
    connection = build(checks=[of_many, of_few])
    assert told(connection, "select worst from scenario_verdicts") == [
        ("roughness (free answer, 10-49 test examples)",)
    ]


def test_the_overview_is_of_all_curves_in_the_order_of_the_seeds(build):
    connection = build(
        counts=[count("combined"), count("logistic", expected=50.0), count("combined", metric="bleu", observed=7.0)],
        checks=ONE_OUT,
    )
    found = "select scenario, observed, expected, is_ruled_out, checks, failed from scenario_overview order by place"
    assert told(connection, found) == [
        ("logistic", 100.0, 50.0, True, 1, 1),
        ("combined", 100.0, 80.0, False, 1, 0),
    ]


def test_a_scenario_without_a_check_is_not_ruled_out(build):
    connection = build(counts=[count("combined")])
    found = told(connection, "select is_ruled_out, checks, failed, worst from scenario_overview")
    assert found == [(False, 0, 0, None)]


def test_a_scenario_that_has_no_counts_is_no_line(build):
    connection = build(counts=[count("combined")], checks=ONE_OUT)
    assert told(connection, "select count(*) from seed_scenarios")[0][0] > 2
    assert told(connection, "select scenario from scenario_overview") == [("combined",)]


SCENARIOS = [
    count("combined", share=0.8, share_low=0.6, share_high=0.9, unexplained_low=5.0, unexplained_high=30.0),
    count("ceiling", expected=70.0, share=0.7, share_low=0.5, share_high=0.8, unexplained_low=9.0),
    count("logistic", expected=20.0, share=0.2, share_low=0.1, share_high=1.5, unexplained_low=-9.0),
]


def test_the_range_over_plausible_and_over_all_scenarios(build):
    connection = build(counts=SCENARIOS, checks=ONE_OUT)
    [found] = connection.execute("from scenario_range").df().to_dict("records")
    assert found == {
        "convention": "with_infinite", "curves": 900, "observed": 100, "scenarios": 3, "checks": 1, "plausible": 2,
        "least": 20, "largest": 80, "plausible_least": 70, "plausible_largest": 80,
        "plausible_least_share": 0.7, "plausible_largest_share": 0.8,
        "plausible_share_low": 0.5, "plausible_share_high": 0.9, "least_share": 0.2, "largest_share": 0.8,
        "plausible_unexplained_low": 5, "plausible_unexplained_high": 40,
    }  # fmt: skip


def test_where_all_are_ruled_out_there_is_no_plausible_range(build):
    connection = build(counts=SCENARIOS, checks=ALL_OUT)
    assert told(connection, "select plausible, least, largest, plausible_least from scenario_range") == [
        (0, 20, 80, None)
    ]


def grouped(scenario, **changes):
    return count(scenario, **{"metric": "bleu", "n_test_class": "200+", "observed": 7.0, "curves": 30.0} | changes)


GROUPS = [
    grouped("combined", expected=6.0, unexplained_low=-1.0, unexplained_high=3.0),
    grouped("ceiling", expected=4.0, unexplained_low=0.0, unexplained_high=5.0),
    grouped("logistic", expected=1.0, unexplained_low=-8.0, unexplained_high=9.0),
    # Of another convention, over all metrics, and of one temperature.
    grouped("combined", convention="published", expected=99.0),
    grouped("combined", metric="all", expected=99.0),
    grouped("combined", temperature="T=0", expected=99.0),
]


@pytest.mark.parametrize(
    ("checks", "expected"), [(ONE_OUT, (7, 4, 6, -1, 5)), (ALL_OUT, (7, 1, 6, -8, 9)), ([], (7, 1, 6, -8, 9))]
)
def test_groups_are_of_plausible_scenarios_or_of_all_where_none_is(build, checks, expected):
    connection = build(counts=SCENARIOS + GROUPS, checks=checks)
    columns = "metric, n_test_class, number, curves, observed, least, largest, unexplained_low, unexplained_high"
    found = told(connection, f"select {columns} from scenario_groups")
    assert found == [("bleu", "200+", 4, 30, *expected)]


def test_temperatures_are_compared_on_the_smallest_test_sets_with_free_answers(build):
    connection = build(
        counts=[count("independent examples", temperature="T=0", observed=9.0, expected=5.0), *SCENARIOS],
        strata=[
            stratum("free answer", "1-9", "T=0", zero_steps=90, zero_steps_independent=70.0),
            stratum("free answer", "1-9", "T=1", zero_steps=60, zero_steps_independent=61.0),
            stratum("free answer", "10-49", "T=0", zero_steps=5),
            stratum("multiple choice", "1-9", "T=0", zero_steps=4),
        ],
    )
    columns = "temperature, zero_steps, zero_steps_independent, emergent, emergent_independent"
    assert told(connection, f"select {columns} from temperatures order by 1") == [
        ("T=0", 90, 70, 9, 5),
        ("T=1", 60, 61, None, None),
    ]


def test_strata_are_told_where_there_is_an_estimate(build):
    connection = build(
        strata=[
            stratum("free answer", "1-9", "T=0", shared=0.5, noise=0.1),
            stratum("free answer", "1-9", "T=1", shared=0.0, noise=0.3),
            stratum("multiple choice", "200+", "T=0", shared=None, noise=None, constant=0.2, constant_high=0.4),
        ]
    )
    assert told(connection, "from strata_overview") == [(2, 0, 0.5, 0.3, 0.2, 0.0, 0.4)]
    assert told(build(strata=[stratum("free answer", "1-9", "T=0", shared=None)]), "from strata_overview") == []


ADDING_UP = [
    count("combined"),
    count("combined", n_test_class="1-9", observed=60.0, curves=500.0),
    count("combined", n_test_class="200+", observed=40.0, curves=400.0),
]
SABOTAGE = {
    "groups_add_up": [
        "update scenario_counts set observed = observed + 1 where n_test_class = '1-9'",
        "update scenario_counts set curves = curves - 1 where n_test_class = '200+'",
        "delete from scenario_counts where n_test_class <> 'all'",
        "update scenario_overview set observed = 99",
    ],
}


def test_every_check_has_a_case():
    assert sorted(path.stem for path in CHECKS.glob("*.sql")) == sorted(SABOTAGE)


@pytest.mark.parametrize(("name", "sabotage"), [(name, case) for name, cases in SABOTAGE.items() for case in cases])
def test_each_check_passes_on_good_data_and_catches_its_case(build, name, sabotage):
    connection = build(counts=ADDING_UP)
    database.run_check(connection, CHECKS / f"{name}.sql")
    connection.execute(sabotage)
    with pytest.raises(PipelineError, match=r"Next: .*\[sql/checks/studies/smooth_worlds/"):
        database.run_check(connection, CHECKS / f"{name}.sql")


@pytest.mark.parametrize("path", sorted(CHECKS.glob("*.sql")), ids=lambda path: path.stem)
def test_each_check_says_what_its_rows_would_mean_and_what_to_do(path):
    meaning, remedy = path.read_text(encoding="utf-8").splitlines()[:2]
    assert meaning.startswith("-- ")
    assert remedy.startswith("-- ")
    assert remedy.endswith(".")


def test_the_made_tables_have_the_columns_of_the_real_ones(build):
    connection = build(counts=[count("combined")], checks=ONE_OUT, strata=[stratum("free answer", "1-9", "T=0")])
    for name in ("scenario_counts", "scenario_checks", "strata"):
        made = list(connection.execute(f"from {name} limit 0").df())
        real = list(pd.read_csv(SQL.parent / "outputs/tables" / f"{name}.csv", nrows=0))
        assert set(made) <= set(real), name


def test_without_a_stratum_the_table_has_the_columns_that_are_read():
    of_guesses = {"constant", "constant_low", "constant_high"}
    assert set(STRATUM) <= {*COLUMNS} | of_guesses
