# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np

from training.linear_head import fit_head, softmax


def make_problem() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    labels = np.arange(90) % 3
    centres = rng.normal(0, 3, (3, 8))
    embeddings = (centres[labels] + rng.normal(0, 1, (90, 8)) + 5).astype(np.float32)
    embeddings[:, 7] = 0.0  # a feature that never fires
    return embeddings, np.eye(3, dtype=np.float32)[labels], np.ones(90, np.float32)


def test_separable_classes_are_separated() -> None:
    embeddings, targets, weights = make_problem()
    kernel, bias = fit_head(embeddings, targets, weights, l2=1e-3, steps=300)
    assert np.array_equal((embeddings @ kernel + bias).argmax(1), targets.argmax(1))
    assert np.isfinite(kernel).all()
    assert kernel.dtype == np.float32
    assert bias.dtype == np.float32


def test_the_gradient_vanishes_at_the_solution() -> None:
    embeddings, targets, weights = make_problem()
    kernel, bias = fit_head(embeddings, targets, weights, l2=0.1, steps=2000)
    spread = embeddings.std(axis=0) + 1e-2
    inputs = (embeddings - embeddings.mean(axis=0)) / spread
    error = softmax(embeddings @ kernel + bias) - targets
    gradient = inputs.T @ error / len(inputs) + 0.1 * kernel * spread[:, None]
    assert np.abs(gradient).max() < 1e-2


def test_a_sample_without_weight_does_not_count() -> None:
    embeddings, targets, weights = make_problem()
    weights[60:] = 0.0
    with_junk = np.concatenate([embeddings[:60], embeddings[60:] * 1.0])
    targets[60:] = np.roll(targets[60:], 1, axis=1)
    kernel, bias = fit_head(with_junk, targets, weights, l2=1e-3, steps=300)
    right = (embeddings[:60] @ kernel + bias).argmax(1) == targets[:60].argmax(1)
    assert right.all()
