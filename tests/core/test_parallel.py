"""Long work in parts: the same on any number of cores, and where it was stopped it goes on."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipeline.core import parallel
from pipeline.core.errors import PipelineError
from pipeline.core.parallel import Part, Work, ensure, make_and_keep, read
from pipeline.core.settings import ROOT

ROWS = 5


def make(number: int, log: Path | None = None) -> pd.DataFrame:
    """What a part holds: its rows in no order that sorting would give."""
    if log:
        with log.open("a", encoding="utf-8") as lines:
            lines.write(f"{number} {os.getpid()}\n")
    return pd.DataFrame({"number": number, "value": [(7 * row + number) % 11 / 3 for row in range(ROWS)]})


def refuse(number: int) -> pd.DataFrame:
    raise PipelineError(f"part {number} cannot be made. Next: nothing.")


def parts_in(folder: Path, numbers=range(4), log: Path | None = None) -> list[Part]:
    return [Part(folder / f"{number}.parquet", make, (number, log), ROWS) for number in numbers]


def made(log: Path) -> list[int]:
    """The numbers of the parts that were made, in order."""
    return sorted(int(line.split()[0]) for line in log.read_text().splitlines()) if log.is_file() else []


def ensured(parts: list[Part], workers: int = 1) -> list[pd.DataFrame]:
    ensure(parts, workers=workers, label="test", unit="row")
    return [read(part) for part in parts]


# A run of its own, whose end can be seen.
TOGETHER = """
import os, sys
from pathlib import Path
from tests.core.test_parallel import ensured, parts_in

folder, log = map(Path, sys.argv[1:])
ensured(parts_in(folder, log=log), workers=2)
print(os.getpid())
"""


def test_workers_change_nothing_and_end_without_a_word(tmp_path):
    folder, log = tmp_path / "together", tmp_path / "log"
    ran = subprocess.run(
        [sys.executable, "-c", TOGETHER, str(folder), str(log)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stderr == ""
    for one, other in zip(ensured(parts_in(tmp_path / "alone")), map(read, parts_in(folder)), strict=True):
        pd.testing.assert_frame_equal(one, other)
    pids = {int(line.split()[1]) for line in log.read_text().splitlines()}
    assert int(ran.stdout) not in pids


def test_the_processes_of_one_work_do_the_next_until_they_are_let_go(tmp_path):
    log = tmp_path / "log"
    with parallel.kept_processes():
        for name in ("first", "second"):
            ensured(parts_in(tmp_path / name, range(8), log=log), workers=2)
        pids = {int(line.split()[1]) for line in log.read_text().splitlines()}
        assert len(pids) <= 2
    assert not any(process.pid in pids for process in multiprocessing.active_children())


def test_with_one_worker_no_process_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "_pool", lambda _: pytest.fail("a process was started"))
    log = tmp_path / "log"
    ensured(parts_in(tmp_path, log=log))
    assert {line.split()[1] for line in log.read_text().splitlines()} == {str(os.getpid())}


def test_rows_keep_their_order(tmp_path):
    for number, frame in enumerate(ensured(parts_in(tmp_path))):
        pd.testing.assert_frame_equal(frame, make(number))


def test_what_is_kept_is_not_made_again(tmp_path):
    log = tmp_path / "log"
    ensured(parts_in(tmp_path, range(3), log=log))
    ensured(parts_in(tmp_path, range(5), log=log))
    assert made(log) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_made_before_an_error_is_kept(tmp_path, workers):
    first, *others = parts_in(tmp_path)
    make_and_keep(first)
    bad = Part(tmp_path / "bad.parquet", refuse, (9,))
    with pytest.raises(PipelineError, match="part 9 cannot be made"):
        ensure([first, bad, *others], workers=workers, label="test", unit="row")
    assert first.path.is_file()
    assert not bad.path.exists()
    assert list(tmp_path.glob(".*")) == []


# A run in a process of its own, for it will be killed: its third part never ends. A job in the background of a script
# ignores SIGINT and lets its children inherit that.
RUN = """
import signal, sys, time
from pathlib import Path
from pipeline.core.parallel import Part, ensure
from tests.core.test_parallel import make, parts_in

def stop(number):
    print("waiting", flush=True)
    time.sleep(600)

signal.signal(signal.SIGINT, signal.default_int_handler)
folder, log = map(Path, sys.argv[1:])
parts = parts_in(folder, log=log)
parts[2] = parts[2]._replace(make=stop, arguments=(2,))
ensure(parts, workers=1, label="test", unit="row")
"""


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_run_goes_on_where_it_was(tmp_path, sent):
    folder, log = tmp_path / "parts", tmp_path / "log"
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder), str(log)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(sent)
        try:
            assert process.wait(60) != 0
        finally:
            process.kill()
    assert sorted(path.name for path in folder.iterdir()) == ["0.parquet", "1.parquet"]
    frames = ensured(parts_in(folder, log=log))
    assert made(log) == [0, 1, 2, 3]
    for number, frame in enumerate(frames):
        pd.testing.assert_frame_equal(frame, make(number))


def test_a_damaged_part_is_named_with_what_to_do(tmp_path):
    [part] = parts_in(tmp_path, [0])
    make_and_keep(part)
    part.path.write_bytes(part.path.read_bytes()[:-20])
    with pytest.raises(PipelineError, match=r"0\.parquet: cannot be read .*Next: delete it, then run the same command"):
        read(part)


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "parts").write_text("a file in the way")
    with pytest.raises(PipelineError, match="cannot be written .*Next: "):
        ensured(parts_in(tmp_path / "parts"))


def test_work_is_done_here_by_one_process_unless_it_says_otherwise(tmp_path):
    assert Work(tmp_path) == (tmp_path, 1, "")


def test_a_scheduler_without_dask_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(PipelineError, match="needs dask.distributed, which is not installed. Next: `make cluster`"):
        ensure(parts_in(tmp_path), workers=1, scheduler="tcp://127.0.0.1:1", label="test", unit="row")
    assert list(tmp_path.iterdir()) == []


def test_the_fingerprint_is_of_code_and_libraries(monkeypatch):
    known = parallel.fingerprint()
    assert parallel.fingerprint() == known
    monkeypatch.setattr(parallel.freshness, "versions", lambda: {"numpy": "0"})
    assert parallel.fingerprint() != known
    monkeypatch.undo()
    monkeypatch.setattr(parallel.freshness, "digest", lambda _: "other code")
    assert parallel.fingerprint() != known
