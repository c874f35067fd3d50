"""Made-up harness results of three families, from files to the first page."""

import csv
import json

import numpy as np
import pytest

from pipeline import stages
from pipeline.core.settings import Settings

SIZES = ("70m", "160m", "410m", "1b", "3b", "7b", "13b")
# Of each family: its task, its test examples, and right answers by size.
FAMILIES = {
    "jumper": ("sums", 500, (10, 14, 20, 28, 38, 52, 420)),
    "coarse": ("colours", 20, (3, 4, 6, 8, 11, 13, 16)),
    "constant": ("moods", 200, (60,) * 7),
}


@pytest.fixture(scope="module")
def report(builder):
    def build(settings):
        for family, (task, n, counts) in FAMILIES.items():
            for size, right in zip(SIZES, counts, strict=True):
                p = right / n
                metrics = {"exact_match": p, "exact_match_stderr": float(np.sqrt(p * (1 - p) / (n - 1)))}
                if family == "jumper":
                    # The same outputs under a smooth metric.
                    loss = 8 * float(size_of(size)) ** -0.05
                    metrics |= {"ppl": float(np.exp(loss)), "ppl_stderr": 0.02 * float(np.exp(loss))}
                content = {
                    "results": {task: metrics},
                    "config": {"model_args": f"pretrained=x/{family}-{size}", "num_fewshot": 0},
                }
                path = settings.root / "results" / family / f"{size}.json"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(content))
        stages.run(Settings(root=settings.root, source="results"), "report")

    settings = builder.project("three_families", build)
    return Settings(root=settings.root, source="results").results()


def size_of(text):
    return float(text[:-1]) * (1e9 if text.endswith("b") else 1e6)


def test_each_task_has_its_verdict(report):
    with (report / "tables" / "tasks.csv").open() as lines:
        found = {row["task"]: row for row in csv.DictReader(lines)}
    assert {task: row["verdict"] for task, row in found.items()} == {
        "sums": "late gain",
        "colours": "resolution-limited",
        "moods": "unchanged",
    }
    assert found["sums"]["metrics"] == "exact_match"
    assert "ppl" in found["sums"]["other_metrics"]


def test_the_first_page_says_so(report):
    text = (report / "report.md").read_text()
    first = text[: text.index("## What is measured")]
    assert "1 has a late gain" in first
    for words in ("late gain", "resolution-limited", "unchanged", "sums", "colours", "moods", "ppl"):
        assert words in first
    assert "BIG-bench" not in first
    assert (report / "figures" / "tasks.svg").is_file()
