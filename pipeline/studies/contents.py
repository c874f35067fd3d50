"""The studies, in the order of the report."""

from pipeline.studies.annotations.section import STUDY as ANNOTATIONS
from pipeline.studies.choices.section import STUDY as CHOICES
from pipeline.studies.conventions.section import STUDY as CONVENTIONS
from pipeline.studies.curves.section import STUDY as CURVES
from pipeline.studies.detector.section import STUDY as DETECTOR
from pipeline.studies.emergent.section import STUDY as EMERGENT
from pipeline.studies.examples.section import STUDY as EXAMPLES
from pipeline.studies.metric_and_size.section import STUDY as METRIC_AND_SIZE
from pipeline.studies.metric_swap.section import STUDY as METRIC_SWAP
from pipeline.studies.networks.section import STUDY as NETWORKS
from pipeline.studies.open_models.section import STUDY as OPEN_MODELS
from pipeline.studies.provenance.section import STUDY as PROVENANCE
from pipeline.studies.reproduction.section import STUDY as REPRODUCTION
from pipeline.studies.resolution.section import STUDY as RESOLUTION
from pipeline.studies.smooth_worlds.section import STUDY as SMOOTH_WORLDS
from pipeline.studies.sudden.section import STUDY as SUDDEN
from pipeline.studies.tasks.section import STUDY as TASKS
from pipeline.studies.theory.section import STUDY as THEORY

STUDIES = (
    TASKS,
    CURVES,
    REPRODUCTION,
    ANNOTATIONS,
    CONVENTIONS,
    RESOLUTION,
    EMERGENT,
    DETECTOR,
    SMOOTH_WORLDS,
    SUDDEN,
    METRIC_AND_SIZE,
    CHOICES,
    METRIC_SWAP,
    EXAMPLES,
    OPEN_MODELS,
    THEORY,
    NETWORKS,
    PROVENANCE,
)
