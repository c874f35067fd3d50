"""What the name of a model says of its family, its size and its checkpoint."""

import re
from typing import NamedTuple

MULTIPLES = {"m": 1e6, "b": 1e9, "t": 1e12}
# A size as people write it, between two marks that part a name: 70m, 1.4b, 560M, 7b1 (for 7.1b), 66B.
SIZE = re.compile(r"(?<![^-_ ])([0-9]{1,4}(?:\.[0-9]{1,4})?)([mbt])([0-9]?)(?![^-_ ])", re.IGNORECASE)
# What tells no family from another: the precision of the weights, the day of a release.
DECORATION = re.compile(r"(?<![^-_ ])(?:bf16|fp16|fp32|float16|float32|bfloat16|hf|20\d{6})(?![^-_ ])", re.IGNORECASE)
STEP = re.compile(r"(?<![a-z0-9])step[-_]?([0-9]{1,12})(k?)(?![a-z0-9])", re.IGNORECASE)
TOKENS = re.compile(r"(?<![a-z0-9])tokens?[-_]?([0-9]{1,6}(?:\.[0-9]{1,4})?)([mbt])(?![a-z0-9])", re.IGNORECASE)
# After the first stage of a training, steps and tokens are counted anew.
LATER_STAGE = re.compile(r"(?<![a-z0-9])stage[-_]?(?:[2-9]|[1-9][0-9])(?![0-9])", re.IGNORECASE)


class Name(NamedTuple):
    """What a model's name says.

    Attributes:
        family: the name without its owner, its size and what tells no family from another.
        params: single parameters; none where no size, or more than one, stands in the name.
    """

    family: str
    params: float | None


class Checkpoint(NamedTuple):
    """What the name of a revision says of its place in the training.

    Attributes:
        step: of the training; none where no step stands in the name.
        tokens: trained on until then, where they stand in it.
        is_later_stage: whether both are counted from the start of a later stage.
    """

    step: int | None
    tokens: float | None
    is_later_stage: bool


def parse(model: str) -> Name:
    """Family and size of a model, such as `EleutherAI/pythia-1.4b-deduped`: pythia-deduped, 1.4e9.

    Args:
        model: a name on a model hub, or a path, whose last part counts; of `llama/7B` the last two. A size alone is
            of the family `unnamed`.
    """
    *above, own = [part for part in re.split(r"[/\\]", model) if part.strip()] or [model]
    if above and SIZE.fullmatch(own):
        own = f"{above[-1]}-{own}"
    tokens = [match.span() for match in TOKENS.finditer(own)]
    found = [match for match in SIZE.finditer(own) if not any(a < match.start() < b for a, b in tokens)]
    sizes = {_size(match) for match in found}
    rest = SIZE.sub("", own) if len(sizes) == 1 else own
    family = re.sub(r"[-_ ]*([-_ ])[-_ ]*", r"\1", DECORATION.sub("", rest)).strip("-_ ")
    if len(sizes) != 1:
        return Name(family or own, None)
    return Name(family or "unnamed", sizes.pop() or None)


def _size(match: re.Match[str]) -> float:
    whole, unit, tenth = match.groups()
    number = whole if not tenth or "." in whole else f"{whole}.{tenth}"
    # Digits and an exponent, so that 1.4b is 1400000000 and not a double beside it.
    return float(f"{number}e{len(str(int(MULTIPLES[unit.lower()]))) - 1}")


def parse_checkpoint(revision: str) -> Checkpoint:
    """Steps and tokens of a revision, such as `step143000` or `stage1-step10000-tokens42B`."""
    step, tokens = STEP.search(revision), TOKENS.search(revision)
    return Checkpoint(
        int(step[1]) * (1000 if step[2] else 1) if step else None,
        float(tokens[1]) * MULTIPLES[tokens[2].lower()] if tokens else None,
        bool(LATER_STAGE.search(revision)),
    )
