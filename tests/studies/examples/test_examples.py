"""Neighbouring models on the same examples: counts that can be followed by hand, and McNemar's p of them."""

import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.mcnemar import mcnemar_p
from pipeline.core.study import Run
from pipeline.load.harness_logs import PAIR_COLUMNS
from pipeline.report.narrative import queries
from pipeline.studies.examples.section import SHOWN, STUDY
from tests.studies.made_curves import SQL, prepared
from tests.studies.told import told

CHECK = SQL / "checks/studies/examples/pairs_are_compared_once.sql"
# Examples that only the smaller, and only the larger model gets right.
DISCORDANT = ((2, 30), (30, 2), (9, 11), (0, 1))


def pair(only_first, only_second, n=100, r=0.6, width=0.3):
    both = (n - only_first - only_second) // 2
    right = ((both + only_first) / n, (both + only_second) / n)
    p = mcnemar_p(only_first, only_second)
    return ("sums", 0, "acc", "t-1b", "t-7b", n, *right, only_first, only_second, p, r, r - width / 2, r + width / 2)


@pytest.fixture
def build(connection):
    """Make the study's tables of pairs."""
    prepared(connection)

    def make(*pairs):
        database.make_table(connection, "example_pairs", pd.DataFrame(pairs, columns=PAIR_COLUMNS))
        for path in database.sql_files([SQL / "studies/examples"]):
            database.build_table(connection, path)
        return connection

    return make


def chapter(connection, **others):
    return told(STUDY, STUDY.numbers(Run(), queries(connection)) | others)


def test_verdicts_follow_the_corrected_p(build):
    connection = build(*(pair(*counts) for counts in DISCORDANT))
    query = "select only_smaller, only_larger, q, verdict from compared_examples order by p"
    rows = connection.execute(query).fetchall()
    expected = multipletests([mcnemar_p(*row[:2]) for row in rows], method="fdr_bh")[1]
    assert [row[2] for row in rows] == pytest.approx(expected)
    verdicts = {row[:2]: row[3] for row in rows}
    assert verdicts == dict(zip(DISCORDANT, ("larger better", "larger worse", *["cannot be told"] * 2), strict=True))


def test_the_text_counts_them(build):
    text = chapter(build(*(pair(*counts) for counts in DISCORDANT)))
    assert "In 1 of 4 comparisons the larger of two neighbours answers more examples right, and in 1 fewer" in text
    assert "2 cannot be told apart" in text
    assert "known to within half a unit in 4 comparisons, and lies above 0 in 4; its median is 0.6" in text
    assert "smooth worlds" not in text


def test_a_correlation_that_is_hardly_known_is_not_told(build):
    text = chapter(build(pair(2, 30, width=1.2), pair(30, 2, r=0.0, width=2.0)))
    assert "their correlation r, cannot be told" in text


def test_it_stands_beside_what_equal_scores_tell(build):
    text = chapter(
        build(pair(2, 30)), world_strata={"least_r": 0.2, "largest_r": 0.75}, chapter_of={"smooth_worlds": "chapter 6"}
    )
    assert "The smooth worlds of chapter 6 infer r from equal neighbouring scores alone: 0.2 to 0.75." in text


def test_of_many_comparisons_the_surest_are_shown(build):
    text = chapter(build(*(pair(number, 40) for number in range(20))))
    assert text.count("| sums |") == SHOWN
    assert "Those with the smallest p of 20." in text


def test_without_logs_the_chapter_says_how_to_get_them(build):
    assert "`--log_samples`" in STUDY.absence(Run(), queries(build()))
    assert STUDY.absence(Run(), queries(build(pair(2, 30)))) == ""


def test_the_check_passes_on_good_data_and_catches_its_case(build):
    connection = build(*(pair(*counts) for counts in DISCORDANT))
    database.run_check(connection, CHECK)
    connection.execute("delete from compared_examples where only_larger = 1")
    with pytest.raises(PipelineError, match=r"Next: .*\[sql/checks/studies/examples/"):
        database.run_check(connection, CHECK)
