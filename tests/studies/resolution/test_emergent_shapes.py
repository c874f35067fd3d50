"""How many emergent curves span one example at most, and how many end at the lowest score, counted by hand."""

import pytest

from pipeline.core import database
from tests.studies.made_curves import SQL, add_curves, prepared

PLAIN = {"span": 0.5, "ends_worst": False}
INFINITE = PLAIN | {"status": "infinite", "emergence_score": float("inf")}


@pytest.fixture
def shapes(connection):
    prepared(connection)

    def count(*curves):
        add_curves(connection, *(PLAIN | curve for curve in curves))
        database.build_table(connection, SQL / "studies/resolution/emergent_shapes.sql")
        found = connection.execute("select * exclude (convention), convention from emergent_shapes").fetchall()
        return {convention: tuple(counts) for *counts, convention in found}

    return count


def test_counts_by_hand(shapes):
    found = shapes(
        INFINITE | {"n_test": 4, "span": 0.25},
        INFINITE | {"n_test": 4, "span": 0.2501, "ends_worst": True},
        INFINITE | {"n_test": 4, "span": 0.5},
        INFINITE | {"n_test": None, "ends_worst": True},
        # No multiple of 1/n: n_test says nothing of its span.
        INFINITE | {"n_test": 4, "span": 0.1, "metric": "bleu"},
        {"n_test": 4, "span": 0.25, "emergence_score": 5.0},
        {"n_test": 200, "span": 0.8, "emergence_score": -150.0, "ends_worst": True},
    )
    assert found["with_infinite"] == (6, 4, 2, 0.5, 3, 0.5)
    assert found["signed_with_infinite"] == (5, 3, 2, pytest.approx(2 / 3), 2, 0.4)
    assert found["published"] == (1, 1, 0, 0.0, 1, 1.0)
    assert found["signed"] == (0, 0, 0, None, 0, None)


def test_the_real_shapes(real):
    found = real.execute(
        "select emergent, with_n_test, one_example, end_worst from emergent_shapes where convention = 'with_infinite'"
    ).fetchall()
    assert found == [(3_600, 3_402, 1_517, 816)]
