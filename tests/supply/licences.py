"""`python -m tests.supply.licences`: the licences of the locked libraries, from what each says of itself -> NOTICE."""

import re
from collections import defaultdict
from collections.abc import Container, Mapping
from importlib import metadata
from pathlib import Path

from pipeline.core.files import write_text
from pipeline.core.settings import ROOT

NOTICE = ROOT / "NOTICE"
HEADING = "Libraries by licence, as each states it (`make sbom` writes this list)"
ABSENT = "Not installed where this list was made (other systems, other Pythons, torch's builds for CUDA)"
CLASSIFIER = "License :: OSI Approved :: "


def locked(root: Path = ROOT) -> dict[str, set[str]]:
    """All libraries that requirements*.txt lock, with their versions."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(root.glob("requirements*.txt")):
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            found[name.lower()].add(version)
    return found


def licence(name: str, versions: Container[str]) -> str:
    """What an installed library says of its licence, in a few words; ABSENT where it has none of these versions."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ABSENT
    if said["Version"] not in versions:
        return ABSENT
    classifiers = [text.removeprefix(CLASSIFIER) for text in said.get_all("Classifier", []) if CLASSIFIER in text]
    own = said.get("License", "").strip()
    short = own if "\n" not in own and len(own) <= 40 else ""
    return said.get("License-Expression", "") or "; ".join(classifiers) or short or "see its own files"


def listed(text: str) -> dict[str, str]:
    """What NOTICE says of each library now."""
    lines = (line.rstrip(".").rsplit(": ", 1) for line in text.split(HEADING)[1].splitlines() if ": " in line)
    return {name: what for what, names in lines for name in names.split(", ")}


def section(libraries: Mapping[str, Container[str]], before: Mapping[str, str]) -> str:
    """The list for NOTICE, one line per licence; what is not installed as it is locked keeps what was said before."""
    found = defaultdict(list)
    for name, versions in sorted(libraries.items()):
        said = licence(name, versions)
        found[before.get(name, ABSENT) if said == ABSENT else said].append(name)
    lines = [
        f"{what}: {', '.join(own)}." for what, own in sorted(found.items(), key=lambda one: (one[0] == ABSENT, one))
    ]
    return "\n".join([HEADING, "-" * len(HEADING), "", *lines]) + "\n"


def main() -> None:
    """Put the list of now in the place of the last one, at the end of NOTICE."""
    text = NOTICE.read_text(encoding="utf-8")
    write_text(NOTICE, f"{text.split(HEADING)[0].rstrip()}\n\n{section(locked(), listed(text))}")


if __name__ == "__main__":
    main()
