# SPDX-License-Identifier: Apache-2.0
"""What pyOCD finds of this project by its entry point: the virtual probe, and targets of ours."""

from __future__ import annotations

from typing import Any

from pyocd.core.plugin import Plugin


class VirtualProbePlugin(Plugin):  # type: ignore[misc]  # pyOCD says what it is in its docs only
    """The virtual boards as debug probes: `pyocd list`, `pyocd load -u virtual:u585`."""

    def load(self) -> Any:
        """The class of probes; from here on pyOCD knows our targets too."""
        from hil.probe.targets import register_own_targets
        from hil.virtual.host_ports.debug_probe import VirtualProbe

        register_own_targets()
        return VirtualProbe

    @property
    def name(self) -> str:
        """What is before the colon of a probe's id."""
        return "virtual"

    @property
    def description(self) -> str:
        """For `pyocd list --plugins`."""
        return "mel2metal's virtual boards"
