# SPDX-License-Identifier: Apache-2.0
"""A soak of the virtual board with a small model: ended by Ctrl-C, and gone on with."""

from __future__ import annotations

import argparse
import io
import signal
from pathlib import Path

import pytest
from rich.console import Console

from generator.errors import EXIT_INTERRUPTED
from hil.soak.arguments import add_soak
from hil.soak.command import run_soak
from hil.soak.record import SOAK_FILE, read_soak
from tests.support.model_files import write_model
from tests.support.pytest_run import python_path, write_noise
from tests.support.tiny_model import TINY_LABELS, tiny_model

pytestmark = pytest.mark.slow


class ImpatientTerminal(io.StringIO):
    """Its user presses Ctrl-C when they see that a clip was judged."""

    def write(self, text: str) -> int:
        written = super().write(text)
        if " 1 clips " in text:
            signal.raise_signal(signal.SIGINT)
        return written


def soak_options(folder: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_soak(parser.add_subparsers())
    return parser.parse_args([
        *("soak", "--board", "u585", "--rounds", "1", "--without", "host", "--without", "tools"),
        *("--fault", "link@0.2", "--fault", "target-reset@1", "--model", str(folder / "m.tflite")),
        *("--sounds", str(folder / "sounds"), "--out", str(folder / "soak"), *more),
    ])  # fmt: skip


def test_a_soak_that_was_ended_goes_on_after_the_last_good_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", python_path())
    write_model(tmp_path / "m.tflite", tiny_model(), TINY_LABELS)
    write_noise(tmp_path / "sounds", TINY_LABELS, samples=8000)
    terminal = Console(file=ImpatientTerminal(), force_terminal=True, width=120)
    assert run_soak(soak_options(tmp_path), terminal) == EXIT_INTERRUPTED
    (file,) = (tmp_path / "soak" / "u585").glob(f"*/{SOAK_FILE}")
    cut = read_soak(file)
    assert (cut.interrupted, cut.ended, cut.rounds[0].ended) == (True, False, False)
    assert 1 <= cut.clips < len(TINY_LABELS)

    out = io.StringIO()
    code = run_soak(soak_options(tmp_path, "--resume"), Console(file=out, width=120))
    assert code == 0, out.getvalue()
    whole = read_soak(file)
    assert (whole.interrupted, whole.ended, len(whole.rounds)) == (False, True, 1)
    assert whole.clips == len(TINY_LABELS), "each clip counts once"
    total, before = whole.tally.total, cut.tally.total
    assert total.injected > before.injected > 0
    assert total.recovered == total.detected > 0
    assert (total.lost, total.wrong, whole.troubles) == (0, 0, [])
    assert whole.seconds > cut.seconds
