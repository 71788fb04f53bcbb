# SPDX-License-Identifier: Apache-2.0
"""Front-ends for tests."""

from __future__ import annotations

from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord
from generator.model.patches import patch_rule
from generator.project.manifest import FrontendInfo


def frontend_info(record: FrontendRecord = YAMNET, frames: int = 96) -> FrontendInfo:
    """What project.json says of a front-end and patches of so many frames."""
    return FrontendInfo.of(record, patch_rule(frames, record.patch_overlap_frames))
