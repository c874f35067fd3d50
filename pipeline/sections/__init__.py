"""The sections of the report, in its order."""

from pipeline.sections import (
    base_rates,
    by_metric,
    curves,
    emergent,
    families,
    figure_5a,
    figure_5bc,
    gallery,
    infinite,
    n_test,
    provenance,
    readings,
    reproduction,
    simulated,
    swap,
    theory,
)

SECTIONS = (
    curves.SECTION,
    figure_5a.SECTION,
    by_metric.SECTION,
    figure_5bc.SECTION,
    base_rates.SECTION,
    readings.SECTION,
    infinite.SECTION,
    emergent.SECTION,
    families.SECTION,
    n_test.SECTION,
    gallery.SECTION,
    swap.SECTION,
    theory.SECTION,
    simulated.SECTION,
    reproduction.SECTION,
    provenance.SECTION,
)
