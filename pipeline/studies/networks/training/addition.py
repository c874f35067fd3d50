"""Decoder-only transformers that add two integers; the dimension of their embeddings is the scale."""

import math

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from pipeline.studies.networks import sums
from pipeline.studies.networks.plan import Job
from pipeline.studies.networks.training.loop import count_parameters, fit, seeded, split_stream

HEADS = 2
# A token's place among the digits of its number, counted from the last one, and the number that it belongs to.
# In the answer it is the place of the digit to be written next, so that like looks for like (McLeish et al. 2024,
# arXiv 2405.17399). With a free embedding of positions, most networks of the pilots learned nothing in 3,000 steps.
PLACES = (*range(sums.DIGITS), sums.ANSWER, *range(sums.DIGITS), *range(sums.ANSWER))
NUMBERS = (0,) * (sums.DIGITS + 1) + (1,) * sums.DIGITS + (2,) * sums.ANSWER


class Decoder(nn.Module):
    """One block of masked attention and a multilayer perceptron, with a linear layer over the tokens.

    Args:
        dimension: of the embeddings, even; the perceptron has four times as many units.
    """

    mask: Tensor
    places: Tensor
    numbers: Tensor

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.token = nn.Embedding(sums.TOKENS, dimension)
        self.place = nn.Embedding(sums.ANSWER + 1, dimension)
        self.number = nn.Embedding(3, dimension)
        self.block = nn.TransformerEncoderLayer(
            dimension, HEADS, 4 * dimension, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.norm = nn.LayerNorm(dimension)
        self.readout = nn.Linear(dimension, sums.TOKENS)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(len(PLACES)))
        self.register_buffer("places", torch.tensor(PLACES))
        self.register_buffer("numbers", torch.tensor(NUMBERS))

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits of the next token: tokens of shape (n, length) to (n, length, 12), length up to 14."""
        length = tokens.shape[1]
        positions = self.place(self.places[:length]) + self.number(self.numbers[:length])
        hidden = self.block(self.token(tokens) + positions, src_mask=self.mask[:length, :length], is_causal=True)
        logits: Tensor = self.readout(self.norm(hidden))
        return logits


def train(job: Job) -> pd.DataFrame:
    """Train one network on sums drawn afresh, none of them held out, and let it answer the held-out ones.

    Returns:
        One row a held-out sum, in the order in which they were drawn: `parameters`, `target`, `answer` (five tokens
        each, as text, last digit first).
    """
    codes = sums.held_out(np.random.default_rng(split_stream(job)), job.recipe.n_test)
    banned = np.sort(codes)
    rng = seeded(job)
    network = Decoder(job.size)

    def loss_of_batch() -> Tensor:
        batch = torch.from_numpy(sums.encode(sums.draw(rng, job.recipe.batch, banned)))
        logits = network(batch[:, :-1])[:, -sums.ANSWER :]
        return nn.functional.cross_entropy(logits.flatten(end_dim=1), batch[:, -sums.ANSWER :].flatten())

    # One rate for all leaves small ones untaught or large ones unsettled (Vaswani et al. 2017 scale it alike).
    fit(network, loss_of_batch, job.recipe.steps, job.recipe.learning_rate / math.sqrt(job.size))
    tokens = sums.encode(codes)
    return pd.DataFrame(
        {
            "parameters": np.int64(count_parameters(network)),
            "target": sums.as_text(tokens[:, -sums.ANSWER :]),
            "answer": sums.as_text(_answers(network, tokens[:, : sums.PROMPT])),
        }
    )


def _answers(network: Decoder, prompts: np.ndarray) -> np.ndarray:
    """The most probable token, five times over: prompts of shape (n, 10) to answers of shape (n, 5)."""
    tokens = torch.from_numpy(prompts)
    with torch.no_grad():
        for _ in range(sums.ANSWER):
            following = network(tokens)[:, -1].argmax(dim=1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)
    answers: np.ndarray = tokens[:, sums.PROMPT :].numpy()
    return answers
