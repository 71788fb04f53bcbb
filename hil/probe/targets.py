# SPDX-License-Identifier: Apache-2.0
"""pyOCD's target type for a board's part."""

from __future__ import annotations

from pathlib import Path

from generator.boards.record import BoardSpec


def target_for(spec: BoardSpec, pack: Path | None) -> str:
    """The explicit target type: pyOCD's own, or that of a pack."""
    return spec.probe.pyocd_target
