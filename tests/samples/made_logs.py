"""Made-up logs, in the variants that versions of the harness have written."""

import hashlib
import json
from pathlib import Path

TIME = "2024-08-21T03-44-09.494230"
LIKELIHOODS = [[-1.0, False], [-3.0, False], [-2.5, False], [-7.0, False]]
ENDINGS = [" red", " green", " blue", " 2"]


def name(task: str = "colours") -> str:
    return f"samples_{task}_{TIME}.jsonl"


def row(doc_id: int = 0, **changes) -> dict:
    """A line about four choices, the first of which is right and likeliest, as version 0.4.8 writes it."""
    return {
        "doc_id": doc_id,
        "doc": {"question": f"Which colour has thing {doc_id}?"},
        "target": "0",
        "arguments": {f"gen_args_{i}": {"arg_0": "Q", "arg_1": text} for i, text in enumerate(ENDINGS)},
        "resps": [[[str(number), str(truth)]] for number, truth in LIKELIHOODS],
        "filtered_resps": [[str(number), str(truth)] for number, truth in LIKELIHOODS],
        "filter": "none",
        "metrics": ["acc"],
        "doc_hash": hashed(doc_id),
        "prompt_hash": hashed(0),
        "target_hash": hashed(0),
        "acc": 1.0,
    } | changes


def old(doc_id: int = 0, **changes) -> dict:
    """The same as the first 0.4 versions write it: numbers as numbers, lists, neither filter nor metrics."""
    bare = {"target": 0, "filtered_resps": LIKELIHOODS, "arguments": [["Q", text] for text in ENDINGS]}
    found = row(doc_id, **bare) | changes
    return {key: value for key, value in found.items() if key not in ("filter", "metrics") or key in changes}


def text(output, target: str | list = "the red house", doc_id: int = 0, **changes) -> dict:
    """A line about a generated text."""
    generated = {
        "target": target,
        "filtered_resps": [output],
        "resps": [[output]],
        "arguments": {"gen_args_0": {"arg_0": "Q", "arg_1": {"until": ["\n"]}}},
        "metrics": ["exact_match"],
        "exact_match": 0.0,
    }
    found = row(doc_id, **generated) | changes
    del found["acc"]
    return found


def hashed(doc_id: int) -> str:
    return hashlib.sha256(str(doc_id).encode()).hexdigest()


def write(folder: Path, rows: list, task: str = "colours") -> Path:
    """Write rows as lines; bytes as they are."""
    path = folder / name(task)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (own if isinstance(own, bytes) else json.dumps(own, ensure_ascii=False).encode() + b"\n" for own in rows)
    path.write_bytes(b"".join(lines))
    return path
