"""How the tests are run: in which order, with how many examples, and what the processes that run them import."""

import gc
from pathlib import Path

import hypothesis
import pytest

# `make test PROFILE=thorough` tries more.
hypothesis.settings.register_profile("ordinary", max_examples=60, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=2_000, deadline=None)
hypothesis.settings.load_profile("ordinary")

# The files of tests that take longest, about in that order, so that no process is left with one of them at the end.
# While one process compiles kernels for the first of them, the others find work that needs none.
SLOWEST = (
    "report/test_report.py",
    "load/test_harness.py",
    "fetch/test_repository.py",
    "test_interface.py",
    "test_faults.py",
    "test_hostile_names.py",
    "core/test_cluster.py",
    "load/test_tidy.py",
    "test_stages.py",
    "curve_tests/test_stage.py",
    "studies/theory/test_arithmetic.py",
    "studies/detector/test_detector.py",
    "load/test_score_files.py",
    "curve_tests/test_worlds.py",
    "studies/tasks/test_first_page.py",
    "report/explorer/test_data.py",
)


def is_thorough(config: pytest.Config) -> bool:
    """Whether this is `make test PROFILE=thorough`."""
    return config.getoption("--hypothesis-profile") == "thorough"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; within a file the order stays. Leave out what takes minutes."""
    if not is_thorough(config):
        for item in items:
            if item.get_closest_marker("thorough"):
                item.add_marker(pytest.mark.skip(reason="only with PROFILE=thorough"))
    here = Path(__file__).parent
    places = {here / name: place for place, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_configure(config: pytest.Config) -> None:
    """Import the fixtures, which takes two seconds, unless this process only hands tests to others."""
    # Python's default takes a tenth of the time of all tests.
    gc.set_threshold(100_000, 10, 10)
    hands_out = config.getoption("dist") != "no" and not hasattr(config, "workerinput")
    if not hands_out:
        config.pluginmanager.import_plugin("tests.fixtures")


def pytest_collection_finish() -> None:
    """Let the collection of garbage pass over what stays to the end, all modules and tests."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let go of all that this process would keep to its end: DuckDB's binding would complain of it there."""
    gc.unfreeze()
    gc.callbacks.clear()
