# SPDX-License-Identifier: Apache-2.0
"""Every message of the link: frozen dataclasses whose annotations are the wire table.

A new message is a class here and a handler in `session.c` of
`firmware_templates/applications/measure/`; `app/wire.h` and docs/wire.md are printed from this
module.

Each annotation carries the wire type, the number of elements and the meaning of the field. Fields
are at their natural alignment, so that the C structs need no packing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeVar, dataclass_transform

from generator.wire.limits import DETECTED_BYTES, PROTOCOL_VERSION, TAP_MASK_BYTES, Direction


@dataclass(frozen=True, slots=True)
class WireType:
    """Wire type of one field: element, number of elements, meaning."""

    element: str
    """One of the C names below, ``uint8_t`` to ``uint64_t``, or ``char``."""

    doc: str
    count: int = 1
    """Elements; 0: as many as the payload holds (last field only)."""

    array: bool = False


def _u8(doc: str) -> WireType:
    return WireType("uint8_t", doc)


def _u16(doc: str) -> WireType:
    return WireType("uint16_t", doc)


def _u32(doc: str) -> WireType:
    return WireType("uint32_t", doc)


def _u64(doc: str) -> WireType:
    return WireType("uint64_t", doc)


def _i16(doc: str) -> WireType:
    return WireType("int16_t", doc)


def _octets(count: int, doc: str) -> WireType:
    return WireType("uint8_t", doc, count, array=True)


def _text(count: int, doc: str) -> WireType:
    return WireType("char", doc, count, array=True)


def _tail(element: str, doc: str) -> WireType:
    return WireType(element, doc, 0, array=True)


class Message:
    """Base of all messages; ``IDENT`` is the type byte, ``DIRECTION`` who sends it."""

    __slots__ = ()

    IDENT: ClassVar[int]
    DIRECTION: ClassVar[Direction]
    TAPS_ONLY: ClassVar[bool] = False
    """Known only to images built with taps."""


_M = TypeVar("_M", bound=Message)
_MESSAGES: list[type[Message]] = []


@dataclass_transform(frozen_default=True)
def _message(
    ident: int, direction: Direction, *, taps_only: bool = False
) -> Callable[[type[_M]], type[_M]]:
    """Make a frozen dataclass of a message and put it into the table.

    `taps_only`: known only to images built with taps. Raises TypeError for a type byte used twice.
    """

    def enter(message: type[_M]) -> type[_M]:
        made: type[_M] = dataclass(frozen=True, slots=True)(message)
        made.IDENT, made.DIRECTION, made.TAPS_ONLY = ident, direction, taps_only
        if any(ident == other.IDENT for other in _MESSAGES):
            raise TypeError(f"{made.__name__}: another message has type byte 0x{ident:02x}")
        _MESSAGES.append(made)
        return made

    return enter


@_message(0x01, Direction.HOST_TO_DEVICE)
class HelloRequest(Message):
    """Starts a conversation; needs no credit.

    The device drops any clip, takes this frame's sequence number as the host's, restarts its own
    at 0 and its byte count at 0 after this frame, and answers HELLO.
    """

    protocol: Annotated[int, _u16("PROTOCOL_VERSION of the host")] = PROTOCOL_VERSION
    reserved: Annotated[int, _u16("0")] = 0
    nonce: Annotated[int, _u32("any number but BOOT_NONCE; HELLO brings it back")] = 0


@_message(0x02, Direction.HOST_TO_DEVICE)
class ClipBegin(Message):
    """Starts a clip; the front-end and the network forget what came before."""

    clip_id: Annotated[int, _u32("the host's own number of the clip")]
    flags: Annotated[int, _u16("ClipFlag bits")] = 0
    reserved: Annotated[int, _u16("0")] = 0


@_message(0x03, Direction.HOST_TO_DEVICE)
class ClipAudio(Message):
    """The next samples of the clip: at most 256, mono, int16, at HELLO's sample_rate_hz."""

    samples: Annotated[bytes, _tail("int16_t", "samples, Q15")]


@_message(0x04, Direction.HOST_TO_DEVICE)
class ClipEnd(Message):
    """Ends the clip; the device answers CLIP_RESULT."""

    sample_count: Annotated[int, _u32("samples sent since CLIP_BEGIN")]


