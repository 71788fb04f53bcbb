# SPDX-License-Identifier: Apache-2.0
"""Where things are in the repository: its root, and what is used when nothing else is named."""

from __future__ import annotations

from pathlib import Path

REPO_ROOT = Path(__file__).resolve().parents[1]
TEMPLATES_DIR = REPO_ROOT / "firmware_templates"

DEFAULT_BOARDS_FILE = REPO_ROOT / "boards.yaml"
DEFAULT_MODEL = REPO_ROOT / "models" / "yamnet_256_esc10.tflite"
DEFAULT_OUT_DIR = REPO_ROOT / "build"
