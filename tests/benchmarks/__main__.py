"""`make bench`: speed and memory, as ratios in one run. `python -m tests.benchmarks [NAME ...]` runs some alone."""

import os
import sys
from collections.abc import Sequence

from pipeline.core.errors import PipelineError
from pipeline.core.settings import DEFAULT_MIRROR, DEFAULT_SOURCE, Settings
from tests.benchmarks import curve_tests, emergence, samples, score_files, stages, timing

BENCHES = {
    "emergence": emergence.run,
    "stages": stages.run,
    "curve_tests": curve_tests.run,
    "score_files": score_files.run,
    "samples": samples.run,
}


def main(names: Sequence[str]) -> int:
    """Run the named benches, or all, on the source that the environment names, and return the exit status."""
    settings = Settings(
        source=os.environ.get("SOURCE") or DEFAULT_SOURCE, mirror=os.environ.get("MIRROR", DEFAULT_MIRROR)
    )
    print(f"bench    {timing.machine()}")
    print(f"         medians of {timing.ROUNDS} rounds, warm; the contestants take turns in each round\n")
    try:
        for name in names or BENCHES:
            BENCHES[name](settings)
    except PipelineError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
