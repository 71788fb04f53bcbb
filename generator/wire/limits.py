# SPDX-License-Identifier: Apache-2.0
"""Numbers and flags of the link that are not fields."""

from __future__ import annotations

from enum import Enum, IntEnum, IntFlag
from typing import Self

PROTOCOL_VERSION = 7
"""Raised whenever a message, a field or a rule of the link changes."""

PAYLOAD_LIMIT_BYTES = 1072
"""Longest payload: HELLO with 892 bytes of labels behind its fields."""

HOST_PAYLOAD_LIMIT_BYTES = 520
"""Longest payload from the host: 512 bytes of audio or frames and 8 of fields before them. The
device keeps a frame whole until its CRC has come; its own it writes straight onto the line."""

HEADER_BYTES = 2
CRC_BYTES = 4


def encoded_limit_bytes(payload_bytes: int) -> int:
    """Longest frame on the line: a COBS code byte for every 254 bytes begun, and the delimiter."""
    decoded_bytes = HEADER_BYTES + payload_bytes + CRC_BYTES
    return decoded_bytes + -(-decoded_bytes // 254) + 1


HOST_DECODED_LIMIT_BYTES = HEADER_BYTES + HOST_PAYLOAD_LIMIT_BYTES + CRC_BYTES
ENCODED_LIMIT_BYTES = encoded_limit_bytes(PAYLOAD_LIMIT_BYTES)
HOST_ENCODED_LIMIT_BYTES = encoded_limit_bytes(HOST_PAYLOAD_LIMIT_BYTES)

DETECTED_BYTES = 32
"""CLIP_RESULT's mask: a bit for each of 256 classes."""

TAP_MASK_BYTES = 32
"""TAP_SELECT's mask: a bit for each of 255 operators, and one for TAP_CYCLES."""

TAP_CYCLES = 8 * TAP_MASK_BYTES - 1
"""In place of an operator: with each patch of FRAMES, the cycles of all its work. A uint32 for each
operator, one for what belongs to none, and one for what only an image with taps does."""

AUDIO_LIMIT_SAMPLES = 256
"""Most samples in one CLIP_AUDIO."""

RESERVE_BYTES = 64
"""Bytes of the device's receive ring beyond the granted window: room for a HELLO_REQUEST, which
may be sent without credit."""

DELIMITER = b"\x00"


class Direction(Enum):
    """Who sends a message."""

    HOST_TO_DEVICE = "host to device"
    DEVICE_TO_HOST = "device to host"


class _DocumentedFlag(IntFlag):
    """Base of flags whose members are written as (value, meaning)."""

    doc: str

    def __new__(cls, value: int, doc: str = "") -> Self:
        """Take the meaning beside the value; combined flags have none."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.doc = doc
        return member


class DocumentedInt(IntEnum):
    """Base of enums whose members are written as (value, meaning)."""

    doc: str

    def __new__(cls, value: int, doc: str) -> Self:
        """Take the meaning beside the value."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.doc = doc
        return member


class ClipFlag(_DocumentedFlag):
    """What CLIP_BEGIN asks for beside the results."""

    FEATURES = 1, "send the int8 mel frames back (FEATURES)"
    TAPS = 2, "send the operator outputs chosen by TAP_SELECT (TAP; image with taps only)"


class HelloFlag(_DocumentedFlag):
    """What the image can do, and what the board runs from."""

    TAPS = 1, "built with taps: knows TAP_SELECT and FRAMES, and can send TAP"
    SOURCE_MISSING = 2, "the board's oscillator did not start: the core runs from the part's own"
    LSE_LOCKED = 4, "the core's oscillator is locked to the board's 32.768 kHz crystal"
    LSE_MISSING = 8, "that crystal should run and does not: the oscillator runs free"
    WEIGHTS_DAMAGED = 16, "constants in flash are not as generated: no clip is answered"


class Canary(_DocumentedFlag):
    """Words around the rings of the line that nobody may write; a damaged one ends in a reset."""

    RECEIVE_BEFORE = 1, "the word before the receive ring"
    RECEIVE_BEHIND = 2, "the word behind it"
    TRANSMIT_BEFORE = 4, "the word before the transmit ring"
    TRANSMIT_BEHIND = 8, "the word behind it"


class Wait(DocumentedInt):
    """What the firmware waits for with a limit; when it gives up, it resets and says so."""

    NONE = 0, "no wait gave up"
    VOLTAGE = 1, "the core's voltage"
    FLASH = 2, "the flash's wait states"
    SOURCE = 3, "the oscillator that the PLL runs from"
    BOOSTER = 4, "the booster of the power distribution (EPOD)"
    PLL = 5, "the PLL's lock"
    SWITCH = 6, "the change to the PLL's clock"
    CACHE = 7, "the instruction cache's own invalidation"
    WATCHDOG = 8, "the watchdog's registers: its oscillator (LSI) does not run"
    UART = 9, "the UART's transmitter and receiver"
    MICROPHONE = 10, "the microphone's peripheral, in an image that listens"


class RunEnd(DocumentedInt):
    """How the run before this start ended (core/fault_record.h of the firmware)."""

    NONE = 0, "no valid record: the power came up, or RAM has not kept it"
    RESET = 1, "from outside: a pin, a debugger; the firmware knows no cause"
    CORE_FAULT = 2, "a fault of the core"
    WATCHDOG = 3, "the watchdog: no progress was made for its whole period"
    SELF_CHECK = 4, "the firmware found its own memory damaged"
    WAIT = 5, "a wait with a limit gave up; wait_given_up names it"


class Phase(DocumentedInt):
    """What the firmware did as a run ended."""

    UNKNOWN = 0, "not kept"
    START = 1, "the start: clock, line, hash of the image"
    IDLE = 2, "nothing: asleep, or about to sleep"
    RECEIVE = 3, "took bytes off the line, or a message that is no sound"
    FRONTEND = 4, "the front-end: from samples to frames"
    NETWORK = 5, "the network"
    SEND = 6, "waited for room in the transmit ring"
    CHECK = 7, "a check of its own memory"
    LISTEN = 8, "took sound from its microphone, and worked on it (an image that listens)"


class ScoreHead(DocumentedInt):
    """What the network's scores are, and how they decide (ADR 0012)."""

    SOFTMAX = 1, "probabilities that sum to 1: the highest decides, if it reaches its threshold"
    SIGMOID = 2, "a probability for each class: all that reach their thresholds are detected"
    LOGITS = 3, "a value for each class, no probability: the highest decides"


class Refusal(DocumentedInt):
    """Why the device refused a frame; the clip in progress, if any, is dropped."""

    DAMAGED = 1, "COBS or CRC-32 wrong; detail: bytes of the frame as received"
    SEQUENCE = 2, "a frame is missing; the device goes on from the number that came"
    UNKNOWN = 3, "no such message in this image; detail: its type"
    LENGTH = 4, "payload length does not fit the message; detail: the length"
    NO_CLIP = 5, "CLIP_AUDIO or CLIP_END outside a clip"
    SAMPLE_COUNT = 6, "CLIP_END's count is not what arrived; detail: samples that arrived"
    OVERRUN = 7, "bytes were lost: sent beyond the credit, or the UART overran; detail: how often"
    LINE = 8, "the UART saw framing or noise errors; detail: how many"
    INTERNAL = 9, "front-end or network returned an error; detail: its number, negated"
    FRAME_ORDER = 10, "FRAMES does not continue the patch; detail: the frame that was due"
    WEIGHTS = 11, "constants in flash are not as generated; detail: the CRC-32 found"


NO_CLIP_ID = 0xFFFFFFFF
"""REFUSED's clip_id when no clip was in progress."""

BOOT_NONCE = 0
"""HELLO's nonce when the firmware has just started and nobody asked; no host asks with it."""
