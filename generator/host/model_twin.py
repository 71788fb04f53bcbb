# SPDX-License-Identifier: Apache-2.0
"""A model's firmware on this machine, in one call: for evaluation, where no board is in sight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from generator.boards.boards_file import load_boards
from generator.errors import Fault
from generator.firmware import make_project
from generator.host.compile import CACHE_DIR
from generator.host.continuous_twin import ContinuousTwin, build_continuous_twin
from generator.host.twin import HostTwin, build_host_twin
from generator.model.labels import LABEL_BYTES
from generator.network import read_network
from generator.plain_text import unprintable
from generator.repository import DEFAULT_BOARDS_FILE
from generator.temporary import temporary_folder
from generator.wire.capacity import check_capacity


def label_faults(model_name: str, labels: Sequence[str]) -> list[Fault]:
    """What the firmware could not carry of labels that a model is yet to be trained for."""
    faults = [
        Fault(model_name, f"the label {label!r} is longer than {LABEL_BYTES} bytes", "shorten it")
        for label in labels
        if len(label.encode("utf-8")) > LABEL_BYTES
    ]
    faults += [
        Fault(model_name, f"the label {label!r} is more than a line of plain text", "rename it")
        for label in labels
        if label.split() != label.split(" ") or unprintable(label)
    ]
    return [*faults, *check_capacity(model_name, labels)]


def build_model_twins(
    model: Path,
    labels: Path | None = None,
    threshold: float | None = None,
    frontend: str | None = None,
    *,
    count: int = 1,
    cache_dir: Path = CACHE_DIR,
) -> tuple[HostTwin, ...]:
    """`count` host twins of the firmware that `model` would give; seconds, then cached.

    The portable C is the same for every board, so the first one of boards.yaml will do. Raises
    `InputError` with every fault of the model, its labels and decision settings, `ToolError`
    without a compiler.
    """
    with _project_of(model, labels, threshold, frontend) as project:
        return tuple(build_host_twin(project, cache_dir=cache_dir) for _ in range(count))


def build_continuous_model_twin(
    model: Path,
    labels: Path | None = None,
    frontend: str | None = None,
    *,
    cache_dir: Path = CACHE_DIR,
) -> ContinuousTwin:
    """The same model, listening without end; raises as `build_model_twins` does."""
    with _project_of(model, labels, None, frontend) as project:
        return build_continuous_twin(project, cache_dir=cache_dir)


@contextmanager
def _project_of(
    model: Path, labels: Path | None, threshold: float | None, frontend: str | None
) -> Iterator[Path]:
    """A project of the model, for as long as it takes to compile it."""
    network = read_network(model, labels, threshold, frontend)
    board = next(iter(load_boards(DEFAULT_BOARDS_FILE).values()))
    with temporary_folder() as scratch:
        yield make_project(board, network, scratch, taps=False).directory
