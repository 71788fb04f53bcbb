# SPDX-License-Identifier: Apache-2.0
"""The names of the engines that evaluate a model on the host, and what each is."""

from __future__ import annotations

TWIN, LITERT = "twin", "litert"
ENGINES = {
    TWIN: "the firmware's C, compiled for this machine",
    LITERT: "LiteRT's reference kernels behind the firmware's front-end",
}
