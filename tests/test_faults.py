"""Runs that are killed, disks that are full, folders that are moved: the next run ends with the same tables.

docs/faults.md says of every fault in every stage what happens, and names the test that shows it.
"""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline import __main__ as command
from pipeline import sources, stages
from pipeline.core import database, files, parallel, progress
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT, Settings
from pipeline.fetch import tidy
from pipeline.load import tidy_table
from pipeline.stages import NAMES
from tests.conftest import is_thorough
from tests.fixtures import checkout_at, hasten_curve_tests, write_parquet

MATRIX = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
CURVES = "task,subtask,metric,shots,family,model,params,score,n_test\n" + "".join(
    f"{task},{task},exact_str_match,0,Tiny,tiny-{size},{10 ** (6 + size)},{size * step},100\n"
    for task, step in (("sums", 0.1), ("words", 0.05), ("none", 0))
    for size in range(8)
)


def test_the_matrix_names_tests_that_are_there():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", MATRIX)
    assert len(named) > 20
    for path, test in named:
        assert re.search(rf"^def {test}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), (path, test)


@pytest.fixture
def own(project: Settings) -> Settings:
    """A project with a small table of own scores."""
    (project.root / "scores.csv").write_text(CURVES, encoding="utf-8")
    return replace(project, source="scores.csv")


# Every child is a fork of a process that has imported everything and opened nothing.
KILLED = """
import os, random, signal, sys, time
from importlib import import_module
from pathlib import Path
import pytest
from pipeline import stages
from pipeline.core.settings import Settings
from tests.fixtures import hasten_curve_tests, sketch

root, times, one = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
settings, chance = Settings(root=root, source="scores.csv"), random.Random(16)
patch = pytest.MonkeyPatch()
hasten_curve_tests(patch)
sketch(patch)
for name in ("pipeline.fetch.tidy", "pipeline.load.tidy", *(stage.module for stage in stages.STAGES)):
    import_module(name)

def child(moment):
    pid = os.fork()
    if pid == 0:
        stages.run(settings, "report")
        os._exit(0)
    time.sleep(moment)
    if moment:
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
killed = []
while len(killed) < times:
    # As if it had never run: the run begins there.
    stage = stages.NAMES[len(killed) % len(stages.NAMES)]
    for name in stages.NAMES[stages.NAMES.index(stage):]:
        (settings.stamps / f"{name}.json").unlink(missing_ok=True)
    if child(chance.uniform(0.01, one)) == -signal.SIGKILL:
        killed.append(stage)
    else:
        one /= 2
print(*killed, file=sys.stderr)
sys.exit(child(0))
"""


def results(settings: Settings) -> dict[str, bytes]:
    folder = settings.results()
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix in {".csv", ".md", ".parquet"}]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.usefixtures("kernels", "sketched")
def test_killed_at_random_moments_of_every_stage_a_run_ends_in_the_same_results(own, request, monkeypatch):
    hasten_curve_tests(monkeypatch)
    stages.run(own, "report")
    expected = results(own)
    assert len(expected) > 10
    times = 60 if is_thorough(request.config) else 10
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(own.root), str(times), "0.8"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert set(ran.stderr.splitlines()[-1].split()) == set(NAMES)
    assert results(own) == expected
    assert [reason for _, reason in stages.status(own)] == [""] * len(NAMES)
    assert [path for path in own.root.rglob("*") if files.PARTIAL in path.name] == []


@pytest.mark.parametrize("moment", [0.2, 0.8, 1.6])
def test_stopped_by_hand_at_any_moment_a_run_says_at_most_one_line(tmp_path, moment):
    checkout = checkout_at(tmp_path / "checkout")
    (checkout / "scores.csv").write_text(CURVES)
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "check", "--source", "scores.csv"],
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(moment)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[1]
    if "/pipeline/" not in told and process.returncode == 1:
        pytest.skip("Python itself was still starting")
    assert process.returncode in {130, -signal.SIGINT}, told
    assert told in {"", "check: stopped. Next: the same command goes on from the last finished stage.\n"}


CALLED_BACK = """
import ctypes, os, runpy, signal, sys, time
from pipeline import stages

def run(*_):
    ctypes.CFUNCTYPE(None)(lambda: os.kill(os.getpid(), signal.SIGINT))()
    time.sleep(30)

stages.run, sys.argv = run, ["pipeline", "check"]
runpy.run_module("pipeline", run_name="__main__")
"""


