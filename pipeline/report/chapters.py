"""The chapters of the report: each a question, answered by one study or by several that share it."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.core.study import Run, Study, always, on_own_scores
from pipeline.studies.annotations.section import STUDY as ANNOTATIONS
from pipeline.studies.choices.section import STUDY as CHOICES
from pipeline.studies.curves.section import STUDY as CURVES
from pipeline.studies.detector.section import STUDY as DETECTOR
from pipeline.studies.examples.section import STUDY as EXAMPLES
from pipeline.studies.metric_swap.section import STUDY as METRIC_SWAP
from pipeline.studies.networks.section import STUDY as NETWORKS
from pipeline.studies.open_models.section import STUDY as OPEN_MODELS
from pipeline.studies.reproduction.section import STUDY as REPRODUCTION
from pipeline.studies.resolution.section import STUDY as RESOLUTION
from pipeline.studies.smooth_worlds.section import STUDY as SMOOTH_WORLDS
from pipeline.studies.sudden.section import STUDY as SUDDEN
from pipeline.studies.tasks.section import STUDY as TASKS
from pipeline.studies.theory.section import STUDY as THEORY


@dataclass(frozen=True)
class Chapter:
    """One question of the report.

    Attributes:
        title: the question.
        studies: whose texts answer it, in their order; the first gives the answer.
        title_elsewhere: the question for scores that no published number is about, where it is another one.
        told: whether it is asked of these scores.
    """

    title: str
    studies: tuple[Study, ...]
    title_elsewhere: str = ""
    told: Callable[[Run], bool] = always


CHAPTERS = (
    Chapter("Which of your tasks jump?", (TASKS,), told=on_own_scores),
    Chapter("What is measured?", (CURVES, THEORY)),
    Chapter("Is the published figure reproduced?", (REPRODUCTION,), "Which metrics have emergent curves?"),
    Chapter("What do claims of emergence rest on?", (ANNOTATIONS,)),
    Chapter("What do small test sets do?", (RESOLUTION,)),
    Chapter("Is E a detector of sudden gains?", (DETECTOR,)),
    Chapter("What do smooth worlds give?", (SMOOTH_WORLDS,)),
    Chapter("Which gains were sudden?", (SUDDEN, TASKS)),
    Chapter("Does it survive another metric?", (OPEN_MODELS, METRIC_SWAP, EXAMPLES)),
    Chapter("Can emergence be made to order?", (NETWORKS,)),
    Chapter("How far do the analyst's choices move the answer?", (CHOICES,)),
)
