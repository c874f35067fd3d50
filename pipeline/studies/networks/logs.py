"""The answers of the adding transformers as logs of single examples, for the reader of harness results."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline.core import files
from pipeline.studies.networks.plan import Job

# The harness names a result and its logs by the same time. Ours have none to tell, and stay the same to the byte.
TIME = "2000-01-01T00-00-00"


def write_logs(answers: Sequence[tuple[Job, pd.DataFrame]], folder: Path) -> None:
    """Write the answers as lm-evaluation-harness logs its samples, one folder per seed, one result and log per network.

    Args:
        answers: of each network `target` and `answer`.
        folder: where `seed-<n>/dimension-<d>/` is written; `make report SOURCE=<folder>/seed-0` scores them again.
    """
    for job, given in answers:
        own = folder / f"seed-{job.seed}" / f"dimension-{job.size:02d}"
        right = [target == answer for target, answer in zip(given["target"], given["answer"], strict=True)]
        mean, n = sum(right) / len(right), len(right)
        parameters = int(given["parameters"].iloc[0])
        result = {
            "results": {"sums": {"exact_match,none": mean, "exact_match_stderr,none": (mean * (1 - mean) / (n - 1)) **
            0.5}}, "config": {
                "model": "hf",
                "model_args": f"pretrained=adder-{parameters / 1e6:.4f}m",
                "model_num_parameters": parameters,
            },
            "n-samples": {"sums": {"original": n, "effective": n}},
            "higher_is_better": {"sums": {"exact_match": True}},
        }  # fmt: skip
        files.write_text(own / f"results_{TIME}.json", json.dumps(result) + "\n")
        lines = [
            json.dumps(
                {
                    "doc_id": place,
                    "target": target,
                    "resps": [[answer]],
                    "filtered_resps": [answer],
                    "exact_match": float(target == answer),
                }
            )
            for place, (target, answer) in enumerate(zip(given["target"], given["answer"], strict=True))
        ]  # fmt: skip
        files.write_text(own / f"samples_sums_{TIME}.jsonl", "\n".join(lines) + "\n")
