"""Decoder-only transformers that add two integers; the dimension of their embeddings is the scale."""

import math

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from pipeline.studies.networks import sums
from pipeline.studies.networks.plan import Job
from pipeline.studies.networks.training.loop import fit, seeded, split_stream

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


def train(job: Job, _: object = None) -> pd.DataFrame:
    """Train one network on sums drawn afresh, none of them held out, and let it answer the held-out ones.

    Returns:
        One row per checkpoint and held-out sum: `step`, `parameters`, `target`, `answer` (five tokens each, as text,
        last digit first), `loss` (nats per token of the target).
    """
    codes = sums.held_out(np.random.default_rng(split_stream(job.experiment)), job.recipe.n_test)
    banned = np.sort(codes)
    held_out = sums.encode(codes)
    targets = sums.as_text(held_out[:, -sums.ANSWER :])
    rng = seeded(job)
    network = Decoder(job.size)

    def losses(tokens: Tensor) -> Tensor:
        logits = network(tokens[:, :-1])[:, -sums.ANSWER :]
        return nn.functional.cross_entropy(logits.transpose(1, 2), tokens[:, -sums.ANSWER :], reduction="none")

    def loss_of_batch() -> Tensor:
        return losses(torch.from_numpy(sums.encode(sums.draw(rng, job.recipe.batch, banned)))).mean()

    def outputs() -> pd.DataFrame:
        answers = sums.as_text(_answers(network, held_out[:, : sums.PROMPT]))
        loss = losses(torch.from_numpy(held_out)).mean(dim=1).numpy()
        return pd.DataFrame({"target": targets, "answer": answers, "loss": loss})

    # One rate for all leaves small ones untaught or large ones unsettled (Vaswani et al. 2017 scale it alike).
    return fit(network, loss_of_batch, outputs, job, job.recipe.learning_rate / math.sqrt(job.size))


def _answers(network: Decoder, prompts: np.ndarray) -> np.ndarray:
    """The most probable token, five times over: prompts of shape (n, 10) to answers of shape (n, 5)."""
    tokens = torch.from_numpy(prompts)
    with torch.no_grad():
        for _ in range(sums.ANSWER):
            following = network(tokens)[:, -1].argmax(dim=1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)
    answers: np.ndarray = tokens[:, sums.PROMPT :].numpy()
    return answers
