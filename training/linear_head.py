# SPDX-License-Identifier: Apache-2.0
"""A linear head on frozen embeddings: logistic regression, fitted to its optimum.

Fine-tuning starts from it. With a randomly initialised head the first gradients would damage the
backbone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]

_LEARNING_RATE = 0.02
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-8
_DEVIATION_FLOOR = 1e-2
"""Added to each standard deviation, to limit the weight of features that are mostly zero."""


def fit_head(
    embeddings: Values,
    targets: Values,
    weights: Values,
    *,
    l2: float,
    steps: int,
    head: str = "softmax",
) -> tuple[Values, Values]:
    """Kernel [features, classes] and bias [classes] of the optimal linear classifier, float32.

    `embeddings` [samples, features], `targets` [samples, classes], sample `weights` [samples];
    `head`: the activation, "softmax" or "sigmoid". The features are standardised internally and
    `l2` penalises the weights of the standardised features; the result takes raw features.
    Deterministic: `steps` of full-batch Adam from zero (Kingma and Ba, 2014).
    """
    activation = ACTIVATIONS[head]
    mean = embeddings.mean(axis=0)
    spread = embeddings.std(axis=0) + _DEVIATION_FLOOR
    ones = np.ones((len(embeddings), 1), np.float32)
    inputs = np.concatenate([(embeddings - mean) / spread, ones], axis=1).astype(np.float32)
    share = (weights / weights.sum()).astype(np.float32)[:, np.newaxis]
    solution = np.zeros((inputs.shape[1], targets.shape[1]), np.float32)
    first = np.zeros_like(solution)
    second = np.zeros_like(solution)
    for step in range(1, steps + 1):
        gradient = inputs.T @ ((activation(inputs @ solution) - targets) * share) + l2 * solution
        first = _BETA_1 * first + (1 - _BETA_1) * gradient
        second = _BETA_2 * second + (1 - _BETA_2) * gradient**2
        size = np.sqrt(second / (1 - _BETA_2**step)) + _EPSILON
        solution = solution - _LEARNING_RATE * first / (1 - _BETA_1**step) / size
    kernel = solution[:-1] / spread[:, np.newaxis]
    bias = solution[-1] - mean @ kernel
    return kernel.astype(np.float32), bias.astype(np.float32)


def softmax(logits: Values) -> Values:
    """Softmax of each row, computed relative to the row's maximum."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def sigmoid(logits: Values) -> Values:
    """Element-wise sigmoid."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float32)


ACTIVATIONS: dict[str, Callable[[Values], Values]] = {"softmax": softmax, "sigmoid": sigmoid}
"""Logits to scores. With either, the gradient of the cross-entropy is scores - targets."""
