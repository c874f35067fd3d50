"""How many emergent curves do smooth worlds give: fitted power laws, and a benchmark simulated without emergence?"""

from functools import partial

import duckdb
import pandas as pd
from matplotlib.figure import Figure

from pipeline.core import database
from pipeline.core.study import Frame, Query, Row, Run, Study, has_table, without_tests
from pipeline.studies.smooth_worlds.figures import draw_observed
from pipeline.studies.smooth_worlds.figures_world import draw_fit, draw_world
from pipeline.studies.smooth_worlds.observed import observed_expected

# The scenario in which examples of a test set agree as much as the real ones seem to: the more cautious of the two.
SCENARIO = "overdispersed"


def numbers(run: Run, rows: Query) -> Row:
    """Observed and expected counts, for all curves and the most telling groups; the simulated benchmark."""
    totals = rows(
        "from expected_by_convention inner join seed_conventions using (convention)"
        " order by keeps_infinite, is_absolute desc"
    )
    kept = "from observed_expected where scenario = ? and convention = 'with_infinite'"
    choice = rows(f"{kept} and metric = 'multiple_choice_grade' and n_test_class = 'all'", SCENARIO)
    return {
        "expected_totals": totals,
        "expected": {row["convention"]: row for row in totals},
        "expected_choice": choice[0] if choice else None,
        "expected_groups": rows(
            f"{kept} and metric <> 'all' and n_test_class <> 'all' and observed > high"
            " order by expected - observed, metric, n_test_class limit 8",
            SCENARIO,
        ),
        "simulated": _simulated(rows) if run.is_default and has_table(rows, "simulated_world") else None,
    }


def _simulated(rows: Query) -> Row:
    """Real and simulated counts of emergent curves by convention, and by metric where they differ."""
    totals = rows(
        "select simulated_world.* from simulated_world inner join seed_conventions using (convention)"
        " where metric = 'all metrics' order by keeps_infinite, is_absolute desc"
    )
    return {
        "by_convention": {row["convention"]: row for row in totals},
        "totals": totals,
        "beyond": rows(
            "select convention, metric, real_emergent, simulated_emergent, simulated_low, simulated_high"
            " from simulated_world where real_emergent > simulated_high"
            " and metric not in ('all metrics', 'the two metrics') and convention in ('published', 'with_infinite')"
            " order by convention, real_emergent desc, metric"
        ),
        "fit": rows("from simulated_fit_overview order by quantity"),
    }


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """Draw tested curves from their power laws and count; nothing without a tested proportion."""
    if not database.has_table(connection, "tested_curves"):
        return {}
    curves = connection.execute("from tested_curves").df()
    if not (curves["is_tested"] & (curves["basis"] == "binomial")).any():
        return {}
    conventions = connection.execute("from seed_conventions order by convention").df()
    (threshold,) = database.fetch_row(connection, "select threshold from options")
    compared = observed_expected(curves, conventions, threshold)
    return {"observed_expected": compared, "expected_by_convention": _by_convention(compared, curves)}


def _by_convention(compared: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """Both scenarios side by side over all tested proportions, and the emergent curves that could not be tested."""
    totals = compared[(compared["metric"] == "all") & (compared["n_test_class"] == "all")].set_index("convention")
    plain = totals[totals["scenario"] == "binomial"][["expected", "low", "high"]].add_prefix("binomial_")
    found = totals[totals["scenario"] == SCENARIO].drop(columns=["scenario", "metric", "n_test_class"]).join(plain)
    is_tested = curves["is_tested"] & (curves["basis"] == "binomial")
    names = curves["emergent_under"].explode()
    emergent, tested = names.value_counts(), names[is_tested[names.index]].value_counts()
    found["emergent"] = emergent.reindex(found.index, fill_value=0)
    found["emergent_untested"] = found["emergent"] - tested.reindex(found.index, fill_value=0)
    return found.reset_index()


def draw(frame: Frame) -> Figure | None:
    """Observed against expected counts, by metric and by class of n_test."""
    return draw_observed(frame("from observed_expected order by all"))


def draw_simulated(frame: Frame) -> Figure | None:
    """Emergent curves by metric, real and simulated."""
    return draw_world(frame("from simulated_world")) if _has_simulated(frame) else None


def draw_simulated_fit(frame: Frame) -> Figure | None:
    """What the simulated benchmark was fitted to."""
    return draw_fit(frame("from simulated_fit")) if _has_simulated(frame) else None


def _has_simulated(frame: Frame) -> bool:
    return len(frame("from information_schema.tables where table_name = 'simulated_fit'")) > 0


STUDY = Study(
    "smooth_worlds",
    "How many emergent curves do smooth worlds give?",
    numbers,
    {"observed_expected": draw, "simulated_world": draw_simulated, "simulated_fit": draw_simulated_fit},
    sometimes=("observed_expected", "expected_by_convention", "simulated_fit_overview"),
    tool=("simulate", "pipeline.studies.smooth_worlds.simulate"),
    committed=("simulated_world", "simulated_fit"),
    compute=compute,
    absence=partial(without_tests, "observed_expected"),
)
