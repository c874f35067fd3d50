"""What a user types: make, its help, the README, and the errors on the terminal."""

import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pipeline import __main__ as command
from pipeline import stages
from pipeline.core.settings import DEFAULT_MIRROR, DEFAULT_SOURCE, DEFAULT_THRESHOLD, ROOT, Settings
from pipeline.stages import BY_NAME, NAMES
from tests.fixtures import OFFLINE, checkout_at, copy_made_by_tools, make, project_at

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z_-]+): .*## ", MAKEFILE, re.MULTILINE)
OPTIONS = re.findall(r"^#: (\w+) ", MAKEFILE, re.MULTILINE)


def run(arguments, folder):
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)


def test_help_lists_every_target_and_every_option():
    shown = make(ROOT).stdout
    for name in (*TARGETS, *OPTIONS):
        assert re.search(rf"^  {name} +\S", shown, re.MULTILINE), name
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)[1].replace("\\\n", " ").split()
    assert set(phony) == set(TARGETS)
    assert set(BY_NAME) <= set(TARGETS)


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
    assert set(re.findall(r"(?:`|\$ |^)make ([a-z_-]+)", README, re.MULTILINE)) <= set(TARGETS)


@pytest.mark.usefixtures("kernels", "sketched", "alone")
def test_the_readme_shows_what_results_of_one_s_own_give(tmp_path, capsys):
    block = re.search(r"```console\n\$ make report SOURCE=(\S+)\n(.*?)```", README, re.DOTALL)
    folder = ROOT / block[1]
    if not folder.is_dir():
        pytest.skip(f"{folder.name} is not there")
    # As from the folder of the Makefile.
    (tmp_path / "shared").symlink_to(ROOT.parent / "shared")
    settings = replace(project_at(tmp_path / "project"), source=block[1])
    copy_made_by_tools(settings)
    stages.run(settings, "report")
    headline = (settings.stamps / "headline").read_text(encoding="utf-8")
    assert block[2] == capsys.readouterr().out + headline


def test_the_readme_shows_the_headline_of_the_committed_report():
    report = (ROOT / "outputs" / "report.md").read_text(encoding="utf-8")
    answer = re.search(r"^\*\*.*$", report, re.MULTILINE)[0]
    assert answer.replace("**", "") in README
    [verdict] = re.findall(r"^(\*\*[^*]*\*\*) ", answer)
    assert f"{verdict}\n" in README


def test_the_readme_shows_the_row_of_a_task():
    [row] = re.findall(r"^\$ grep \^modified_arithmetic, \S+\n(.*\n)```", README, re.MULTILINE)
    assert row in (ROOT / "outputs" / "tables" / "tasks.csv").read_text(encoding="utf-8")


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
        (["--source", "\udcff.csv"], "the name is no UTF-8. Next: rename it"),
        (["--mirror", "nowhere"], "MIRROR=nowhere holds no"),
    ],
)
def test_an_error_is_one_line_and_status_one(arguments, words, project, monkeypatch, capsys):
    monkeypatch.setattr(command, "Settings", partial(Settings, root=project.root))
    assert command.main(["fetch", *arguments]) == 1
    shown = capsys.readouterr().err
    assert words in shown
    assert len(shown.splitlines()) == 1
    assert "Traceback" not in shown


def test_the_command_ends_with_that_status():
    result = run([sys.executable, "-m", "pipeline", "fetch", "--threshold", "many"], ROOT)
    assert result.returncode == 1
    assert result.stderr.startswith("fetch: THRESHOLD=many is not a positive number")
    assert len(result.stderr.splitlines()) == 1


def test_debug_shows_the_traceback(monkeypatch, capsys):
    monkeypatch.setenv("DEBUG", "1")
    assert command.main(["fetch", "--threshold", "many"]) == 1
    assert "Traceback" in capsys.readouterr().err


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
    python.write_text('#!/bin/sh\ncase "$*" in *requirements-torch*) exit 1;; esac\n')
    python.chmod(0o755)
    result = run(["make", f"VENV={tmp_path}", "induce"], ROOT)
    assert result.returncode != 0
    assert re.search(
        r"^make: pip could not install torch for CUDA \(.* Next: name an index", result.stderr, re.MULTILINE
    )
    assert (tmp_path / ".digits").exists()
    assert not (tmp_path / ".torch").exists()


def test_no_file_names_what_it_must_not():
    tracked = run(["git", "ls-files"], ROOT).stdout.splitlines()
    hosts = re.compile(r"\b(pypi|pythonhosted|files\.python)\.(org|io)\b|/home/\w+|/root/|/tmp/\w+/")
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".svg", ".png", ".parquet"} or path == Path(__file__) or not path.is_file():
            continue
        assert not hosts.search(path.read_text(encoding="utf-8")), name


