"""Which family a model is of and how large: from the files, from names, or from the table that the user edited."""

import csv
import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.core.errors import PipelineError
from pipeline.load import harness_models


def values_of(**params):
    """Values of some models, with the parameters that the harness counted."""
    return pd.DataFrame({"model": list(params), "params": list(params.values())}).astype({"params": "float64"})


def named(*models):
    return values_of(**dict.fromkeys(models))


def of(values, settings):
    found = harness_models.of(values, settings)
    found["unknown"] = found["unknown"].astype(object).where(found["unknown"].notna(), None)
    return {row.model: (row.family, row.params, row.basis, row.unknown) for row in found.itertuples()}


def given_table(settings, text):
    """The run with a table of models of this text."""
    content = text if isinstance(text, bytes) else text.encode()
    (settings.root / "mine.csv").write_bytes(content)
    return replace(settings, models="mine.csv")


def test_the_harness_counts_best_and_names_say_the_rest(project):
    values = values_of(**{"a/tiny-70m": 70_426_624, "a/tiny-1.4b": None, "a/tiny-xl": None})
    found = of(values, project)
    assert found["a/tiny-70m"] == ("tiny", 70_426_624.0, "counted by the harness", None)
    assert found["a/tiny-1.4b"] == ("tiny", 1.4e9, "its name", None)
    assert found["a/tiny-xl"][0] == "tiny-xl"
    assert found["a/tiny-xl"][2:] == ("not known", "size not known")


def test_of_two_counts_of_one_model_the_frequent_one_counts(project):
    values = pd.DataFrame({"model": ["m"] * 3, "params": [9e6, 7e6, 9e6]})
    assert of(values, project)["m"][1] == 9e6


def test_the_table_is_printed_by_family_and_size_and_written_to_be_edited(project, capsys):
    harness_models.of(named("b/opt-66b", "b/opt-125m", "a/tiny-1.4b", "gpt-xl"), project)
    assert capsys.readouterr().out.splitlines() == [
        "models   4 models in 3 families",
        "models     gpt-xl: size not known  gpt-xl (not known)",
        "models     opt: 125M  b/opt-125m (its name)",
        "models     opt: 66B  b/opt-66b (its name)",
        "models     tiny: 1.4B  a/tiny-1.4b (its name)",
        "models   wrong? Edit outputs/models.csv (an empty family leaves a model out) and give it back: "
        "MODELS=outputs/models.csv",
        "models   LEFT OUT, size not known; fill in params in models.csv: gpt-xl",
    ]
    assert (project.results() / "models.csv").read_text() == (
        "model,family,params,tokens_per_step,basis\n"
        "gpt-xl,gpt-xl,,,not known\n"
        "b/opt-125m,opt,125000000,,its name\n"
        "b/opt-66b,opt,66000000000,,its name\n"
        "a/tiny-1.4b,tiny,1400000000,,its name\n"
    )


def test_what_was_written_reads_back(project):
    values = values_of(**{"a/b-70m": None, "exact-12b": 12_345_678_901, 'say "x, y"': None, "=1+1": None})
    first = harness_models.of(values, project)
    second = harness_models.of(values, replace(project, models="outputs/models.csv"))
    columns = ["model", "family", "params", "tokens_per_step", "unknown"]
    pd.testing.assert_frame_equal(first[columns], second[columns])


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), min_size=1, unique=True))
def test_any_names_read_back(project, names):
    # As the files' names are read: on one line.
    named_once = sorted({" ".join(name.split()) for name in names} - {""})
    (project.results() / "models.csv").unlink(missing_ok=True)
    if not named_once:
        return
    harness_models.of(named(*named_once), project)
    found = harness_models.of(named(*named_once), replace(project, models="outputs/models.csv"))
    assert set(found["basis"]) == {"outputs/models.csv"}


