"""What a user types: make, its help, the README, and the errors on the terminal."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipeline import mirage, simulate
from pipeline.induce import findings as induced
from pipeline.settings import DEFAULT_MIRROR, DEFAULT_SOURCE, DEFAULT_THRESHOLD, ROOT
from tests.conftest import MIRRORED

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z]+): .*## ", MAKEFILE, re.MULTILINE)
OPTIONS = re.findall(r"^#: (\w+) ", MAKEFILE, re.MULTILINE)


def run(arguments, folder, **environment):
    return subprocess.run(
        arguments,
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def make(folder, *arguments, **environment):
    return run(["make", f"VENV={sys.prefix}", *arguments], folder, **environment)


def stage(name, *arguments, **environment):
    return run([sys.executable, "-m", "pipeline", name, *arguments], ROOT, **environment)


def test_help_lists_every_target_and_every_option():
    shown = make(ROOT).stdout
    for name in (*TARGETS, *OPTIONS):
        assert re.search(rf"^  {name} +\S", shown, re.MULTILINE), name
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
    assert set(phony) - {"FORCE"} == set(TARGETS)


def test_every_option_is_a_make_variable_with_the_default_that_help_names():
    for name in OPTIONS:
        assert re.search(rf"^{name} \?=", MAKEFILE, re.MULTILINE), name
    defaults = dict(re.findall(r"^(\w+) \?= ?(.*)$", MAKEFILE, re.MULTILINE))
    assert set(defaults) == set(OPTIONS)
    assert defaults["SOURCE"] == DEFAULT_SOURCE
    assert defaults["MIRROR"] == DEFAULT_MIRROR
    assert float(defaults["THRESHOLD"]) == DEFAULT_THRESHOLD
    for name in ("SOURCE", "MIRROR", "THRESHOLD", "PYTHON", "VENV"):
        assert f"(default: {defaults[name]})" in re.search(rf"^#: {name} .*$", MAKEFILE, re.MULTILINE)[0]


def test_the_readme_names_every_target_and_option_and_no_other():
    for target in TARGETS:
        assert f"`make {target}`" in README, target
    for option in OPTIONS:
        assert f"`{option}`" in README, option
    assert set(re.findall(r"(?:`|\$ |^)make ([a-z]+)", README, re.MULTILINE)) <= set(TARGETS)


def test_the_readme_shows_what_a_run_prints():
    block = re.search(r"```console\n\$ make report\n(.*?)```", README, re.DOTALL)[1]
    report = (ROOT / "outputs" / "report.md").read_text(encoding="utf-8")
    headline = report.split("## The answer in short")[1].split("\n![")[0]
    for line in re.findall(r"^- (\*\*.*)$", headline, re.MULTILINE):
        assert line.replace("**", "") in block
    assert "report   outputs/report.html" in block
    emergence = str(ROOT / "outputs" / "tables" / "emergence.parquet")
    for status, curves in duckdb.sql(f"select status, count(*) from '{emergence}' group by status").fetchall():
        assert f"{curves:,} {status}" in block
    for line in (ROOT / "outputs" / "tables" / "row_counts.csv").read_text().splitlines()[1:]:
        outcome, rows = line.rsplit(",", 1)
        assert f"{int(rows):,} " in block, outcome
    # The stage `sharpness` and the tool `calibrate` have a table each.
    by_other_targets = (*mirage.TABLES, *simulate.TABLES, *induced.TABLES, "curve_tests", "calibration")
    stage_tables = [path for path in (ROOT / "outputs" / "tables").iterdir() if path.stem not in by_other_targets]
    assert f"{len(stage_tables)} tables in outputs/tables" in block


def test_every_file_that_the_readme_links_is_there():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--threshold=-1e5"], "THRESHOLD=-1e5 is not a positive number"),
        (["--threshold=1e400"], "THRESHOLD=1e400 is not a positive number"),
        (["--source=-x"], "SOURCE=-x"),
        (["--threshold", "many"], "THRESHOLD=many is not a positive number up to 1,000,000,000. Next: "),
        (["--threshold", "0"], "THRESHOLD=0 is not a positive number up to 1,000,000,000. Next: "),
        (["--threshold", "nan"], "THRESHOLD=nan is not a positive number up to 1,000,000,000. Next: "),
        (["--source", "guesswork"], "SOURCE=guesswork"),
        (["--mirror", "nowhere"], "MIRROR=nowhere holds no"),
    ],
)
def test_an_error_is_one_line_and_status_one(arguments, words):
    result = stage("fetch", *arguments)
    assert result.returncode == 1
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback():
    result = stage("fetch", "--threshold", "many", DEBUG="1")
    assert result.returncode == 1
    assert "Traceback" in result.stderr


def test_make_refuses_an_old_python(tmp_path):
    old = tmp_path / "python2"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = run(["make", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}", f"{tmp_path / 'venv'}/bin/python"], ROOT)
    assert result.returncode != 0
    assert "is not Python 3.11 or newer. Next: name one with PYTHON=" in result.stderr


def test_make_induce_says_it_when_torch_cannot_be_installed(tmp_path):
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\ncase "$*" in *requirements-torch.txt*) exit 1;; esac\n')
    python.chmod(0o755)
    result = run(["make", f"VENV={tmp_path}", "induce"], ROOT)
    assert result.returncode != 0
    assert re.search(r"^make: pip found no build of torch==\S+ for .* Next: ", result.stderr, re.MULTILINE)
    assert (tmp_path / ".digits").exists()
    assert not (tmp_path / ".torch").exists()


def test_no_file_names_what_it_must_not():
    tracked = run(["git", "ls-files"], ROOT).stdout.splitlines()
    hosts = re.compile(r"\b(pypi|pythonhosted|files\.python)\.(org|io)\b|/home/\w+|/root/|/tmp/\w+/")
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".png", ".parquet"} or path == Path(__file__) or not path.is_file():
            continue
        assert not hosts.search(path.read_text(encoding="utf-8")), name


@pytest.fixture
def checkout(tmp_path):
    """A copy of the project without data and results, which uses the environment that runs this test."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy2(ROOT / name, folder / name)
    for name in ("pipeline", "sql"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "outputs" / "tables").mkdir(parents=True)
    for name in ("emergence.parquet", "curve_tests.parquet"):
        shutil.copy2(ROOT / "outputs" / "tables" / name, folder / "outputs" / "tables")
    return folder