@_message(0x05, Direction.HOST_TO_DEVICE)
class MemoryRequest(Message):
    """Asks for MEMORY."""


@_message(0x06, Direction.HOST_TO_DEVICE, taps_only=True)
class TapSelect(Message):
    """Chooses the operators whose output is sent as TAP."""

    operator_mask: Annotated[
        bytes,
        _octets(
            TAP_MASK_BYTES,
            "bit n % 8 of byte n / 8: operator n of the .tflite; the last bit: cycles",
        ),
    ]


@_message(0x07, Direction.HOST_TO_DEVICE, taps_only=True)
class Frames(Message):
    """Mel frames straight into the network, past the front-end.

    first_frame 0 starts a patch; after the last frame of the patch the device answers PATCH_RESULT
    with clip_id = patch_id and patch_index 0.
    """

    patch_id: Annotated[int, _u32("the host's own number of the patch")]
    first_frame: Annotated[int, _u32("index of the first frame in the patch")]
    cells: Annotated[bytes, _tail("int8_t", "whole frames of int8 cells, one after the other")]


@_message(0x08, Direction.HOST_TO_DEVICE)
class RuleRequest(Message):
    """Asks for RULE."""


@_message(0x81, Direction.DEVICE_TO_HOST)
class Hello(Message):
    """Who the device is and what runs on it; the first CREDIT is implied: window_bytes.

    Answers HELLO_REQUEST. A firmware that has just started sends one by itself, with nonce 0.
    """

    protocol: Annotated[int, _u16("PROTOCOL_VERSION of the device")]
    flags: Annotated[int, _u16("HelloFlag bits")]
    nonce: Annotated[int, _u32("from HELLO_REQUEST; 0: BOOT_NONCE")]
    core_clock_hz: Annotated[int, _u32("core clock in Hz")]
    window_bytes: Annotated[int, _u32("encoded bytes that may be under way to the device at once")]
    reset_flags: Annotated[int, _u32("the reset flags of the clock controller at start")]
    wait_given_up: Annotated[int, _u32("Wait that gave up, at this start or the one before it")]
    counter_losses: Annotated[int, _u32("times that the cycle counter was found stopped")]
    check_clocks: Annotated[int, _u32("SysTick's clocks over a loop that does not sleep, just now")]
    check_cycles: Annotated[int, _u32("the cycle counter's cycles over the same loop")]
    sample_rate_hz: Annotated[int, _u32("samples a second of the sound that the front-end takes")]
    frames: Annotated[int, _u16("frames in a patch")]
    bands: Annotated[int, _u16("values of a frame: mel bands, or MFCC")]
    classes: Annotated[int, _u16("classes")]
    operators: Annotated[int, _u16("operators of the network")]
    board: Annotated[str, _text(16, "board name")]
    engine: Annotated[str, _text(16, "network engine")]
    firmware_sha256: Annotated[bytes, _octets(32, "SHA-256 of the image as it is in flash")]
    model_sha256: Annotated[bytes, _octets(32, "SHA-256 of the .tflite")]
    frontend: Annotated[bytes, _octets(4, "first bytes of the SHA-256 of the front-end's record")]
    resets: Annotated[int, _u32("resets since the power came up, as far as RAM has kept count")]
    run_end: Annotated[
        int, _u16("RunEnd of the run before this start; the fields below tell of it")
    ]
    end_phase: Annotated[int, _u16("Phase in which it ended")]
    end_exception: Annotated[int, _u32("CORE_FAULT: exception number (IPSR)")]
    end_status: Annotated[int, _u32("CORE_FAULT: CFSR; SELF_CHECK: the word that was found")]
    end_hfsr: Annotated[int, _u32("CORE_FAULT: HardFault Status Register")]
    end_address: Annotated[int, _u32("of the refused access, or of the damaged word; 0: not known")]
    end_pc: Annotated[int, _u32("program counter; 0: not known")]
    end_lr: Annotated[int, _u32("link register; 0: not known")]
    labels: Annotated[str, _tail("char", "labels in UTF-8, separated by line feeds")] = ""


