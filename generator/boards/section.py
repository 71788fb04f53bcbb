# SPDX-License-Identifier: Apache-2.0
"""What every section of a record of boards.yaml is built on."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of a record: no unknown keys, no conversions, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
