# SPDX-License-Identifier: Apache-2.0
"""Every parser of Python that reads what others wrote."""

from __future__ import annotations

from tests.fuzz.parsers import images, link, models, records, sounds, texts
from tests.fuzz.parsers.parser import Parser

PARSERS: dict[str, Parser] = {
    one.name: one
    for module in (models, texts, sounds, link, records, images)
    for one in module.PARSERS
}