@_message(0x82, Direction.DEVICE_TO_HOST)
class Credit(Message):
    """How far the host may send."""

    limit_bytes: Annotated[
        int, _u32("encoded bytes, delimiters included, after the HELLO_REQUEST, modulo 2^32")
    ]


@_message(0x83, Direction.DEVICE_TO_HOST)
class PatchResult(Message):
    """One patch's answer."""

    clip_id: Annotated[int, _u32("clip, or patch_id of FRAMES")]
    patch_index: Annotated[int, _u32("patch in the clip, from 0")]
    first_frame: Annotated[int, _u32("its first frame in the clip")]
    gated_samples: Annotated[int, _u32("samples dropped as silence since the previous patch")]
    frontend_cycles: Annotated[int, _u32("core cycles of the front-end since the previous patch")]
    network_cycles: Annotated[int, _u32("core cycles of the network for this patch")]
    answer_cycles: Annotated[int, _u32("core cycles from the last frame's arrival to the scores")]
    scores: Annotated[tuple[int, ...], _tail("int8_t", "output of softmax or sigmoid, one a class")]


@_message(0x84, Direction.DEVICE_TO_HOST)
class ClipResult(Message):
    """The clip's answer."""

    clip_id: Annotated[int, _u32("clip")]
    samples: Annotated[int, _u32("samples received")]
    gated_samples: Annotated[int, _u32("samples dropped as silence")]
    frames: Annotated[int, _u32("mel frames computed")]
    patches: Annotated[int, _u32("patches answered")]
    decision: Annotated[int, _i16("class, by RULE; -1: no patch; -2: none reached its threshold")]
    counter_losses: Annotated[int, _u16("times that the cycle counter was stopped in this clip")]
    frontend_cycles: Annotated[int, _u64("core cycles of the front-end over the clip's patches")]
    network_cycles: Annotated[int, _u64("core cycles of the network over the clip's patches")]
    busy_cycles: Annotated[int, _u64("core cycles of all work on the clip's samples")]
    detected: Annotated[
        bytes, _octets(DETECTED_BYTES, "bit c % 8 of byte c / 8: class c was detected")
    ]
    score_sums: Annotated[tuple[int, ...], _tail("int32_t", "sums of the patches' scores")]


@_message(0x85, Direction.DEVICE_TO_HOST)
class Features(Message):
    """Mel frames as the network gets them."""

    clip_id: Annotated[int, _u32("clip")]
    first_frame: Annotated[int, _u32("index in the clip of the first frame here")]
    cells: Annotated[bytes, _tail("int8_t", "whole frames of int8 cells, one after the other")]


@_message(0x86, Direction.DEVICE_TO_HOST, taps_only=True)
class Tap(Message):
    """A piece of one row of an operator's output, in the .tflite tensor's own order."""

    patch: Annotated[int, _u32("patches begun since CLIP_BEGIN or HELLO before this one")]
    operator_index: Annotated[int, _u16("operator of the .tflite, or 255: cycles")]
    row: Annotated[int, _u16("row of its output")]
    offset_bytes: Annotated[int, _u32("where in the row this piece begins")]
    values: Annotated[
        bytes, _tail("uint8_t", "the piece: int8, or float32 for DEQUANTIZE; cycles: uint32")
    ]


@_message(0x87, Direction.DEVICE_TO_HOST)
class Memory(Message):
    """True use of memory since reset; errors of the line since the first HELLO; the time."""

    stack_bytes: Annotated[int, _u32("stack as linked")]
    stack_high_water_bytes: Annotated[int, _u32("most stack used so far, by painting")]
    rx_ring_bytes: Annotated[int, _u32("receive ring")]
    rx_high_water_bytes: Annotated[int, _u32("most bytes that waited in it")]
    tx_ring_bytes: Annotated[int, _u32("transmit ring")]
    tx_high_water_bytes: Annotated[int, _u32("most bytes that waited in it")]
    arena_bytes: Annotated[int, _u32("activations of the network")]
    static_bytes: Annotated[int, _u32(".data and .bss as linked, the stack not included")]
    overruns: Annotated[int, _u32("times that received bytes were lost")]
    framing_errors: Annotated[int, _u32("bytes without a stop bit; none of them is received")]
    noise_errors: Annotated[int, _u32("bytes whose samples differed; not looked for with ONEBIT")]
    flags: Annotated[int, _u32("HelloFlag bits as they stand now")]
    clocks: Annotated[int, _u64("clocks of the core since its start, sleep included (SysTick)")]


