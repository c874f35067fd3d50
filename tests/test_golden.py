"""Every published number, and every count that the report rests on, on the real scores."""

import pytest

from pipeline.core import database

pytestmark = pytest.mark.usefixtures("real")


def rows(connection, query):
    return connection.execute(query).fetchall()


def test_every_row_is_accounted_for(real):
    assert dict(rows(real, "from row_counts")) == {"in": 183_819, "kept": 183_755, "set aside: averaged": 64}


def test_status_of_every_curve(real):
    assert dict(rows(real, "select status, count(*) from emergence group by status")) == {
        "finite": 12_198,
        "flat": 4_689,
        "infinite": 3_553,
        "single": 56,
        "invalid": 4,
    }


def test_all_published_numbers_are_reproduced(real):
    assert rows(real, "select claim, published, reproduced from reproduction where not agrees") == []
    assert (
        database.count(real, "select count(*) from reproduction where starts_with(claim, 'Figure 5A: largest')") == 39
    )


def test_the_five_metrics(real):
    over = rows(real, "select metric from by_metric where convention = 'published' and emergent > 0 order by metric")
    assert [metric for (metric,) in over] == [
        "bleu",
        "exact_str_match",
        "multiple_choice_grade",
        "normalized_aggregate_score",
        "rougeLsum",
    ]


def test_annotated_tasks(real):
    assert rows(real, "select metric, tasks from annotated order by tasks desc") == [
        ("multiple_choice_grade", 51),
        ("exact_str_match", 11),
        ("normalized_aggregate_score", 3),
        ("bleu", 2),
    ]


def test_base_rates_and_association(real):
    assert rows(real, "select members, two_metrics from task_base_rates where population = 'tasks: JSON'") == [
        (167, 137)
    ]
    assert rows(real, "select two_metrics, other_metrics from annotated_odds order by is_emergent desc") == [
        (62, 3),
        (75, 27),
    ]
    tests = dict(rows(real, "select statistic, value from annotated_tests"))
    assert tests["odds ratio, sample"] == pytest.approx(62 * 27 / (3 * 75))
    assert tests["Fisher's exact p, two-sided"] == pytest.approx(3.1e-4, abs=0.05e-4)
    assert tests["Fisher's exact p, greater"] == pytest.approx(1.6e-4, abs=0.05e-4)


@pytest.mark.parametrize(
    ("convention", "emergent", "two", "metrics"),
    [
        ("published", 47, 11, 5),
        ("signed", 46, 11, 5),
        ("with_infinite", 3600, 3457, 12),
        ("signed_with_infinite", 3304, 3178, 11),
    ],
)
def test_the_conventions_disagree(real, convention, emergent, two, metrics):
    assert rows(
        real,
        "select emergent, emergent_two_metrics, metrics_with_emergent from conventions"
        f" where threshold = 100 and convention = '{convention}'",
    ) == [(emergent, two, metrics)]


def test_the_cut_may_lie_anywhere_in_the_gap_of_the_figure(real):
    maxima = [m for (m,) in rows(real, "select maximum from by_metric where convention = 'published' order by maximum")]
    assert maxima[-6] < 47.8
    assert maxima[-5] == 151.0


def test_infinite_curves_come_from_few_test_examples(real):
    [(infinite, smallest, largest)] = rows(
        real, "select infinite, smallest_n_test, largest_n_test from by_n_test where number = 1"
    )
    assert (infinite, smallest, largest) == (3106, 3, 9)


def test_the_rule_for_n_test(real):
    cells = dict(rows(real, "select outcome, cells from n_test_cells"))
    agree = cells["rule, grid agrees"]
    checkable = sum(cells.values()) - cells["no file size"] - cells["rule, cannot be checked"]
    assert agree / checkable == pytest.approx(0.956, abs=0.002)
    assert rows(real, "select sum(cells_like_grid) = sum(smallest_grid_right) from n_test_cells") == [(True,)]


@pytest.mark.parametrize(
    ("task", "n_test"),
    [("list_functions", 3), ("mult_data_wrangling", 4), ("multiemo", 9)],
)
def test_n_test_of_known_tasks(real, task, n_test):
    assert rows(real, f"select distinct n_test from n_test where task = '{task}'") == [(n_test,)]


def test_conventions_that_fit_the_published_figure(real):
    assert dict(rows(real, "select convention, maxima_matched from convention_fit")) == {
        "published": 39,
        "with_infinite": 28,
        "signed": 22,
        "signed_with_infinite": 12,
    }


def test_galleries_hold_one_curve_a_task(real):
    for gallery in ("finite", "infinite"):
        names = rows(real, f"select task from gallery where gallery = '{gallery}'")
        assert len(names) == len(set(names)) == 12
    assert database.count(real, "select count(*) from gallery where gallery = 'infinite' and n_test < 50") == 0
