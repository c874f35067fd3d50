"""Speed and memory of scoring a log of examples, and the generator of large ones.

`python -m tests.benchmarks.samples ROWS` writes one log of so many examples to a temporary folder and measures it.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import orjson

from pipeline.core.settings import Settings
from pipeline.samples import logs
from tests.benchmarks import timing

SIZES = (50_000, 500_000)
NAME = "samples_made_up_2024-08-21T03-44-09.494230.jsonl"
CHOICES, SEED, CHUNK = 4, 20230428, 10_000
QUESTION = "Which of these sentences ends the story best? " * 6


def run(_: Settings) -> None:
    """Print seconds, pace and peak memory for logs of several sizes."""
    measure(SIZES)


def measure(sizes: tuple[int, ...]) -> None:
    """Write a log of each size, and print what it takes to read and to score it, each in a process of its own."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        for size in sizes:
            write(path, size)
            ways = {
                "lines alone": partial(lines_alone, path),
                "orjson alone": partial(orjson_alone, path),
                "scored, values kept up to a million": partial(logs.score_file, path),
                "scored, no values kept": partial(logs.score_file, path, most_kept=0),
            }
            for name, way in ways.items():
                seconds, peak = timing.in_own_process(partial(alone, way))
                pace = f"{size / seconds:,.0f}"
                rows.append(
                    (name, f"{size:,}", f"{path.stat().st_size / 1e6:,.0f}", f"{seconds:.1f}", pace, f"{peak:,.0f}")
                )
    timing.print_table("A log of examples", ("way", "rows", "MB", "seconds", "rows/s", "peak MB"), rows)


def alone(way: timing.Work) -> tuple[float, float]:
    """Seconds of a way, and the largest memory of its process."""
    return timing.timed(way), timing.peak_megabytes()


def lines_alone(path: Path) -> None:
    """Read every line, and keep nothing."""
    with path.open("rb") as file:
        for _ in file:
            pass


def orjson_alone(path: Path) -> None:
    """Parse every line, and keep nothing."""
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)


def write(path: Path, rows: int) -> None:
    """Write a log of so many made-up examples with four choices, as version 0.4.8 would."""
    rng = np.random.default_rng(SEED)
    with path.open("wb") as file:
        for start in range(0, rows, CHUNK):
            numbers = rng.normal(-20, 4, (min(CHUNK, rows - start), CHOICES)).tolist()
            right = rng.integers(CHOICES, size=len(numbers)).tolist()
            made = (line(start + place, *both) for place, both in enumerate(zip(numbers, right, strict=True)))
            file.write(b"".join(made))


def line(doc_id: int, numbers: list[float], right: int) -> bytes:
    """One line of a log."""
    pairs = [[str(number), "False"] for number in numbers]
    endings = [f" The story ends in way {place} of {CHOICES}." for place in range(CHOICES)]
    row = {
        "doc_id": doc_id,
        "doc": {"question": QUESTION, "choices": endings, "label": right},
        "target": str(right),
        "arguments": {f"gen_args_{i}": {"arg_0": QUESTION, "arg_1": ending} for i, ending in enumerate(endings)},
        "resps": [[pair] for pair in pairs],
        "filtered_resps": pairs,
        "filter": "none",
        "metrics": ["acc", "acc_norm"],
        "doc_hash": f"{(doc_id * 0x9E3779B97F4A7C15) % 2**64:016x}" * 4,
        "prompt_hash": "0" * 64,
        "target_hash": "0" * 64,
        "acc": float(numbers.index(max(numbers)) == right),
        "acc_norm": float(numbers.index(max(numbers)) == right),
    }
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    measure((int(sys.argv[1]),))
