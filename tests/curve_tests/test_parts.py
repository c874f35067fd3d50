"""Chunks as parts: the same whatever the order, the chunk and the number of processes; and gone on with."""

import numpy as np
import pandas as pd
import pytest

from pipeline.core import parallel
from pipeline.core.errors import PipelineError
from pipeline.core.parallel import Work
from pipeline.curve_tests import parts, plan
from tests.made import frame_of, smooth_counts

MOST = 30


@pytest.fixture(scope="module")
def testable():
    return plan.pooled(frame_of(smooth_counts(6, 30, rho=0.05), 30))


def planned(testable, chunk=2):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "CHUNK", chunk)
        return plan.plan(testable)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where the parts of `whole` are kept; only to be read."""
    return tmp_path_factory.mktemp("whole")


@pytest.fixture(scope="module")
def whole(testable, kept):
    """What one run in this process finds."""
    return parts.run(planned(testable), Work(kept), most=MOST)


def test_rows_are_those_of_the_frame(testable, whole):
    assert whole.index.tolist() == testable.index.tolist()
    assert whole["rho"].tolist() == testable["rho"].tolist()


@pytest.mark.parametrize("chunk", [1, 4, 128])
def test_chunks_change_nothing(testable, whole, tmp_path, chunk):
    pd.testing.assert_frame_equal(parts.run(planned(testable, chunk), Work(tmp_path), most=MOST), whole)


def test_the_order_of_curves_changes_nothing(testable, whole, tmp_path):
    pd.testing.assert_frame_equal(parts.run(planned(testable[::-1], 4), Work(tmp_path), most=MOST), whole)


@pytest.mark.usefixtures("whole")
def test_workers_change_no_byte(testable, kept, tmp_path):
    parts.run(planned(testable), Work(tmp_path, 2), most=MOST)
    one, two = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (kept, tmp_path))
    assert len(one) == 3
    assert one == two


def test_a_run_that_was_killed_goes_on_where_it_was(testable, whole, tmp_path, monkeypatch):
    written, keep = [], parallel._keep

    def dying(part, *given):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(part.path)
        keep(part, *given)

    monkeypatch.setattr(parallel, "_keep", dying)
    with pytest.raises(KeyboardInterrupt):
        parts.run(planned(testable), Work(tmp_path / "parts"), most=MOST)
    assert sorted((tmp_path / "parts").iterdir()) == sorted(written)
    monkeypatch.setattr(parallel, "_keep", lambda part, *given: (written.append(part.path), keep(part, *given)))
    found = parts.run(planned(testable), Work(tmp_path / "parts"), most=MOST)
    assert len(written) == 3
    pd.testing.assert_frame_equal(found, whole)


def test_what_is_kept_goes_to_its_curve_wherever_that_is_now(testable, whole, tmp_path):
    # Curves that cannot be tested come and go, and chunks stay the same.
    moved = testable.set_axis([2, 3, 5, 7, 11, 13])
    parts.run(planned(testable), Work(tmp_path), most=MOST)
    found = parts.run(planned(moved), Work(tmp_path), most=MOST)
    pd.testing.assert_frame_equal(found, whole.set_axis(moved.index).rename_axis("row"))


def test_a_damaged_part_is_named_and_made_again_once_it_is_gone(testable, whole, tmp_path):
    parts.run(planned(testable), Work(tmp_path), most=MOST)
    first = min(tmp_path.iterdir())
    first.write_bytes(b"nothing")
    with pytest.raises(PipelineError, match="cannot be read"):
        parts.run(planned(testable), Work(tmp_path), most=MOST)
    first.unlink()
    pd.testing.assert_frame_equal(parts.run(planned(testable), Work(tmp_path), most=MOST), whole)


@pytest.mark.parametrize("name", ["scores", "n", "log_scale", "chance", "rho", "error", "seed"])
def test_the_name_of_a_part_changes_with_what_is_in_it(testable, name):
    chunk = planned(testable)[0].chunk
    known, values = parts.name_of(chunk, MOST, "v"), getattr(chunk, name)
    other = np.where(np.isnan(values.astype(float)), 0.5, values + np.array(1, values.dtype))
    assert parts.name_of(chunk._replace(**{name: other.astype(values.dtype)}), MOST, "v") != known
    assert parts.name_of(chunk._replace(**{name: values.copy()}), MOST, "v") == known


def test_the_name_changes_with_draws_code_and_kind(testable):
    chunk = planned(testable)[0].chunk
    names = [parts.name_of(chunk, most, code) for most in (30, 31) for code in "vw"]
    assert len({*names, parts.name_of(chunk._replace(is_counts=False), 30, "v")}) == 5


def test_the_last_digits_of_a_logarithm_do_not_count(testable):
    chunk = planned(testable)[0].chunk
    other = chunk._replace(log_scale=np.nextafter(chunk.log_scale, 99))
    assert parts.name_of(other, MOST, "v") == parts.name_of(chunk, MOST, "v")


def test_no_chunk_is_no_row(tmp_path):
    assert parts.run([], Work(tmp_path)).empty