def stages_run(result):
    assert result.returncode == 0, result.stderr
    return [
        line.split()[0] for line in result.stdout.splitlines() if re.match(r"(fetch|load|score|analyse|venv) ", line)
    ]


@pytest.mark.skipif(not MIRRORED.is_file(), reason=f"the real scores are not in {DEFAULT_MIRROR}")
def test_make_redoes_what_is_needed_and_nothing_else(checkout):
    mirror = f"MIRROR={MIRRORED.parent}"

    first = make(checkout, "report", mirror)
    assert stages_run(first) == ["fetch", "load", "score", "analyse"]
    assert "report   outputs/report.html" in first.stdout

    again = make(checkout, "report", mirror)
    assert stages_run(again) == []
    assert "39 of 39 largest scores agree" in again.stdout

    (checkout / "sql" / "22_curve_emergence.sql").touch()
    assert stages_run(make(checkout, "analyse", mirror)) == ["score", "analyse"]

    (checkout / "pipeline" / "fetch" / "table.py").touch()
    assert stages_run(make(checkout, "analyse", mirror)) == ["fetch", "load", "score", "analyse"]

    other = make(checkout, "analyse", mirror, "THRESHOLD=50")
    assert stages_run(other) == ["analyse"]
    assert "data/runs/table-threshold-50" in other.stdout
    assert stages_run(make(checkout, "analyse", mirror)) == ["analyse"]

    spaced = (mirror, "THRESHOLD=50", "OUT=data/my results")
    assert stages_run(make(checkout, "analyse", *spaced)) == ["analyse"]
    assert stages_run(make(checkout, "analyse", *spaced)) == []
    assert stages_run(make(checkout, "analyse", mirror)) == ["analyse"]

    (checkout / "data" / "bigbench.duckdb").unlink()
    assert stages_run(make(checkout, "analyse", mirror)) == ["load", "score", "analyse"]

    (checkout / "outputs" / "tables" / "readings.csv").unlink()
    assert stages_run(make(checkout, "analyse", mirror)) == ["analyse"]

    bad = make(checkout, "report", mirror, "THRESHOLD=many")
    assert bad.returncode != 0
    assert "THRESHOLD=many is not a positive number" in bad.stderr


@pytest.mark.parametrize("source", ["a:b", "a'b", "a%b", "a;touch pwned;b", "-x", "$(touch pwned)", "a\tb c"])
def test_an_odd_source_is_an_error_and_nothing_else(checkout, source):
    result = make(checkout, "report", f"SOURCE={source.replace('$', '$$')}")
    assert result.returncode != 0
    assert f"SOURCE={source} is not a source" in result.stderr
    assert sorted(path.name for path in checkout.iterdir()) == [
        "Makefile", "data", "outputs", "pipeline", "requirements-dev.txt", "requirements.txt", "sql",
    ]  # fmt: skip
    assert [path.name for path in (checkout / "data").iterdir()] == ["stamps"]


def test_without_scores_and_network_make_still_reports(checkout):
    # A proxy that refuses every connection, so that this is the same test with and without a network.
    offline = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
    arguments = ("report", "MIRROR=")
    first = make(checkout, *arguments, **offline, NO_PROXY="", no_proxy="")
    assert first.returncode == 0, first.stderr
    assert "STAND-IN" in first.stdout.splitlines()[0]
    assert "STAND-IN" in first.stdout.splitlines()[-1]
    report = checkout / "data" / "runs" / "stand-in" / "report.md"
    assert "made without the scores" in report.read_text().splitlines()[2]
    assert [path.name for path in (checkout / "outputs").iterdir()] == ["tables"]

    again = make(checkout, *arguments, **offline, NO_PROXY="", no_proxy="")
    assert stages_run(again) == ["fetch"]
    assert "STAND-IN" in again.stdout.splitlines()[-1]
