"""Names of models and revisions as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.load.model_names import parse, parse_checkpoint

MARKS = st.sampled_from("-_")
# What stands in names beside sizes, with digits that are none of their own.
WORDS = st.sampled_from(["pythia", "v1.1", "deduped", "Llama", "3.1", "Qwen2.5", "x070", "ctx4096", "chat", "百川"])
UNITS = {"m": 1e6, "M": 1e6, "b": 1e9, "B": 1e9, "t": 1e12}
SIZES = st.tuples(
    st.one_of(st.integers(1, 9999).map(str), st.decimals(1, 999, places=1).map(str)), st.sampled_from("mMbBt")
)


@pytest.mark.parametrize(
    ("model", "family", "params"),
    [
        ("EleutherAI/pythia-70m", "pythia", 70e6),
        ("EleutherAI/pythia-1.4b-deduped", "pythia-deduped", 1.4e9),
        ("bigscience/bloom-7b1", "bloom", 7.1e9),
        ("bigscience/bloom-1b7", "bloom", 1.7e9),
        ("bigscience/bloom-560m", "bloom", 560e6),
        ("cerebras/Cerebras-GPT-560M", "Cerebras-GPT", 560e6),
        ("facebook/opt-66b", "opt", 66e9),
        ("EleutherAI/gpt-neo-2.7B", "gpt-neo", 2.7e9),
        ("meta-llama/Llama-2-7b-hf", "Llama-2", 7e9),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "Meta-Llama-3.1-Instruct", 8e9),
        ("Qwen/Qwen2.5-0.5B", "Qwen2.5", 0.5e9),
        ("state-spaces/mamba2-1.3b", "mamba2", 1.3e9),
        ("some_model_1T", "some_model", 1e12),
        # The weights' precision and a day of release tell no family from another.
        ("EleutherAI/pythia-1b-bf16", "pythia", 1e9),
        ("pythia-1b-fp16", "pythia", 1e9),
        ("/workspace/RWKV-x070-Pile-1.47B-20241210-ctx4096", "RWKV-x070-Pile-ctx4096", 1.47e9),
        # Paths.
        ("/data/models/opt-125m/", "opt", 125e6),
        ("C:\\models\\opt-125m", "opt", 125e6),
        ("/data/13b/opt-125m", "opt", 125e6),
        ("/data/llama/7B", "llama", 7e9),
        ("llama/13b/", "llama", 13e9),
        # Tokens are no size.
        ("olmo-tokens-42B-1b", "olmo-tokens", 1e9),
        ("pythia-v1.1-70m-0.25MtokBS", "pythia-v1.1-0.25MtokBS", 70e6),
        # A size twice is a size.
        ("tiny-70m-70M", "tiny", 70e6),
    ],
)
def test_family_and_size(model, family, params):
    assert parse(model) == (family, params)


@pytest.mark.parametrize(
    "model",
    [
        "gpt2-xl",
        "mistralai/Mixtral-8x7B-v0.1",
        "TinyLlama-1.1B-step-50K-105b",
        "Qwen2.5-7B-Instruct-1M",
        "text-davinci-003",
        "t5-v1_1",
        "70mm",
        "b7",
        "٧b",
        "9" * 400 + "b",
    ],
)
def test_of_no_size_or_two_nothing_is_guessed_and_the_name_is_the_family(model):
    assert parse(model) == (model.rsplit("/", maxsplit=1)[-1], None)


@pytest.mark.parametrize("model", ["", "/", "//", "-", "hf", "0b"])
def test_what_is_hardly_a_name_has_no_size(model):
    assert parse(model).params is None


def test_models_named_by_size_alone_are_one_family():
    assert {parse(name) for name in ("7b", "13B")} == {("unnamed", 7e9), ("unnamed", 13e9)}


@given(st.lists(WORDS, min_size=1, max_size=4), st.data(), SIZES, SIZES, MARKS)
def test_a_family_does_not_depend_on_the_size(words, data, one, other, mark):
    place = data.draw(st.integers(0, len(words)))

    def named(size):
        return mark.join([*words[:place], "".join(size), *words[place:]])

    assert parse(named(one)).family == parse(named(other)).family == mark.join(words)
    for number, unit in (one, other):
        assert parse(named((number, unit))).params == pytest.approx(float(number) * UNITS[unit], rel=1e-15)


@given(st.text(max_size=60))
def test_any_text_has_a_family_and_at_most_a_positive_size(text):
    family, params = parse(text)
    assert family or not text
    assert params is None or 0 < params < float("inf")
    step, tokens, _ = parse_checkpoint(text)
    assert step is None or 0 <= step < 2**63
    assert tokens is None or 0 <= tokens < float("inf")


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("step143000", (143_000, None, False)),
        ("step0", (0, None, False)),
        ("global_step1000", (1000, None, False)),
        ("step-50K", (50_000, None, False)),
        ("stage1-step10000-tokens42B", (10_000, 42e9, False)),
        ("step1000-tokens4.5T", (1000, 4.5e12, False)),
        ("stage2-ingredient1-step1000-tokens5B", (1000, 5e9, True)),
        ("main", (None, None, False)),
        ("float16", (None, None, False)),
        ("footstep9", (None, None, False)),
        ("step9x", (None, None, False)),
        ("step" + "9" * 30, (None, None, False)),
    ],
)
def test_checkpoints(revision, expected):
    assert parse_checkpoint(revision) == expected
