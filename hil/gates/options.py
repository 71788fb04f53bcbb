# SPDX-License-Identifier: Apache-2.0
"""The options that set limits. Read in every pytest run: nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

GATE_OPTIONS = {
    "min_accuracy": "min_accuracy",
    "max_network_cycles": "max_network_cycles",
    "max_answer_ms": "max_answer_ms",
    "max_ram": "max_ram_bytes",
    "max_flash": "max_flash_bytes",
}
"""Each option (`--min-accuracy`) and its key in boards.yaml and pyproject.toml."""


def add_gate_options(add: Callable[..., Any]) -> None:
    """Add them by `add`, argparse's `add_argument` or pytest's `addoption`.

    Their values stay text: hil/gates/limits.py reads them, and reports all faults together.
    """
    add("--min-accuracy", metavar="SHARE", help="fail below this share of right clips: 0.9 or 90%%")
    add("--max-network-cycles", metavar="N", help="fail above N cycles of the network, a patch")
    add("--max-answer-ms", metavar="MS", help="fail above this time from a patch to its scores")
    add("--max-ram", metavar="BYTES", help="fail above this RAM of the image: 98304 or 96KiB")
    add("--max-flash", metavar="BYTES", help="fail above this flash of the image: 262144 or 256KiB")
    add("--require-sounds", action="store_true", help="fail without a data set of sounds")
