# SPDX-License-Identifier: Apache-2.0
"""A linear head on fixed embeddings: logistic regression, solved to its optimum.

Fine-tuning starts from it. A head that starts at random sends its first, wrong gradients through
the whole backbone; this one is already as good as the untouched backbone allows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]

_RATE = 0.02
_MEAN_MEMORY, _SQUARE_MEMORY, _TINY = 0.9, 0.999, 1e-8
_SPREAD_FLOOR = 1e-2
"""Added to each feature's spread, so that one that is almost always zero counts for little."""


def fit_head(
    embeddings: Values,
    targets: Values,
    weights: Values,
    *,
    l2: float,
    steps: int,
    head: str = "softmax",
) -> tuple[Values, Values]:
    """Kernel [features, classes] and bias [classes] of the best linear classifier.

    `embeddings` [samples, features], `targets` [samples, classes], `weights` [samples]: how much a
    sample counts; `head`: "softmax" or "sigmoid", as the targets are meant. Features are
    standardised inside, `l2` is the penalty on their weights; the standardisation is folded into
    what is returned. Full-batch Adam, so nothing is random.
    """
    scores_of = HEADS[head]
    mean = embeddings.mean(axis=0)
    spread = embeddings.std(axis=0) + _SPREAD_FLOOR
    ones = np.ones((len(embeddings), 1), np.float32)
    inputs = np.concatenate([(embeddings - mean) / spread, ones], axis=1).astype(np.float32)
    share = (weights / weights.sum()).astype(np.float32)[:, np.newaxis]
    solution = np.zeros((inputs.shape[1], targets.shape[1]), np.float32)
    first = np.zeros_like(solution)
    second = np.zeros_like(solution)
    for step in range(1, steps + 1):
        gradient = inputs.T @ ((scores_of(inputs @ solution) - targets) * share) + l2 * solution
        first = _MEAN_MEMORY * first + (1 - _MEAN_MEMORY) * gradient
        second = _SQUARE_MEMORY * second + (1 - _SQUARE_MEMORY) * gradient**2
        size = np.sqrt(second / (1 - _SQUARE_MEMORY**step)) + _TINY
        solution = solution - _RATE * first / (1 - _MEAN_MEMORY**step) / size
    kernel = solution[:-1] / spread[:, np.newaxis]
    bias = solution[-1] - mean @ kernel
    return kernel.astype(np.float32), bias.astype(np.float32)


def softmax(logits: Values) -> Values:
    """Row by row; shifted by the row's maximum."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def sigmoid(logits: Values) -> Values:
    """Each class on its own."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float32)


HEADS: dict[str, Callable[[Values], Values]] = {"softmax": softmax, "sigmoid": sigmoid}
"""Logits to scores. The cross-entropy of either has the same gradient: scores less targets."""
