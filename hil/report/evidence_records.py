# SPDX-License-Identifier: Apache-2.0
"""What a page shows of single clips and of single operators, as it travels to the report."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int8 = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """What one clip's answer was decided from, as the board sent it."""

    board: str
    clip: str
    audio: str
    """Path of its file; empty for a synthetic sound, which its name makes again."""

    first_frames: tuple[int, ...]
    """Of each patch, among the frames that the silence gate kept."""

    scores: tuple[tuple[int, ...], ...]
    """int8, by patch and class."""

    bands: int
    cells: str
    """The int8 features [frames, bands], packed by `pack_cells`; empty for a clip that was right
    and equal on all sides."""


@dataclass(frozen=True, slots=True)
class OperatorCost:
    """One operator of the network, for a patch."""

    index: int
    kind: str
    name: str
    shape: tuple[int, ...]
    """Of its output."""

    instructions: int
    cycles: int


@dataclass(frozen=True, slots=True)
class LayerCostRecord:
    """Where the network's instructions went, over one patch that the virtual board traced.

    Instructions are exact; cycles are estimated by the model of the core's pipeline.
    """

    board: str
    operators: tuple[OperatorCost, ...]
    between_instructions: int
    """Of finding rows for the operators, which belongs to none of them."""

    between_cycles: int


def pack_cells(cells: Int8) -> str:
    """int8 [frames, bands] as text: rows of bytes, deflated, in base64."""
    return base64.b64encode(zlib.compress(cells.astype(np.int8).tobytes(), 9)).decode("ascii")


def unpack_cells(packed: str, bands: int) -> Int8:
    """The cells again; raises ValueError where the text is no such thing."""
    try:
        content = zlib.decompress(base64.b64decode(packed, validate=True))
    except zlib.error as error:
        raise ValueError(f"features are damaged: {error}") from error
    return np.frombuffer(content, np.int8).reshape(-1, bands)
