"""What the project is made of: every requirement locked and hashed, every licence named, both ends of versions."""

import re
import subprocess
import sys
from importlib import metadata

import pytest

from pipeline.core.settings import ROOT
from tests.supply import licences

LOCKS = sorted(ROOT.glob("requirements*.txt"))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(path):
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9._-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line[:80]


def test_notice_names_the_licence_of_every_locked_library():
    lists = licences.listed(licences.NOTICE.read_text(encoding="utf-8"))
    libraries = licences.locked()
    assert set(lists) == set(libraries), "Next: make sbom"
    # Those that this machine can look up: another version than the locked one may say it in other words.
    for name, what in lists.items():
        said = licences.licence(name, libraries[name])
        if licences.ABSENT not in (what, said):
            assert what == said, f"{name}; Next: make sbom"


def test_every_direct_requirement_has_a_lower_bound_that_the_lock_meets():
    declared = re.findall(r"^([a-z0-9-]+)(.*)$", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    assert len(declared) > 10
    for name, bound in declared:
        assert re.fullmatch(r">=[0-9.]+", bound), name
        assert numbers(pinned[name]) >= numbers(bound.removeprefix(">=")), name
        assert numbers(metadata.version(name)) >= numbers(bound.removeprefix(">=")), name


def numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def make(target: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.run", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


NO_NETWORK = re.compile(r"connection|resolve|network|timed out|no matching distribution|could not find a version", re.I)


@pytest.mark.thorough
@pytest.mark.parametrize("target", ["audit", "lowest"])
def test_audit_and_lowest_versions(target):
    ran = make(target)
    if ran.returncode and NO_NETWORK.search(ran.stderr):
        pytest.skip(f"make {target} needs a network: {ran.stderr.strip().splitlines()[-1]}")
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
