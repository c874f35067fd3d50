"""How many curves each reading calls emergent in a world where nothing emerges."""

from pipeline.sections.section import Query, Row, Run, Section, has_table, on_default_run


def absence(_: Run, rows: Query) -> str:
    """Why there is nothing to compare."""
    return "" if has_table(rows, "simulated_world") else "its tables are missing. To make them: `make simulate`"


def numbers(rows: Query) -> Row:
    """Real and simulated counts of emergent curves by reading, and by metric where they part."""
    totals = rows(
        "select simulated_world.* from simulated_world inner join seed_readings using (reading)"
        " where metric = 'all metrics' order by keeps_infinite, is_absolute desc"
    )
    by_reading = {row["reading"]: row for row in totals}
    return {
        "worlds_published": by_reading["published"],
        "worlds_with_infinite": by_reading["with_infinite"],
        "worlds_totals": totals,
        "worlds_beyond": rows(
            "select reading, metric, real_emergent, simulated_emergent, simulated_low, simulated_high"
            " from simulated_world where real_emergent > simulated_high"
            " and metric not in ('all metrics', 'the two metrics') and reading in ('published', 'with_infinite')"
            " order by reading, real_emergent desc, metric"
        ),
        "worlds_fit": rows(
            "select quantity, count(*) as compared, count(*) filter (where is_within) as inside"
            " from simulated_fit group by quantity order by quantity"
        ),
    }


SECTION = Section(
    "How many curves would be emergent if nothing emerged?",
    "simulated",
    numbers,
    absence=absence,
    belongs=on_default_run,
)