def told_by(result):
    """What stages said that ran."""
    assert result.returncode == 0, result.stderr
    return [name for line in result.stdout.splitlines() if (name := line.split(" ")[0]) in NAMES]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the project without data and results."""
    return checkout_at(tmp_path_factory.mktemp("user") / "checkout")


@pytest.mark.parametrize("source", ["a:b", "a'b", "a%b", "a;touch pwned;b", "-x", "$(touch pwned)", "a\tb c"])
def test_an_odd_source_is_an_error_and_nothing_else(checkout, source):
    before = sorted(checkout.rglob("*"))
    assert sorted(path.name for path in checkout.iterdir()) == [
        "Makefile", "outputs", "pipeline", "requirements-dev.txt", "requirements.txt", "sql",
    ]  # fmt: skip
    result = make(checkout, "report", f"SOURCE={source}", PYTHONDONTWRITEBYTECODE="1")
    assert result.returncode != 0
    assert f"SOURCE={source} is not a source" in result.stderr
    assert sorted(checkout.rglob("*")) == before


CURVE = "task,subtask,metric,shots,family,model,params,score\n" + "".join(
    f"sums,sums,exact_str_match,0,Tiny,tiny-{size},{10 ** (6 + size)},{0 if size < 4 else 0.5}\n" for size in range(5)
)


@pytest.mark.usefixtures("kernels")
def test_make_redoes_what_is_needed_and_nothing_else(tmp_path):
    checkout = checkout_at(tmp_path / "checkout")
    (checkout / "my scores.csv").write_text(CURVE)
    source = "SOURCE=my scores.csv"

    first = make(checkout, "report", source)
    assert told_by(first) == list(NAMES)
    [report] = re.findall(r"^report   (\S+/report\.html) ", first.stdout, re.MULTILINE)
    assert (checkout / report).is_file()
    headline = first.stdout[first.stdout.index("\nexplorer") + 1 :].split("\n", 1)[1]

    again = make(checkout, "report", source)
    assert again.stdout == headline
    assert set(re.findall(r"^(\w+) +up to date$", make(checkout, "status", source).stdout, re.MULTILINE)) == set(NAMES)

    query = checkout / "sql" / "curves" / "curve_emergence.sql"
    query.touch()
    assert make(checkout, "report", source).stdout == headline
    query.write_text(query.read_text() + "-- another\n")
    assert told_by(make(checkout, "curve_tests", source)) == ["score", "curve_tests"]

    other = make(checkout, "analyse", source, "THRESHOLD=50", "OUT=data/my results")
    assert told_by(other) == ["curve_tests", "analyse"]
    assert "tables in data/my results/tables" in other.stdout
    assert (checkout / "data" / "my results" / "tables" / "emergence.parquet").is_file()
    # The first report is still there, whatever is computed anew.
    make(checkout, "clean")
    assert (checkout / report).is_file()
    assert sorted(path.name for path in (checkout / "data").iterdir()) == ["my results", "runs"]

    bad = make(checkout, "report", source, "THRESHOLD=many")
    assert bad.returncode != 0
    assert "THRESHOLD=many is not a positive number" in bad.stderr


def test_without_scores_and_network_make_still_reports(stand_in):
    printed = (stand_in.root / "printed.txt").read_text()
    assert "STAND-IN" in printed.splitlines()[0]
    assert "STAND-IN" in printed.splitlines()[-1]
    assert "The published numbers are reproduced" in printed
    report = stand_in.data / "runs" / "stand-in" / "report.md"
    assert "made without the scores" in report.read_text().splitlines()[2]
    assert [path.name for path in (stand_in.root / "outputs").iterdir()] == ["tables"]

    again = make(stand_in.root, "report", "MIRROR=", **OFFLINE)
    assert told_by(again) == ["fetch", "report"]
    assert again.stdout.splitlines()[1:] == printed.splitlines()[-len(again.stdout.splitlines()) + 1 :]
    assert "STAND-IN" in again.stdout.splitlines()[-1]


# Last: the report of the real scores is being made meanwhile, for other tests.
def test_the_readme_shows_what_a_run_prints(real_report):
    block = re.search(r"```console\n\$ make report\n(.*?)```", README, re.DOTALL)[1]
    printed = (real_report.root / "printed.txt").read_text(encoding="utf-8")
    headline = (real_report.stamps / "headline").read_text(encoding="utf-8")
    fetched, rest = block.split("\n", 1)
    assert re.fullmatch(r"fetch    \S+: 439,462 bytes, sha256 verified, from \.\./shared/bigbench/\S+", fetched)
    assert rest == printed + headline
