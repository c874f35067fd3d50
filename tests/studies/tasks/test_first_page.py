"""Made-up harness results of three families, from files to the first page."""

import csv
import json
import re

import numpy as np
import pytest

from pipeline import stages
from pipeline.core.settings import Settings
from pipeline.report.explorer import columns
from tests.fixtures import stay_alone

SIZES = ("70m", "160m", "410m", "1b", "3b", "7b", "13b")
# Of each family: its task, its test examples, and right answers by size.
FAMILIES = {
    "jumper": ("sums", 500, (10, 14, 20, 28, 38, 52, 420)),
    "coarse": ("colours", 20, (3, 4, 6, 8, 11, 13, 16)),
    "constant": ("moods", 200, (60,) * 7),
}


# Right answers of 5,000 along the training of one model: one task rises at once and stays, one smoothly.
CHECKPOINTS = (1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000)
TRAINING = {"sums": (50, 60, 50, 70, 3000, 3100, 3200, 3300), "facts": (500, 710, 980, 1310, 1680, 2080, 2470, 2830)}


def write(path, results, arguments):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"results": results, "config": {"model_args": arguments, "num_fewshot": 0}}))


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
                path = settings.root / "results" / family / f"{size}.json"
                write(path, {task: metrics}, f"pretrained=x/{family}-{size}")
        with pytest.MonkeyPatch.context() as patch:
            stay_alone(patch)
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
    first = text[: text.index(" What is measured?\n")]
    assert "1 has a late gain" in first
    for words in ("late gain", "resolution-limited", "unchanged", "sums", "colours", "moods", "ppl"):
        assert words in first
    assert "BIG-bench" not in first
    assert (report / "figures" / "tasks.svg").is_file()


@pytest.fixture(scope="module")
def training(builder):
    def build(settings):
        for place, step in enumerate(CHECKPOINTS):
            shares = {task: counts[place] / 5000 for task, counts in TRAINING.items()}
            found = {
                task: {"exact_match": p, "exact_match_stderr": float(np.sqrt(p * (1 - p) / 4999))}
                for task, p in shares.items()
            }
            path = settings.root / "results" / f"step{step}.json"
            write(path, found, f"pretrained=x/pythia-1b,revision=step{step}")
        with pytest.MonkeyPatch.context() as patch:
            stay_alone(patch)
            stages.run(Settings(root=settings.root, source="results", scale="training"), "report")

    settings = builder.project("training", build)
    return Settings(root=settings.root, source="results", scale="training").results()


def test_along_training_a_jump_is_found_and_no_page_speaks_of_sizes(training):
    with (training / "tables" / "tasks.csv").open() as lines:
        found = {row["task"]: row for row in csv.DictReader(lines)}
    assert {task: row["verdict"] for task, row in found.items()} == {"sums": "jump", "facts": "smooth"}
    assert found["sums"]["rule"].startswith("from one point to the next")
    text = (training / "report.md").read_text()
    assert "0 have a late gain beyond the noise of the test set, and 1 has a jump elsewhere" in text
    assert "the last point scores above the interval that the earlier points of its family forecast" in text
    for page in ("report.md", "methods.md", "tasks.md"):
        assert not re.search(r"(largest|smaller|smallest) models?\b", (training / page).read_text()), page


def test_along_training_the_explorer_speaks_of_points(training):
    packed = re.search(r'id="data">([^<]+)<', (training / "explorer.html").read_text())
    content = columns.unpacked(packed[1])
    assert content["words"]["scale_name"] == "tokens"
    said = " ".join([*content["sentences"].values(), *(meaning for _, meaning in content["verdicts"])])
    assert "The last point, {model}, scores {score}" in said
    assert not re.search(r"(largest|smaller|smallest) models?\b|\{(last|earlier|point)", said)
