# SPDX-License-Identifier: Apache-2.0
"""The configurations of the shipped models, which come with this package."""

from __future__ import annotations

from pathlib import Path

DEFAULT_CONFIG = Path(__file__).resolve().with_name("esc10.yaml")
CAUSAL_CONFIG = DEFAULT_CONFIG.with_name("esc10_causal.yaml")
SHIPPED_CONFIGS = (DEFAULT_CONFIG, CAUSAL_CONFIG)
