# SPDX-License-Identifier: Apache-2.0
"""The fault modes by name, and the boundary at which each strikes. Imports nothing of the rest."""

from __future__ import annotations

import enum


class Boundary(enum.Enum):
    """What a fault comes through into a run."""

    LINK = "link"
    TARGET = "target"
    PROBE = "probe"
    HOST = "host"
    TOOLS = "tools"


class FaultMode(enum.Enum):
    """Every mode by its stable name; `text` says what happens, `boundary` where."""

    boundary: Boundary
    text: str

    def __new__(cls, name: str, boundary: Boundary, text: str) -> FaultMode:
        """Make a member whose value is the name alone."""
        member = object.__new__(cls)
        member._value_ = name
        member.boundary = boundary
        member.text = text
        return member

    # -- link: to the board, then from it, then both ways ----------------------------------------

    BYTE_DROPPED = "link-byte-dropped", Boundary.LINK, "a byte to the board is lost"
    BYTE_FLIPPED = "link-byte-flipped", Boundary.LINK, "one bit of a byte to the board turns over"
    BYTE_DOUBLED = "link-byte-doubled", Boundary.LINK, "a byte to the board arrives twice"
    BYTE_INSERTED = "link-byte-inserted", Boundary.LINK, "a byte that nobody sent reaches the board"
    NOISE_BURST = (
        "link-noise-burst",
        Boundary.LINK,
        "16 bytes to the board are replaced by others",
    )
    STALE_BYTES = (
        "link-stale-bytes",
        Boundary.LINK,
        "96 bytes that the board got before reach it a second time",
    )
    ANSWER_BYTE_DROPPED = (
        "link-answer-byte-dropped",
        Boundary.LINK,
        "a byte from the board is lost",
    )
    ANSWER_BYTE_FLIPPED = (
        "link-answer-byte-flipped",
        Boundary.LINK,
        "one bit of a byte from the board turns over",
    )
    ANSWER_BYTE_DOUBLED = (
        "link-answer-byte-doubled",
        Boundary.LINK,
        "a byte from the board arrives twice",
    )
    ANSWER_BYTE_INSERTED = (
        "link-answer-byte-inserted",
        Boundary.LINK,
        "a byte that the board did not send arrives",
    )
    ANSWER_NOISE_BURST = (
        "link-answer-noise-burst",
        Boundary.LINK,
        "16 bytes from the board are replaced by others",
    )
    ANSWER_STALE_BYTES = (
        "link-answer-stale-bytes",
        Boundary.LINK,
        "96 bytes of earlier answers arrive a second time",
    )
    LINE_SILENT = (
        "link-silent",
        Boundary.LINK,
        "for 2.5 s no byte passes, neither way",
    )
    CABLE_CUT = "link-cut", Boundary.LINK, "the port fails until it is opened again"

    # -- target ----------------------------------------------------------------------------------

    RESET_LINE = "target-reset", Boundary.TARGET, "the reset line is pulled"
    HARD_FAULT = (
        "target-hard-fault",
        Boundary.TARGET,
        "the core executes an undefined instruction, as after a flipped bit of its code",
    )
    CORE_STOPPED = (
        "target-core-stopped",
        Boundary.TARGET,
        "the core is stopped until the watchdog restarts the chip",
    )
    BROWN_OUT = "target-brown-out", Boundary.TARGET, "the supply fails and comes back"
    RECEIVE_RING_FLIP = (
        "target-receive-ring-flip",
        Boundary.TARGET,
        "one bit of the receive ring turns over",
    )
    TRANSMIT_RING_FLIP = (
        "target-transmit-ring-flip",
        Boundary.TARGET,
        "one bit of the transmit ring turns over",
    )
    WEIGHTS_FLIP = (
        "target-weights-flip",
        Boundary.TARGET,
        "one bit of the network's weights in flash turns over",
    )
    CANARY_FLIP = (
        "target-canary-flip",
        Boundary.TARGET,
        "one bit of the words around a ring turns over",
    )

    # -- probe: each lets the board be programmed between two clips -------------------------------

    PROBE_UNPLUGGED = (
        "probe-unplugged",
        Boundary.PROBE,
        "the probe goes away while it programs, and comes back",
    )
    PROBE_WRONG_ANSWER = (
        "probe-wrong-answer",
        Boundary.PROBE,
        "the debug port answers FAULT once while the probe programs",
    )
    PROGRAMMED_FLIP = (
        "probe-programmed-flip",
        Boundary.PROBE,
        "one bit turns over on its way into flash",
    )
    PROBE_LOST_AT_RESET = (
        "probe-lost-at-reset",
        Boundary.PROBE,
        "the probe goes away when it pulls the reset line, and comes back",
    )

    # -- host ------------------------------------------------------------------------------------

    HOST_KILLED = "host-killed", Boundary.HOST, "the run is killed by SIGKILL"
    DISK_FULL = "host-disk-full", Boundary.HOST, "the disk is full when the run writes"
    CLOCK_JUMP = "host-clock-jump", Boundary.HOST, "the host's wall clock jumps"
    HOST_STOPPED = "host-stopped", Boundary.HOST, "the run is stopped for seconds by SIGSTOP"

    # -- tools -----------------------------------------------------------------------------------

    COMPILER_MISSING = "tools-compiler-missing", Boundary.TOOLS, "the compiler is not there"
    COMPILER_FAILS = "tools-compiler-fails", Boundary.TOOLS, "the compiler dies in mid-file"
    OBJECT_CUT = "tools-object-cut", Boundary.TOOLS, "an object file of the build is cut short"
    IMAGE_CUT = "tools-image-cut", Boundary.TOOLS, "an image file of the build is cut short"
    OTHER_IMAGE = "tools-other-image", Boundary.TOOLS, "the build folder holds another image"


MODES = {mode.value: mode for mode in FaultMode}
"""The modes by their names."""

NEED_A_VIRTUAL_BOARD = frozenset(
    mode for mode in FaultMode if mode.boundary in {Boundary.TARGET, Boundary.PROBE}
)
"""Modes that need the emulated chip or probe: nothing can do that to a real one by a command."""

STRIKE_FROM_OUTSIDE = frozenset(
    mode for mode in FaultMode if mode.boundary in {Boundary.HOST, Boundary.TOOLS}
)
"""Modes that a run cannot do to itself: `mel2metal soak` does them to the runs that it starts."""
