"""`python -m tests.supply.licences`: the licences of the locked libraries, from what each says of itself -> NOTICE."""

import re
from collections import defaultdict
from importlib import metadata
from pathlib import Path

from pipeline.core.files import write_text
from pipeline.core.settings import ROOT

NOTICE = ROOT / "NOTICE"
HEADING = "Libraries by licence, as each states it (`make sbom` writes this list)"
ABSENT = "Not installed where this list was made (other systems, other Pythons, torch's builds for CUDA)"
CLASSIFIER = "License :: OSI Approved :: "


def locked(root: Path = ROOT) -> set[str]:
    """The names of all that requirements*.txt lock."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(root.glob("requirements*.txt")))
    return {name.lower() for text in texts for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}


def is_as_locked(name: str, root: Path = ROOT) -> bool:
    """Whether the version that is installed is one that requirements*.txt lock."""
    texts = (path.read_text(encoding="utf-8") for path in root.glob("requirements*.txt"))
    pinned = {version for text in texts for version in re.findall(rf"(?mi)^{re.escape(name)}==(\S+)", text)}
    try:
        return metadata.version(name) in pinned
    except metadata.PackageNotFoundError:
        return False


def licence(name: str) -> str:
    """What an installed library says of its licence, in a few words; ABSENT where it is not installed."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ABSENT
    classifiers = [text.removeprefix(CLASSIFIER) for text in said.get_all("Classifier", []) if CLASSIFIER in text]
    own = said.get("License", "").strip()
    short = own if "\n" not in own and len(own) <= 40 else ""
    return said.get("License-Expression", "") or "; ".join(classifiers) or short or "see its own files"


def section(names: set[str]) -> str:
    """The list for NOTICE, one line per licence."""
    found = defaultdict(list)
    for name in sorted(names):
        found[licence(name)].append(name)
    lines = [
        f"{what}: {', '.join(own)}." for what, own in sorted(found.items(), key=lambda one: (one[0] == ABSENT, one))
    ]
    return "\n".join([HEADING, "-" * len(HEADING), "", *lines]) + "\n"


def main() -> None:
    """Put the list of now in the place of the last one, at the end of NOTICE."""
    text = NOTICE.read_text(encoding="utf-8").split(HEADING)[0].rstrip()
    write_text(NOTICE, f"{text}\n\n{section(locked())}")


if __name__ == "__main__":
    main()
