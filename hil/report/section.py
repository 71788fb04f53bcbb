# SPDX-License-Identifier: Apache-2.0
"""What all parts of a run's files have in common: how they are written and read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the file. A reader passes over keys that it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
        validate_by_name=True,
        validate_by_alias=True,
        # Always written; a report of before such a key has its default when it is read.
        json_schema_serialization_defaults_required=True,
        serialize_by_alias=True,
        ser_json_inf_nan="null",
    )
