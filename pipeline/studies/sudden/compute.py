"""From the tests of curves to the benchmark: shares with their level and power, and what could not be tested.

Everything here is made from tables in the database and takes seconds, so that it follows THRESHOLD; the tests do not.
"""

import duckdb
import pandas as pd

from pipeline.core import database
from pipeline.core.study import Run
from pipeline.curve_tests.source import KEY
from pipeline.curve_tests.table import emergent_under
from pipeline.studies.sudden import power
from pipeline.studies.sudden.shares import by_n, shares, untested

PUBLISHED = (
    *KEY, "basis", "status", "is_tested", "n_scales", "n_test", "emergence_p", "steep_p", "steeper_p", "curvature_p",
    "break_p", "jump", "without_1_surprise",
)  # fmt: skip


def compute(connection: duckdb.DuckDBPyConnection, run: Run) -> dict[str, pd.DataFrame]:
    """Make the tables of the chapter from tested_curves and the committed calibration; none without a tested curve.

    Calibration is of BIG-bench's curves: its levels and powers are shown beside no others.
    """
    if not database.has_table(connection, "tested_curves"):
        return {}
    curves = connection.execute("from tested_curves").df()
    if not curves["is_tested"].any():
        return {}
    if not run.is_published:
        curves["category"] = None
    names = [name for (name,) in connection.execute("select convention from seed_conventions order by all").fetchall()]
    made = {
        "tested_published": curves.loc[emergent_under(curves, "published"), list(PUBLISHED)],
        "untested": untested(curves, names),
    }
    calibration = power.NOTHING
    if run.is_bigbench and database.has_table(connection, "calibration"):
        calibration = connection.execute("from calibration").df()
        made["calibration_verdicts"] = power.verdicts(calibration)
    sizes = by_n(curves, calibration)
    # Without a tested proportion there is no class of test sizes to tell of.
    made |= {} if sizes.empty else {"tested_by_n_test": sizes}
    return made | {"tested_shares": shares(curves, names, calibration)}
