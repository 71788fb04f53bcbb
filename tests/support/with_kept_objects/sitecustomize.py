# SPDX-License-Identifier: Apache-2.0
"""On PYTHONPATH: a `mel2metal firmware` that a test starts takes objects that are kept.

Python imports this before anything else; other programs it leaves as they are.
"""

from __future__ import annotations

import sys

if "firmware" in sys.orig_argv:
    from tests.support.kept_objects import kept_objects

    KEPT = kept_objects()  # by name: one that nobody holds would end at once
    KEPT.__enter__()
