"""Findings -> everything that the report says: the numbers of its sections, and the headline."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import duckdb

from pipeline.fetch import table as table_source
from pipeline.sections import SECTIONS
from pipeline.sections.section import Draw, Query, Row, Run, Section
from pipeline.settings import DEFAULT_SOURCE, DEFAULT_THRESHOLD, Settings, exact
from pipeline.wording import counted, percent, thousands

# A share that moves by less than this many of its whole is not said to hang on the choice that moved it.
NOTABLE = 0.1


class Shown(NamedTuple):
    """A section of this report, and why it is left out where it is."""

    section: Section
    absence: str

    @property
    def title(self) -> str:
        """Its heading."""
        return self.section.title

    @property
    def template(self) -> str:
        """The file of its text."""
        return self.section.template


def queries(connection: duckdb.DuckDBPyConnection) -> Query:
    """A function from a query to its rows, each by column name."""

    def rows(query: str) -> list[Row]:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return rows


def gather(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, Any]:
    """Everything that the report says, read from the tables; the templates only place it."""
    rows = queries(connection)
    threshold = rows("from options")[0]["threshold"]
    run = Run(
        is_stand_in=rows("from provenance")[0]["is_stand_in"],
        is_bigbench=settings.is_bigbench,
        is_published=settings.is_published,
        is_default=settings.is_default,
        how_to_get_scores=table_source.how_to_get_scores(settings),
    )
    shown = [Shown(section, section.absence(run, rows)) for section in SECTIONS if section.belongs(run)]
    context: dict[str, Any] = {
        **run._asdict(),
        "sections": shown,
        "threshold": threshold,
        "is_simulated": settings.is_simulated,
        "mark": "SIMULATED" if settings.is_simulated else "",
        "command": command(settings, threshold),
    }
    for part in shown:
        if not part.absence:
            context |= part.section.numbers(rows)
    context["headline"] = headline(context)
    return context


def drawings(context: Mapping[str, Any]) -> dict[str, Draw]:
    """The pictures of the sections that are not left out, by file name."""
    present = (part.section for part in context["sections"] if not part.absence)
    return {name: draw for section in present for name, draw in section.figures.items()}


def command(settings: Settings, threshold: float) -> str:
    """What makes this report again."""
    options = [
        *([] if settings.source == DEFAULT_SOURCE else [f"SOURCE={settings.source}"]),
        *([] if threshold == DEFAULT_THRESHOLD else [f"THRESHOLD={exact(threshold)}"]),
    ]
    return " ".join(["make report", *options])


def headline(context: Mapping[str, Any]) -> list[str]:
    """The answer in a few lines of Markdown, every number from the tables."""
    lines = [_by_reading(context), _small_test_sets(context), _observed_expected(context)]
    if context["is_published"]:
        lines.insert(0, _published_figure(context))
    return [line for line in lines if line]


def _published_figure(context: Mapping[str, Any]) -> str:
    is_reproduced = context["maxima_agree"] == context["maxima"]
    return (
        f"**The published figure is {'' if is_reproduced else 'not '}reproduced.** "
        f"{context['maxima_agree']} of {context['maxima']} largest scores agree within 0.1; "
        f"{len(context['metrics_over'])} of {context['metrics']} metrics have a curve over "
        f"{exact(context['threshold'])}; "
        f"{context['annotated_two']} of {context['annotated_total']} tasks that people called emergent "
        f"({percent(context['annotated_share'])}) are scored by multiple_choice_grade or exact_str_match."
    )


def _by_reading(context: Mapping[str, Any]) -> str:
    published, kept = context["readings"]["published"], context["readings"]["with_infinite"]
    if not context["is_bigbench"]:
        return (
            f"**How many curves are emergent?** Of {counted(context['curves_total'], 'curve')} the published reading "
            f"calls {thousands(published['emergent'])} emergent; with infinite scores kept it is "
            f"{thousands(kept['emergent'])}.{_too_short(context)}"
        )
    is_moved = context["range"]["moved_by_infinite"] > NOTABLE
    if context["is_simulated"]:
        return (
            f"**A world in which nothing emerges.** Of its {thousands(context['curves_total'])} curves the published "
            f"reading calls {thousands(published['emergent'])} emergent all the same; with infinite scores kept it is "
            f"{thousands(kept['emergent'])}, {percent(kept['share_two_metrics'])} of them under multiple choice grade "
            f"or exact string match. Among all curves the share is {percent(context['base']['all_curves']['share'])}."
        )
    return (
        f"**What it says {'hangs' if is_moved else 'does not hang'} on how one reads it.** "
        f"Of {thousands(context['curves_total'])} curves the published reading calls "
        f"{thousands(published['emergent'])} emergent, {percent(published['share_two_metrics'])} of them under these "
        f"two metrics; with infinite scores kept it is {thousands(kept['emergent'])}, "
        f"{percent(kept['share_two_metrics'])} of them. "
        f"Among all curves the share is {percent(context['base']['all_curves']['share'])}."
    )


def _too_short(context: Mapping[str, Any]) -> str:
    """Whoever brings three models should learn that they cannot show what is looked for."""
    capped = context["capped_curves"]
    if not capped or context["threshold"] < 2:
        return ""
    return f" {counted(capped, 'curve')} of two or three scales could never be, for their score is at most 2."


def _small_test_sets(context: Mapping[str, Any]) -> str:
    few, many = context["few"], context["many"]
    if not few["infinite"]:
        return ""
    return (
        f"**Infinite scores and small test sets.** {percent(few['share_of_infinite'])} of the "
        f"{thousands(context['status']['infinite'])} infinite curves are scored on {few['smallest_n_test']} to "
        f"{few['largest_n_test']} examples each; of the curves with so few, "
        f"{percent(few['infinite'] / few['curves'])} are infinite, of those with known and larger numbers "
        f"{percent(many['infinite'] / max(many['curves'], 1))}."
    )


def _observed_expected(context: Mapping[str, Any]) -> str:
    if "expected_sentence" not in context:
        return ""
    kept, choice = context["expected_kept"], context["expected_choice"]
    verdict = (
        "More than smooth power laws give."
        if kept["observed"] > kept["high"]
        else "Fewer than smooth power laws give."
        if kept["observed"] < kept["low"]
        else "As many as smooth power laws give."
    )
    told = f"**{verdict}** {context['expected_sentence']}"
    if choice:
        told += (
            f" Under multiple choice grade it is {thousands(choice['observed'])} against "
            f"{thousands(choice['expected'])} ({thousands(choice['low'])} to {thousands(choice['high'])})."
        )
    return told
