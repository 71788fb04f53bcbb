# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib import rcParams
from matplotlib.figure import Figure

from generator.model.decision import UNDECIDED, Head
from generator.pictures import with_plain_text
from training.plots import plot_answers, plot_losses
from training.scores import Curves, DecidedClip

FORMULAS = ["$", "$a_$", "$\\frac{$", "a $x$ b", "50% $", r"\$", "_^{}"]


def draw(title: str) -> bytes:
    figure = Figure(figsize=(2, 1))
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.set_xticks([0], [title])
    axes.imshow(np.zeros((1, 1)))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


@pytest.mark.parametrize("text", FORMULAS)
def test_a_dollar_sign_is_no_formula(text: str) -> None:
    assert with_plain_text(draw)(text).startswith(b"\x89PNG")
    assert rcParams["text.parse_math"]


def test_matplotlib_takes_it_for_one() -> None:
    with pytest.raises(ValueError, match="Expected"):
        draw("$a_$")
    assert with_plain_text(draw)("$xx$") != draw("$xx$")


@pytest.mark.parametrize("head", [Head.SOFTMAX, Head.SIGMOID])
def test_plots_of_training_take_any_label(head: Head) -> None:
    decisions = [
        DecidedClip("a", 1, (0,), 1, (1,), 1, (0.0, 9.0)),
        DecidedClip("b", 1, (1,), UNDECIDED, (), 1, (0.0, 0.0)),
    ]
    picture = plot_answers(decisions, ["$a_$", "$\\frac{$"], head, "$")
    assert picture.startswith(b"\x89PNG")
    curves = Curves(losses=(1.0, 0.5), validation_losses=(1.0, 0.4), best_epoch=1)
    assert plot_losses({"$a_$": curves}).startswith(b"\x89PNG")