@_message(0x88, Direction.DEVICE_TO_HOST)
class FaultReport(Message):
    """A core fault: what the core knew; the device resets after it."""

    exception: Annotated[int, _u32("exception number (IPSR)")]
    cfsr: Annotated[int, _u32("Configurable Fault Status Register")]
    hfsr: Annotated[int, _u32("HardFault Status Register")]
    mmfar: Annotated[int, _u32("MemManage Fault Address Register")]
    bfar: Annotated[int, _u32("BusFault Address Register")]
    pc: Annotated[int, _u32("program counter as stacked; 0: not stacked")]
    lr: Annotated[int, _u32("link register as stacked; pc 0: newest return address")]
    xpsr: Annotated[int, _u32("program status as stacked; 0: not stacked")]
    sp: Annotated[int, _u32("stack pointer of the handler: address of the stacked frame")]


@_message(0x89, Direction.DEVICE_TO_HOST)
class Refused(Message):
    """A frame that the device could not take; the clip in progress is dropped.

    Further CLIP_AUDIO and CLIP_END of the dropped clip are dropped without a reply until the next
    CLIP_BEGIN or HELLO_REQUEST. After DAMAGED, SEQUENCE, OVERRUN or LINE the clip is held instead:
    passed over in the same way, but RESUME_REQUEST goes on with it.
    """

    code: Annotated[int, _u16("Refusal")]
    expected_sequence: Annotated[int, _u8("sequence number that was due")]
    sequence: Annotated[int, _u8("sequence number of the refused frame; 0 if unreadable")]
    detail: Annotated[int, _u32("see Refusal")]
    clip_id: Annotated[int, _u32("clip that was dropped or is held; 0xFFFFFFFF: none")]


@_message(0x8A, Direction.DEVICE_TO_HOST)
class Rule(Message):
    """How score sums become a decision: sum >= threshold * patches, ties to the lower class."""

    head: Annotated[int, _u16("ScoreHead")]
    fallback: Annotated[int, _i16("decision where none reaches its threshold: a class, or -2")]
    thresholds: Annotated[
        tuple[int, ...], _tail("int8_t", "least mean score, one a class; -128: reached by any")
    ]


@_message(0x09, Direction.HOST_TO_DEVICE)
class ResumeRequest(Message):
    """Goes on with a clip that the device holds after a damaged or lost frame; needs no credit.

    The device takes this frame's sequence number as the host's, restarts its byte count at 0 after
    this frame, and answers RESUMED.
    """

    clip_id: Annotated[int, _u32("the clip that REFUSED named")]


@_message(0x0A, Direction.HOST_TO_DEVICE)
class CheckRequest(Message):
    """Asks for CHECK."""


@_message(0x8C, Direction.DEVICE_TO_HOST)
class Check(Message):
    """What the firmware finds in its own memories, read at this request.

    Weights are all constant arrays of numbers that an answer comes from. Once damaged, each
    CLIP_BEGIN, and each CLIP_END of a clip that was open, is refused (WEIGHTS) until the board is
    programmed again.
    """

    weights_crc_generated: Annotated[int, _u32("CRC-32 that the generator computed")]
    weights_crc_found: Annotated[int, _u32("CRC-32 of what is in flash now")]
    weights_bytes: Annotated[int, _u32("bytes that both are over")]
    damaged_canaries: Annotated[int, _u32("Canary bits of the words that were overwritten")]


@_message(0x8B, Direction.DEVICE_TO_HOST)
class Resumed(Message):
    """Where the clip goes on; the first CREDIT is implied: window_bytes."""

    clip_id: Annotated[int, _u32("the clip; 0xFFFFFFFF: the device does not hold it")]
    samples: Annotated[int, _u32("samples of it that the device has taken: the next to send")]
    window_bytes: Annotated[int, _u32("encoded bytes that may be under way to the device")]


MESSAGES: tuple[type[Message], ...] = tuple(sorted(_MESSAGES, key=lambda one: one.IDENT))
"""Every message, by type byte."""
