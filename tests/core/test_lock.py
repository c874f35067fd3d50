"""Two runs on the same scores: the second waits, says for whom, and no lock outlives its holder."""

import signal
import subprocess
import sys
import threading

from pipeline.core.lock import alone
from pipeline.core.settings import ROOT

HOLDS = """
import sys, time
from pathlib import Path
from pipeline.core.lock import alone

with alone(Path(sys.argv[1]), "report"):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(path):
    process = subprocess.Popen([sys.executable, "-c", HOLDS, path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_waits_says_for_whom_and_goes_on_when_the_first_is_killed(tmp_path, capfd):
    path, done = tmp_path / "stamps" / "lock", threading.Event()
    first = holder(path)

    def second():
        with alone(path, "score"):
            done.set()

    waiting = threading.Thread(target=second)
    waiting.start()
    assert not done.wait(0.3)
    first.send_signal(signal.SIGKILL)
    assert done.wait(10)
    waiting.join()
    first.wait()
    first.stdout.close()
    told = capfd.readouterr().err
    assert told == f"score    waits until make report (process {first.pid}) on the same scores has ended\n"


def test_other_scores_are_not_waited_for(tmp_path):
    done = threading.Event()

    def second():
        with alone(tmp_path / "b" / "lock", "report"):
            done.set()

    with alone(tmp_path / "a" / "lock", "report"):
        other = threading.Thread(target=second)
        other.start()
        assert done.wait(10)
    other.join()


def test_where_no_file_can_be_locked_work_goes_on(tmp_path):
    (tmp_path / "file").write_text("")
    with alone(tmp_path / "file" / "lock", "report"):
        assert not (tmp_path / "file" / "lock").exists()
    assert (tmp_path / "file").read_text() == ""
