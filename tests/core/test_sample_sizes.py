"""The classes of the number of test examples are the same in Python and in SQL."""

import pandas as pd
import pytest

from pipeline.core import database
from pipeline.core.sample_sizes import CLASSES, NOT_KNOWN, class_of
from pipeline.core.seeds import load_seeds

NUMBERS = [*range(1, 2001), None]


@pytest.fixture
def of_sql(connection, project):
    """The class of each of these numbers by the macro."""
    load_seeds(connection, project)
    database.make_macros(connection, project.sql / "macros")
    query = (
        "select n_test_class(number) from unnest(?::integer[]) with ordinality as numbers(number, place) order by place"
    )
    return [name for (name,) in connection.execute(query, [NUMBERS]).fetchall()]


def test_python_and_sql_agree_on_every_number(of_sql):
    found = class_of(pd.Series(NUMBERS, dtype="Int64"))
    assert list(found.fillna(NOT_KNOWN)) == of_sql
    assert found.isna().tolist() == [number is None for number in NUMBERS]


def test_the_classes_are_all_used_from_few_to_many(of_sql):
    assert tuple(dict.fromkeys(of_sql)) == (*CLASSES, NOT_KNOWN)
    assert CLASSES == ("1-9", "10-49", "50-199", "200+")
    for number, name in [(1, "1-9"), (9, "1-9"), (10, "10-49"), (49, "10-49"), (50, "50-199"), (200, "200+")]:
        assert of_sql[number - 1] == name
