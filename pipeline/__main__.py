"""`python -m pipeline NAME`: run a stage, after those that it needs and that must run again, or a tool.

Every option may also come from the environment, under the name that it has in the Makefile.
"""

import gc
import signal

# Ctrl-C while modules are still being imported ends the process without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)
# A fifth of the time of imports would go to looking for garbage, of which they make none.
gc.set_threshold(100_000, 10, 10)

import argparse
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence

from pipeline import stages
from pipeline.core.errors import PipelineError
from pipeline.core.settings import (
    DEFAULT_MAX_WAIT,
    DEFAULT_MIRROR,
    DEFAULT_OPEN,
    DEFAULT_SCALE,
    DEFAULT_SOURCE,
    DEFAULT_THRESHOLD,
    GitHub,
    Settings,
    parse_max_wait,
    parse_scale,
    parse_threshold,
)
from pipeline.core.wording import one_line

stopped = threading.Event()
ROOM = "Next: check that its name is right, that it may be used and that the disk has room, then run again."
OPTIONS = {
    "source": (DEFAULT_SOURCE, "where the scores come from"),
    "mirror": (DEFAULT_MIRROR, "folder with the pinned table, or the checkout of a public example; empty to download"),
    "threshold": (f"{DEFAULT_THRESHOLD:g}", "value over which a curve is called emergent"),
    "out": ("", "folder for report, tables and figures"),
    "ref": ("", "branch, tag or commit of the repository; empty for main, or an example's pinned commit"),
    "via": ("", "how the files of a repository are fetched: git or https; empty for git where it is installed"),
    "max-wait": (f"{DEFAULT_MAX_WAIT:g}", "longest wait for rate limits, in seconds"),
    "keep-going": ("", "1 leaves out what cannot be used; empty or 0 stops at it"),
    "scheduler": (
        "",
        "address of a dask scheduler, whose workers test the curves; empty for the cores of this machine",
    ),
    "scale": (
        DEFAULT_SCALE,
        "harness results: what orders the models of a curve: size, training (a model's checkpoints), or loss",
    ),
    "loss": ("", "SCALE=loss: the task whose perplexity is the loss"),
    "models": ("", "harness results: table of models with their family and size, as a run writes it"),
    "tasks": ("", "your own results: table of tasks with their chance level (columns task and chance)"),
    "open": (DEFAULT_OPEN, "open: folder that holds the results of open models"),
    "quick": ("", "induce: 1 trains a few small networks for a moment"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for and return the exit status."""
    options = _parser().parse_args(arguments)
    stopped.clear()
    signal.signal(signal.SIGINT, _stop)
    try:
        settings = _settings(options)
        if options.name == "status":
            _print_status(settings)
        else:
            stages.run(settings, options.name)
            _print_headline(settings, options.name)
    except KeyboardInterrupt:
        return _stopped(options.name)
    except Exception as error:
        # A library whose C code Ctrl-C interrupts may report an error of its own.
        if stopped.is_set():
            return _stopped(options.name)
        return _fail(options.name, _explained(error))
    return 0


def _stop(*_: object) -> None:
    """Note Ctrl-C, and stop."""
    stopped.set()
    raise KeyboardInterrupt


def _explained(error: Exception) -> str:
    """What is wrong, where, and what to do next; an error that nobody expects is raised again."""
    if isinstance(error, PipelineError):
        return str(error)
    if isinstance(error, OSError):
        # Without a name it is a temporary file.
        place = error.filename or f"a file of this folder or of {tempfile.gettempdir()}"
        return f"{one_line(str(place), 300)}: {error.strerror or error}. {ROOM}"
    if isinstance(error, MemoryError):
        return "the machine has no memory left. Next: close other programs, then run again."
    # Imported only here: it takes as long as everything else of a run that has nothing to do.
    import duckdb  # noqa: PLC0415

    from pipeline.core import database  # noqa: PLC0415

    if not isinstance(error, duckdb.Error):
        raise error
    first_line = str(error).splitlines()[0]
    if database.is_refused_by_system(error):
        return f"data/: the database cannot be written or read ({first_line}). {ROOM}"
    return (
        f"the database does not hold what this stage needs ({first_line}). Next: run `make again`, which makes it "
        "anew and keeps every report; DEBUG=1 shows where it happened."
    )


def _stop_again(lost: "sys.UnraisableHookArgs") -> None:
    """Send a Ctrl-C once more that came while C called back, as numba's compiler does: there Python drops it."""
    if lost.exc_type is KeyboardInterrupt:
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
        timer.daemon = True
        timer.start()
    # What is half made when a run stops has nothing more to say.
    elif not stopped.is_set():
        sys.__unraisablehook__(lost)


def _stopped(name: str) -> int:
    print(f"{name}: stopped. Next: the same command goes on from the last finished stage.", file=sys.stderr)
    return 130


def _fail(name: str, message: str) -> int:
    if os.environ.get("DEBUG"):
        traceback.print_exc()
    print(f"{name}: {message}", file=sys.stderr)
    return 1


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        source=options.source,
        mirror=options.mirror,
        threshold=parse_threshold(options.threshold),
        out=options.out,
        ref=options.ref,
        via=options.via,
        max_wait=parse_max_wait(options.max_wait),
        github=GitHub.from_environment(os.environ, options.source),
        keep_going=options.keep_going not in ("", "0"),
        quick=options.quick not in ("", "0"),
        scheduler=options.scheduler,
        scale=parse_scale(options.scale, options.loss),
        loss=options.loss,
        models=options.models,
        tasks=options.tasks,
        open=options.open,
    )


def _print_status(settings: Settings) -> None:
    for name, reason in stages.status(settings):
        print(f"{name:<12} {reason or 'up to date'}")


def _print_headline(settings: Settings, name: str) -> None:
    headline = settings.stamps / "headline"
    if name == "report" and headline.is_file():
        print(headline.read_text(encoding="utf-8"), end="")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument("name", choices=(*stages.BY_NAME, "status"))
    for option, (default, meaning) in OPTIONS.items():
        given = os.environ.get(option.replace("-", "_").upper(), default)
        parser.add_argument(f"--{option}", default=given, help=meaning)
    return parser


if __name__ == "__main__":
    sys.unraisablehook = _stop_again
    status = main()
    # One that comes now, or is sent again, ends the process without a traceback too.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(status)