REPORTED = """
import os, runpy, signal, sys
from pipeline import stages

def run(*_):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        pass
    class HalfMade:
        def __del__(self):
            raise AttributeError("no such part")

    HalfMade()
    raise RuntimeError("no compiled object yet")

stages.run, sys.argv = run, ["pipeline", "check"]
runpy.run_module("pipeline", run_name="__main__")
"""


@pytest.mark.parametrize("code", [CALLED_BACK, REPORTED], ids=["lost while C calls back", "reported as another error"])
def test_stopped_by_hand_whatever_a_library_makes_of_it_a_run_stops(code):
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 130
    assert ran.stderr == "check: stopped. Next: the same command goes on from the last finished stage.\n"


# No room, and what may not be written


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("stage", ["fetch", "load", "score"])
def test_without_room_a_stage_ends_in_one_line_and_leaves_nothing_half_written(own, monkeypatch, capsys, stage):
    monkeypatch.setattr(command, "Settings", lambda **options: replace(own, source=options["source"]))
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        assert command.main([stage, "--source", "scores.csv"]) == 1
    told = capsys.readouterr().err
    assert re.fullmatch(rf"{stage}: \S+data/\S+: cannot be written \(No space left on device\)\. Next: .*\n", told)
    assert [path for path in own.root.rglob("*") if files.PARTIAL in path.name] == []
    assert command.main([stage, "--source", "scores.csv"]) == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "of /\\S+: No space left on device. Next: "),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 9), "xxxxxxxxx: File name too long. Next: "),
        (
            duckdb.IOException("Could not write: No space left"),
            r"data/: the database cannot be written .*No space left",
        ),
        (duckdb.OutOfMemoryException("could not allocate"), r"data/: the database cannot be written .*allocate"),
        (
            duckdb.TransactionException("Failed to commit: No space left on device"),
            r"data/: the database cannot be w.*",
        ),
        (MemoryError(), "the machine has no memory left. Next: "),
    ],
    ids=str,
)
def test_what_the_system_refuses_is_one_line(monkeypatch, capsys, error, words):
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(stages, "run", refuse)
    assert command.main(["score"]) == 1
    assert re.fullmatch(f"score: .*{words}.*\n", capsys.readouterr().err)


def test_a_process_that_ran_out_of_memory_is_one_line(tmp_path):
    parts = [parallel.Part(tmp_path / f"{number}.parquet", os._exit, (9,)) for number in range(2)]
    with pytest.raises(PipelineError, match="was ended, perhaps because memory ran out. Next: "):
        parallel.ensure(parts, workers=2, label="test", unit="row")


def test_a_database_of_another_version_is_replaced(own):
    own.database.parent.mkdir(parents=True)
    own.database.write_bytes(b"\0" * 8 + b"DUCK" + b"\xff" * 4000)
    stages.run(own, "load")
    with database.connect(own.database, read_only=True) as connection:
        assert database.count(connection, "select count(*) from stg_scores") == 24


def test_what_a_killed_run_had_beside_its_database_is_no_obstacle(own):
    own.database.parent.mkdir(parents=True)
    beside = own.database.with_name(f".{own.database.stem}-x{files.PARTIAL}.duckdb.tmp")
    beside.mkdir()
    (beside / "block").write_bytes(b"spilled")
    own.database.with_name(f"{own.database.name}.wal").write_bytes(b"of another database")
    stages.run(own, "score")
    assert sorted(path.name for path in own.database.parent.iterdir()) == [own.database.name]


def test_a_folder_that_is_moved_or_copied_needs_nothing_anew(own, tmp_path):
    stages.run(own, "score")
    for take in (shutil.copytree, shutil.move):
        target = tmp_path.parent / f"{tmp_path.name}-{take.__name__}"
        source = own.root if take is shutil.copytree else tmp_path.parent / f"{tmp_path.name}-copytree"
        take(source, target, **({"symlinks": True} if take is shutil.copytree else {}))
        moved = replace(own, root=target)
        assert [reason for name, reason in stages.status(moved) if name in NAMES[:3]] == ["", "", ""]


# Own scores that are no table, or too large a one


