"""Score files for tests: made-up ones, and the real table written back in the format that BIG-bench publishes."""

import json
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "sql" / "seeds"
TASKS = Path("bigbench") / "benchmark_tasks"
IN_PERCENT = {"bleu", "rougeLsum", "sequence_f1", "normalized_aggregate_score"}

TASK = "auto_debugging"
METRIC = "exact_str_match"
PARAMS = {"2m": 2_098_048, "16m": 16_780_288, "53m": 56_629_632, "125m": 134_228_992}

# The published rows in their order, each with its model and with the facts of its task; a fact that names a family
# replaces the general one.
ROWS = """
with

rows as (
    select *
    from read_parquet(?, file_row_number = true)
),

models as (
    select
        *,
        family || ' ' || model as family_model
    from read_csv(?, header = true)
),

tasks as (
    select *
    from read_csv(?, header = true, all_varchar = true)
),

final as (
    select
        rows.task_name as task,
        models.family,
        models.model,
        models.params,
        rows.subtask_description as subtask,
        rows.number_of_shots as shots,
        rows.score_value as score,
        coalesce(own.preferred_metric, general.preferred_metric) as metric,
        coalesce(own.chance, general.chance)::double as chance,
        rows.file_row_number
    from rows
    inner join models on models.family_model = rows.model_family_model_name
    left join tasks as own
        on own.task = rows.task_name
        and own.subtask = rows.subtask_description
        and own.family = models.family
    left join tasks as general
        on general.task = rows.task_name
        and general.subtask = rows.subtask_description
        and general.family is null
    where ? or coalesce(own.averaged, general.averaged) <> '1'
)

from final
order by file_row_number
"""


def entry(score: float, *, shots: int = 0, metric: str = METRIC, **changes: Any) -> dict[str, Any]:
    """An entry of a score file, with one score under the preferred metric."""
    return {
        "score_dict": {metric: score},
        "preferred_score": metric,
        "number_of_shots": shots,
        "low_score": 0.0,
        "high_score": 1.0,
        "subtask_description": TASK,
    } | changes


def document(
    *entries: dict[str, Any],
    task: str = TASK,
    family: str = "BIG-G T=0",
    model: str = "2m",
    params: int | None = None,
) -> dict[str, Any]:
    """A score file of a model, by default one whose size is known."""
    count = PARAMS.get(model) if params is None else params
    return {
        "scores": list(entries) or [entry(0.25)],
        "task": {"task_name": task},
        "model": {
            "model_family": family,
            "model_name": model,
            "total_params": count,
            "non_embedding_params": count,
            "flop_matched_non_embedding_params": count,
            "training_batch_size": 0,
            "training_steps": 0,
            "description": "",
            "decoding_params": {},
        },
    }


def path_of(name: str, task: str = TASK) -> str:
    """The path of a score file below its checkout."""
    return (TASKS / task / "results" / f"scores_{name}.json").as_posix()


def write(folder: Path, name: str, content: object, task: str = TASK) -> str:
    """Write a score file, a document or bytes as they are, and return its path below `folder`."""
    path = folder / path_of(name, task)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path.relative_to(folder).as_posix()


def rebuild(table: Path, folder: Path, *, with_averaged: bool = True, indent: int | None = None) -> int:
    """Write the pinned table as score files and return how many; preferred metrics only, as the table has them.

    Low score is the chance level or 0, high score 1 or 100: stand-ins, since the table has neither.
    """
    with duckdb.connect() as connection:
        arguments = [str(table), str(SEEDS / "models.csv"), str(SEEDS / "tasks.csv"), with_averaged]
        rows = connection.execute(ROWS, arguments).fetchall()
    documents: dict[tuple[str, str, str], dict[str, Any]] = {}
    for task, family, model, params, subtask, shots, score, metric, chance, _ in rows:
        key = (task, family, model)
        if key not in documents:
            documents[key] = document(task=task, family=family, model=model, params=params) | {"scores": []}
        high = 100.0 if metric in IN_PERCENT else 1.0
        low = float(chance or 0)
        changes = {"low_score": low, "high_score": high, "subtask_description": subtask}
        documents[key]["scores"].append(entry(score, shots=shots, metric=metric, **changes))
    for task in {task for task, _, _ in documents}:
        (folder / path_of("", task)).parent.mkdir(parents=True, exist_ok=True)
    for number, ((task, _, _), content) in enumerate(documents.items()):
        # Joined as text: for thousands of files pathlib takes longer than the writing.
        with open(f"{folder}/{TASKS}/{task}/results/scores_{number}.json", "wb", buffering=0) as file:  # noqa: PTH123
            file.write(json.dumps(content, indent=indent).encode())
    return len(documents)
