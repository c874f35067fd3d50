"""What is kept of trained networks, with a trainer that only counts."""

import pandas as pd
import pytest

from pipeline.core import files, parallel
from pipeline.core.errors import PipelineError
from pipeline.studies.networks import outcomes
from pipeline.studies.networks.plan import FULL, QUICK, STREAMS, Experiment, Recipe, stream

RECIPE = Recipe(steps=5, batch=2, learning_rate=0.1, n_test=3)
JOBS = tuple(Experiment("images", "width", (1, 2, 4), 2, RECIPE).jobs())


class Trainer:
    """Returns what identifies the job; may die at one of them."""

    def __init__(self, dies_at=None):
        self.trained, self.dies_at = [], dies_at

    def __call__(self, job):
        if job == self.dies_at:
            raise KeyboardInterrupt
        self.trained.append(job)
        return pd.DataFrame({"parameters": job.size, "label": [job.seed, 7, 7], "predicted": [3, 1, 2]})


def test_every_network_is_trained_once(tmp_path):
    trainer = Trainer()
    outcomes.kept(JOBS, tmp_path, "code", trainer=trainer, workers=1)
    outcomes.kept(JOBS, tmp_path, "code", trainer=trainer, workers=1)
    assert trainer.trained == list(JOBS)


def test_what_was_kept_reads_back_in_order(tmp_path):
    parts = outcomes.kept(JOBS, tmp_path, "code", trainer=Trainer(), workers=1)
    table = parallel.read(parts[3])
    assert table["label"].tolist() == [JOBS[3].seed, 7, 7]
    assert table["predicted"].tolist() == [3, 1, 2]
    assert table["parameters"].tolist() == [JOBS[3].size] * 3


def test_a_run_that_was_killed_goes_on(tmp_path):
    killed = Trainer(dies_at=JOBS[4])
    with pytest.raises(KeyboardInterrupt):
        outcomes.kept(JOBS, tmp_path, "code", trainer=killed, workers=1)
    assert killed.trained == list(JOBS[:4])
    after = Trainer()
    outcomes.kept(JOBS, tmp_path, "code", trainer=after, workers=1)
    assert after.trained == list(JOBS[4:])
    assert not list(tmp_path.rglob("*.partial*"))


def test_other_code_or_another_recipe_trains_anew(tmp_path):
    outcomes.kept(JOBS, tmp_path, "code", trainer=Trainer(), workers=1)
    other_code, other_recipe = Trainer(), Trainer()
    outcomes.kept(JOBS, tmp_path, "other", trainer=other_code, workers=1)
    longer = tuple(Experiment("images", "width", (1,), 1, Recipe(6, 2, 0.1, 3)).jobs())
    outcomes.kept(longer, tmp_path, "code", trainer=other_recipe, workers=1)
    assert (len(other_code.trained), len(other_recipe.trained)) == (len(JOBS), 1)


def test_a_damaged_file_says_what_to_do(tmp_path):
    (part,) = outcomes.kept(JOBS[:1], tmp_path, "code", trainer=Trainer(), workers=1)
    assert part.path == JOBS[0].path(tmp_path, "code")
    part.path.write_bytes(b"no parquet")
    with pytest.raises(PipelineError, match="cannot be read .* Next: delete it"):
        parallel.read(part)


def test_the_code_that_trains_is_part_of_the_key(tmp_path):
    networks, torch = "pipeline/studies/networks", "requirements-torch.txt"
    training, needed, other = f"{networks}/training/images.py", f"{networks}/sums.py", f"{networks}/figures.py"
    plain = {training: "from pipeline.studies.networks import sums\n", needed: "1\n", other: "1\n", torch: "1\n"}

    def version(**changes):
        # A folder of its own: what is known of a file is remembered.
        root = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, text in (plain | changes).items():
            files.write_text(root / name, text)
        return outcomes.code_version(root)

    changed = [{}, {training: plain[training] + "2\n"}, {needed: "2\n"}, {torch: "2\n"}]
    assert len({version(**change) for change in changed}) == len(changed)
    assert version() == version() == version(**{other: "2\n"})


def test_the_largest_networks_come_first():
    assert [(job.size, job.seed) for job in JOBS] == [(4, 0), (4, 1), (2, 0), (2, 1), (1, 0), (1, 1)]


def test_streams_are_independent_of_each_other():
    states = {
        tuple(stream(name, purpose, seed).generate_state(4))
        for name in STREAMS
        for purpose in (0, 1)
        for seed in (0, 1)
    }
    assert len(states) == 12


def test_the_plan_has_what_was_asked_for():
    sizes = {experiment.name: (len(experiment.sizes), experiment.seeds) for experiment in FULL}
    assert sizes["images"] >= (10, 5)
    assert sizes["autoencoders"] >= (12, 3)
    assert sizes["addition"] >= (6, 3)
    for experiment in (*FULL, *QUICK):
        assert list(experiment.sizes) == sorted(set(experiment.sizes))
        assert experiment.seeds >= 2, "a limit needs two seeds"