@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "sparse", "gzip", "pattern", "long"])
def test_what_is_no_table_is_refused_in_one_line(own, monkeypatch, capsys, kind):
    name = {"pattern": "a*b.csv", "long": "x" * 300 + ".csv"}.get(kind, "x.csv")
    path = own.root / name
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(tidy.MOST_BYTES + 1)
    elif kind != "long":
        path.write_bytes(b"\x1f\x8b\x08\0" + b"\xff" * 100)
    monkeypatch.setattr(command, "Settings", lambda **_: replace(own, source=name))
    assert command.main(["load", "--source", name]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "Next: " in told


def test_a_parquet_file_that_stands_for_more_than_anybody_can_hold_is_refused(own, monkeypatch):
    row = "'t' as task, 'm' as metric, 'f' as family, 'k' as model, 1 as params, 0.5 as score"
    monkeypatch.setattr(tidy_table, "MOST_ROWS", 10_000)
    for query, words in (
        (f"select {row} from range(10001)", "holds 10,001 rows, and at most 10,000"),
        (
            f"select * replace (repeat('x', 300000) as task) from (select {row} from range(500))",
            "more than 200,000 char",
        ),
    ):
        settings = replace(own, source="bomb.parquet")
        write_parquet(query, settings.path)
        assert settings.path.stat().st_size < 2_000_000
        with pytest.raises(PipelineError, match=words):
            sources.load(settings)
        assert not settings.database.exists()


def test_names_that_are_alike_have_folders_of_their_own():
    names = [
        Settings(source=source).name for source in ("a.csv", "a/csv", "a-csv", "-a.csv", " a.csv", "a\n.csv", "%=")
    ]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,60}", name) for name in names)
    assert len(Settings(source="x" * 5000).name) < 60


@pytest.mark.parametrize(
    ("percent", "seconds", "told"),
    [
        (50, 10, "load     50 % of this step, some 10 s left"),
        (1, 1, ""),
        (0, 10, ""),
        (-1, 10, ""),
        (100, 9, "load     100 % of this step, some 0 s left"),
    ],
)
def test_a_long_query_says_how_far_it_is(percent, seconds, told):
    assert progress.told("load", percent, seconds) == told


# The environment


def fake_python(folder: Path, *, site: bool) -> Path:
    """A Python in an environment that notes what it is asked, and whose libraries are there or not."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(
        f'#!/bin/sh\necho "$*" >> "{folder}/asked"\ncase "$*" in *getsitepackages*) exit {0 if site else 1};; esac\n'
    )
    python.chmod(0o755)
    (folder / "pyvenv.cfg").write_text("")
    return python


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", f"VENV={folder}", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_an_installation_that_was_cut_off_is_done_anew(tmp_path):
    fake_python(tmp_path, site=True)
    (tmp_path / ".run.part").touch()
    ran = make(tmp_path, f"{tmp_path}/.run")
    assert "the last time was cut off; installing all of it anew" in ran.stdout
    assert (
        "install --no-compile --progress-bar off --force-reinstall --require-hashes -r requirements.txt"
        in (tmp_path / "asked").read_text()
    )
    assert sorted(path.name for path in tmp_path.glob(".run*")) == [".run"]
    assert "force-reinstall" not in make(tmp_path, "-n", "-W", "requirements.txt", f"{tmp_path}/.run").stderr


def test_an_environment_whose_python_is_gone_or_another_is_made_again(tmp_path):
    folder, other = tmp_path / "venv", fake_python(tmp_path / "system", site=True)
    fake_python(folder, site=False)
    (folder / ".run").touch()
    ran = make(folder, f"PYTHON={other}", f"{folder}/bin/python")
    assert "is gone or another" in ran.stdout, ran.stderr
    assert f"-m venv --clear {folder}" in (tmp_path / "system" / "asked").read_text()
    assert not (folder / ".run").exists()


def test_a_dollar_sign_in_a_name_is_only_a_sign(tmp_path):
    fake_python(tmp_path, site=True).write_text('#!/bin/sh\nprintf "%s\\n" "$SOURCE"\n')
    (tmp_path / ".run").touch()
    name = f"a$b$(shell touch {tmp_path}/pwned)'\"%=#.csv"
    ran = make(tmp_path, "-o", f"{tmp_path}/.run", "score", f"SOURCE={name}")
    assert ran.stdout == name + "\n"
    assert not (tmp_path / "pwned").exists()
