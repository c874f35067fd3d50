"""`python -m pipeline STAGE`: what make calls. One stage a process; each can be run alone and again."""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

import duckdb

from pipeline import stamps
from pipeline.errors import PipelineError
from pipeline.settings import (
    DEFAULT_MAX_WAIT,
    DEFAULT_MIRROR,
    DEFAULT_REF,
    DEFAULT_SOURCE,
    DEFAULT_THRESHOLD,
    GitHub,
    Settings,
    parse_max_wait,
    parse_threshold,
)

STAGES = ("fetch", "load", "score", "sharpness", "analyse", "report")
TOOLS = ("check", "bench", "calibrate", "mirage", "simulate", "induce")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one stage or tool and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except PipelineError as error:
        if os.environ.get("DEBUG"):
            traceback.print_exc()
        print(f"{options.stage}: {error}", file=sys.stderr)
        return 1
    except duckdb.Error as error:
        if os.environ.get("DEBUG"):
            traceback.print_exc()
        first_line = str(error).splitlines()[0]
        print(
            f"{options.stage}: the database does not hold what this stage needs ({first_line}). "
            "Next: run `make clean`, then the same command again; DEBUG=1 shows where it happened.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print(
            f"{options.stage}: stopped. Next: the same command goes on from the last finished stage.", file=sys.stderr
        )
        return 130
    return 0


def _run(options: argparse.Namespace) -> None:
    settings = Settings(
        source=options.source,
        mirror=options.mirror,
        threshold=parse_threshold(options.threshold),
        out=options.out,
        ref=options.ref,
        via=options.via,
        max_wait=parse_max_wait(options.max_wait),
        github=GitHub.from_environment(os.environ),
        keep_going=options.keep_going not in ("", "0"),
        quick=options.quick not in ("", "0"),
    )
    # Imported late: fetch and load need none of the plotting libraries, whose import takes longer than they do.
    module = importlib.import_module(f"pipeline.{options.stage}")
    products = module.run(settings)
    if options.stage in STAGES:
        stamps.write(settings, options.stage, products)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument("stage", choices=(*STAGES, *TOOLS))
    parser.add_argument("--source", default=DEFAULT_SOURCE, help="where the scores come from")
    parser.add_argument("--mirror", default=DEFAULT_MIRROR, help="folder with the pinned table; empty to download")
    parser.add_argument("--threshold", default=f"{DEFAULT_THRESHOLD:g}", help="value over which a curve is emergent")
    parser.add_argument("--out", default="", help="folder for report, tables and figures")
    parser.add_argument("--ref", default=DEFAULT_REF, help="branch, tag or commit of google/BIG-bench")
    parser.add_argument("--via", default="", help="how the official files come: git or https; empty to choose")
    parser.add_argument("--max-wait", default=f"{DEFAULT_MAX_WAIT:g}", help="longest wait for rate limits, in seconds")
    parser.add_argument("--keep-going", default="", help="1 leaves out what cannot be used; empty or 0 stops at it")
    parser.add_argument("--quick", default="", help="induce: 1 trains a few small networks for a moment")
    return parser


if __name__ == "__main__":
    sys.exit(main())