def test_an_edited_table_counts_and_is_not_overwritten(project, capsys):
    values = named("a/tiny-70m", "a/tiny-1.4b", "a/odd")
    harness_models.of(values, project)
    path = project.results() / "models.csv"
    edited = path.read_text().replace("a/odd,odd,", "a/odd,tiny,3b").replace("a/tiny-70m,tiny,", "a/tiny-70m,,")
    path.write_text(edited)
    found = of(values, replace(project, models="outputs/models.csv"))
    assert found["a/odd"][:2] == ("tiny", 3e9)
    assert found["a/tiny-70m"][3] == "left out in models.csv"
    capsys.readouterr()
    assert of(values, project)["a/odd"][3] == "size not known"
    assert "outputs/models.csv is not what the results say, and is left as it is" in capsys.readouterr().out
    assert path.read_text() == edited
    path.write_bytes(b"\xff\xfe")
    harness_models.of(values, project)
    assert path.read_bytes() == b"\xff\xfe"


@pytest.mark.parametrize(
    "text",
    [
        "model,family,params\nm,tiny,1.4b\n",
        "\ufeffmodel,family,params\r\nm,tiny,1400000000\r\n",
        "params;model;note;family\n1.4B;m;x;tiny\n",
        "Model\tFamily\tPARAMS\nm\ttiny\t1.4e9\n",
        '"model","family","params"\n" m ","tiny"," 1b4 "\n',
    ],
)
def test_a_table_as_people_and_spreadsheets_write_it(project, text):
    assert of(named("m"), given_table(project, text))["m"][:2] == ("tiny", 1.4e9)


def test_tokens_per_step_are_taken(project):
    settings = given_table(project, "model,family,params,tokens_per_step\nm,tiny,1b,2097152\nn,tiny,2b,\n")
    found = harness_models.of(named("m", "n"), settings).set_index("model")["tokens_per_step"]
    assert found["m"] == 2_097_152
    assert pd.isna(found["n"])


def test_models_that_the_table_does_not_name_keep_theirs_and_others_are_said(project, capsys):
    settings = given_table(project, "model,family,params\nm,tiny,1b\ngone,tiny,2b\n")
    assert of(named("m", "a/opt-66b"), settings)["a/opt-66b"][:2] == ("opt", 66e9)
    assert "models   mine.csv has models without results: gone" in capsys.readouterr().out
    assert not (settings.results() / "models.csv").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lacks the columns model, family, params"),
        ("model,family\nm,tiny\n", "lacks the columns params"),
        ("model,family,params\nm,tiny,large\n", "line 2: params is no positive number: large"),
        ("model,family,params\nm,tiny,-1\n", "line 2: params is no positive number: -1"),
        ("model,family,params\nm,tiny,nan\n", "line 2: params is no positive number: nan"),
        ("model,family,params\nm,tiny,1e999\n", "line 2: params is no positive number: 1e999"),
        ("model,family,params,tokens_per_step\nm,tiny,1b,x\n", "line 2: tokens_per_step is no positive number: x"),
        ("model,family,params\nm,tiny,1b\n\nm,tiny,2b\n", "line 4: m stands there twice"),
        ("model,family,params\n,tiny,1b\n", "line 2: names no model"),
        (b"model,family,params\n\xff,tiny,1b\n", "cannot be read"),
        ('model,family,params\n"m,tiny,1b\n', "cannot be read"),
        ('model,family,params\nm,tiny,"a\nb\x1b[2J"\n', r"no positive number: a\\nb\\x1b\[2J"),
    ],
)
def test_errors_are_one_line_each(project, text, message):
    with pytest.raises(PipelineError, match=rf"^MODELS=mine.csv: .*{message}.*\. Next: ") as caught:
        of(named("m"), given_table(project, text))
    assert "\n" not in str(caught.value)


def test_a_table_that_is_not_there(project):
    with pytest.raises(PipelineError, match="^MODELS=none.csv: cannot be read .*Next: check the path"):
        of(named("m"), replace(project, models="none.csv"))


def test_names_are_printed_without_what_a_terminal_obeys(project, capsys):
    harness_models.of(named("evil\x1b[2J-1b", "x\u202ey", "z" * 999), project)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert not re.search("[\x1b\u202e]", "".join(lines))
    assert max(map(len, lines)) < 400
    with (project.results() / "models.csv").open(newline="") as content:
        assert len(list(csv.DictReader(content))) == 3
