# SPDX-License-Identifier: Apache-2.0
"""JSON of strangers: all that it may raise is a ValueError. Nothing else here reads JSON untyped.

Files with a model of pydantic are read by that, which bounds nesting itself.
"""

from __future__ import annotations

import json
from typing import Any

LARGEST_BYTES = 64 << 20
"""The largest file of our own, evidence.json, has some MB."""


def load_json(text: str | bytes) -> Any:
    """The value of a text. Raises ValueError for what is none, or is nested too deep."""
    if len(text) > LARGEST_BYTES:
        raise ValueError(f"has more than {LARGEST_BYTES >> 20} MiB")
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("is nested too deep") from None
