"""Each SQL data test finds the case that it is for, and passes where all is well."""

import pytest

from pipeline import sources
from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.seeds import load_seeds
from pipeline.core.settings import ROOT
from pipeline.load.table import stage_table
from tests.fixtures import made_up_query, write_parquet

# Those of one's own table, of harness results and of score files have tests of their own, in tests/load. Those of what
# comes from tests of curves, which this database lacks, have theirs in tests/studies and tests/report.
ELSEWHERE = {"tidy", "harness", "score_files", "detector", "smooth_worlds", "sudden", "tasks", "explorer", "examples"}
CHECKS = sorted(
    (path for path in ROOT.glob("sql/checks/**/*.sql") if not ELSEWHERE & set(path.parts)), key=lambda path: path.stem
)

# What to do to the finished database of the made-up scores so that the data test must complain.
SABOTAGE = {
    "null_keys": "update stg_rows set task = null where row_id = 1",
    "unknown_models": "update stg_rows set family = 'New', scale = null where row_id = 1",
    "unknown_tasks": "update stg_rows set task = 'no_such_task' where row_id = 1",
    "unknown_metrics": "update stg_scores set metric = 'vibes' where shots = 1",
    "conflicting_duplicates": "insert into conflicting_rows (task) values ('codenames')",
    "rows_add_up": "update row_counts set row_count = row_count - 1 where outcome = 'kept'",
    "seed_keys": "insert into seed_models select * from seed_models limit 1",
    "seed_tasks_agree": "delete from seed_annotations where task = 'codenames'",
    "one_size_a_model": "update stg_rows set scale = 7 where row_id = 1",
    "one_preference_a_curve": "update stg_scores set metric = 'rougeLsum' where model = 'GPT-3 Small'",
    "points_are_scores": "delete from curve_points where curve_id = 1 and position = 1",
    "positions_follow_scale": "update curve_points set scale = 1 where position = 2",
    "one_status_each": "insert into emergence_all select * from emergence_all limit 1",
    "score_fits_status": "update emergence_all set emergence_score = 'nan' where status = 'finite'",
    "score_within_bounds": "update emergence_all set emergence_score = 2.5 where family = 'PaLM'",
    "n_test_only_where_known": "update emergence_all set n_test = 5, n_test_basis = 'rule' where metric = 'bleu'",
    "scales_are_known": "update curve_points set scale = null where position = 2",
    "conventions_account_for_all": "update by_metric set left_out = left_out + 1 where metric = 'bleu'",
    "conventions_agree": "update by_metric set emergent = emergent + 1 where metric = 'bleu'",
    "statuses_add_up": "update by_n_test set flat = flat + 1",
    "rising_leaves_agree": "update emergent_kinds set rising_leaves_once = 7 where convention = 'signed'",
    "cells_add_up": "update metric_by_n_test set curves = curves + 1",
    "curves_count_once": "insert into regressed_curves from regressed_curves limit 1",
    "finite_scores_fit_n_test": "update emergence set n_test = 5, n_test_basis = 'rule' where emergence_score = 9",
    "levels_add_up": "insert into metric_and_size by name select 'n_test' as term, 9 as curves, 1 as emergent",
    "changes_agree_with_conventions": (
        "update one_change_at_a_time set emergent = emergent + 1 where choice = 'unchanged'"
    ),
    "swaps_account_for_all": (
        "insert into swap_counts by name select 'a' as from_metric, 1 as curves, 0 as left_out, 0 as other_models"
    ),
    "every_claim_is_compared": "update reproduction set reproduced = null where starts_with(claim, 'Wei')",
}


def test_every_check_has_a_case():
    assert [check.stem for check in CHECKS] == sorted(SABOTAGE)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_it_passes_on_good_data_and_catches_its_case(made_up, check):
    with database.connect(made_up.database) as connection:
        connection.execute("set variable threshold = 100.0")
        database.run_check(connection, check)
        connection.execute(SABOTAGE[check.stem])
        with pytest.raises(PipelineError) as caught:
            database.run_check(connection, check)
    assert f"[{check.relative_to(ROOT)}]" in str(caught.value)
    assert ". Next: " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_it_says_what_its_rows_would_mean_and_what_to_do(check):
    meaning, remedy = check.read_text(encoding="utf-8").splitlines()[:2]
    assert meaning.startswith("-- ")
    assert not meaning.endswith(".")
    assert remedy.startswith("-- ")
    assert remedy.endswith(".")


def test_only_three_rows_are_shown(project):
    scores = write_parquet(
        f"select * replace (task_name || number_of_shots as task_name) from ({made_up_query()})",
        project.root / "s.parquet",
    )
    with database.connect(project.root / "db.duckdb", create=True) as connection:
        load_seeds(connection, project)
        with pytest.raises(PipelineError, match="and 3 more"):
            stage_table(connection, project, sources.TABLE, scores)
