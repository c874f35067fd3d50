"""Parts that the workers of a dask scheduler make: the same as here, and none lost with a worker."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.core import parallel
from pipeline.core.errors import PipelineError
from pipeline.core.parallel import Part, Work, ensure
from pipeline.curve_tests import parts, plan
from tests.made import frame_of, smooth_counts

distributed = pytest.importorskip("distributed")

FREE = "tcp://127.0.0.1:9"


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=":0"
    ) as cluster:
        yield cluster


def slowly(number: int, log: Path, seconds: float) -> pd.DataFrame:
    """A part that takes a little, and notes by which process it was made."""
    with (log / f"begun-{number}").open("a", encoding="utf-8") as lines:
        lines.write(f"{os.getpid()}\n")
    time.sleep(seconds)
    return pd.DataFrame({"number": number, "value": np.random.default_rng(number).random(4)})


def refuse(number: int) -> pd.DataFrame:
    raise PipelineError(f"part {number} cannot be made. Next: nothing.")


def no_such_code() -> str:
    """Another fingerprint in each process."""
    return str(os.getpid())


def slow_parts(folder, log, number=8, seconds=0.2):
    log.mkdir(exist_ok=True)
    return [Part(folder / f"{one}.parquet", slowly, (one, log, seconds)) for one in range(number)]


def made_here(tmp_path):
    """The bytes of the same parts, made by this process at once."""
    return ensured(slow_parts(tmp_path / "here", tmp_path / "other log", seconds=0))


def ensured(some, address="", workers=1):
    ensure(some, workers=workers, scheduler=address, label="test", unit="row")
    return {part.path.name: part.path.read_bytes() for part in some}


def begun_by(log):
    """The processes that began each part."""
    return [list(map(int, path.read_text().split())) for path in sorted(log.iterdir())]


@pytest.mark.usefixtures("kernels")
def test_workers_of_a_scheduler_change_no_byte(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "CHUNK", 2)
    planned = plan.plan(plan.pooled(frame_of(smooth_counts(6, 30, rho=0.05), 30)))
    # That two processes here change no byte either is asserted in tests/curve_tests/test_parts.py.
    for name, how in {"here": (1, ""), "dask": (1, cluster.scheduler_address)}.items():
        parts.run(planned, Work(tmp_path / name, *how), most=20)
    here, there = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("here", "dask"))
    assert len(here) == 3
    assert there == here


def test_parts_are_made_there_and_kept_here(cluster, tmp_path):
    found = ensured(slow_parts(tmp_path / "parts", tmp_path / "log"), cluster.scheduler_address)
    assert found == made_here(tmp_path)
    makers = {pid for pids in begun_by(tmp_path / "log") for pid in pids}
    assert makers == {worker.pid for worker in cluster.workers.values()}


def test_what_is_kept_is_not_made_again(cluster, tmp_path):
    some = slow_parts(tmp_path / "parts", tmp_path / "log", 3, seconds=0)
    ensured(some[:2])
    ensured(some, cluster.scheduler_address)
    assert [len(pids) for pids in begun_by(tmp_path / "log")] == [1, 1, 1]


def test_a_worker_that_is_killed_loses_nothing(cluster, tmp_path):
    log, some = tmp_path / "log", slow_parts(tmp_path / "parts", tmp_path / "log")
    killed = []

    def kill():
        # As soon as some part was made, whoever makes another one dies.
        while not list(log.glob("begun-*")) or not list((tmp_path / "parts").glob("[0-9]*")):
            time.sleep(0.02)
        killed.append(int(sorted(log.iterdir(), key=lambda path: path.stat().st_mtime)[-1].read_text().split()[0]))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    found = ensured(some, cluster.scheduler_address)
    killer.join(10)
    assert len(killed) == 1
    assert found == made_here(tmp_path)


def test_what_a_part_says_is_raised_and_the_others_are_kept(cluster, tmp_path):
    good = slow_parts(tmp_path / "parts", tmp_path / "log", 2, seconds=0)
    bad = Part(tmp_path / "parts" / "bad.parquet", refuse, (9,))
    ensured(good, cluster.scheduler_address)
    with pytest.raises(PipelineError, match="part 9 cannot be made"):
        ensured([*good, bad], cluster.scheduler_address)
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["0.parquet", "1.parquet"]


def test_an_error_does_not_wait_for_all_other_parts(cluster, tmp_path):
    bad = Part(tmp_path / "parts" / "bad.parquet", refuse, (9,))
    (tmp_path / "log").mkdir()
    others = [Part(tmp_path / "parts" / f"{one}.parquet", slowly, (one, tmp_path / "log", 1.0)) for one in range(20)]
    begun = time.monotonic()
    with pytest.raises(PipelineError, match="part 9 cannot be made"):
        ensured([bad, *others], cluster.scheduler_address)
    assert time.monotonic() - begun < 6


def test_where_no_scheduler_answers_one_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "CONNECT_SECONDS", 0.5)
    with pytest.raises(PipelineError, match=f"SCHEDULER={FREE}: no scheduler answers there .*Next: start one with"):
        ensured(slow_parts(tmp_path / "parts", tmp_path / "log", 2), FREE)
    assert begun_by(tmp_path / "log") == []


def test_what_is_no_address_is_told_the_same_way(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "CONNECT_SECONDS", 0.5)
    with pytest.raises(PipelineError, match="SCHEDULER=nonsense://1: .*Next: "):
        ensured(slow_parts(tmp_path / "parts", tmp_path / "log", 2), "nonsense://1")


def test_a_scheduler_without_workers_is_told(tmp_path):
    with (
        distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=":0") as empty,
        pytest.raises(
            PipelineError, match="it has no workers. Next: start some with `PYTHONPATH=. .venv/bin/dask worker tcp://"
        ),
    ):
        ensured(slow_parts(tmp_path / "parts", tmp_path / "log", 2), empty.scheduler_address)


def test_workers_with_other_code_are_refused(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "fingerprint", no_such_code)
    with pytest.raises(PipelineError, match="has other code or other libraries than this run. Next: start it from"):
        ensured(slow_parts(tmp_path / "parts", tmp_path / "log", 2), cluster.scheduler_address)
    assert begun_by(tmp_path / "log") == []
