# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.kills.short_training ...`: `python -m training ...` with a short network."""

from __future__ import annotations

import sys

from tests.training.short_backbone import shorten_backbone
from training.__main__ import main

if __name__ == "__main__":
    shorten_backbone(setattr)
    sys.exit(main())
