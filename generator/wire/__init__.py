# SPDX-License-Identifier: Apache-2.0
"""The link's messages: one table for the C firmware and for Python (ADR 0004).

``messages`` is the table, and the place to import a message from; ``layout`` places its fields,
packs and unpacks; ``framing`` puts payloads on the line; ``header`` and ``text`` prepare
``app/wire.h`` and ``docs/wire.md``.
"""

from generator.wire.capacity import check_capacity, check_taps
from generator.wire.framing import Frame, FrameReader, decode_frame, encode_frame
from generator.wire.header import WireHeader, header_context
from generator.wire.layout import (
    LAYOUT_BY_IDENT,
    LAYOUT_OF,
    WIRE,
    Field,
    FrameError,
    Layout,
    ProtocolMismatchError,
    pack,
    unpack,
)
from generator.wire.limits import (
    AUDIO_LIMIT_SAMPLES,
    BOOT_NONCE,
    DELIMITER,
    DETECTED_BYTES,
    ENCODED_LIMIT_BYTES,
    HOST_DECODED_LIMIT_BYTES,
    HOST_ENCODED_LIMIT_BYTES,
    HOST_PAYLOAD_LIMIT_BYTES,
    NO_CLIP_ID,
    PAYLOAD_LIMIT_BYTES,
    PROTOCOL_VERSION,
    RESERVE_BYTES,
    TAP_CYCLES,
    TAP_MASK_BYTES,
    Canary,
    ClipFlag,
    Direction,
    HelloFlag,
    Phase,
    Refusal,
    RunEnd,
    ScoreHead,
    Wait,
)
from generator.wire.masks import mask_of, numbers_in
from generator.wire.messages import MESSAGES, Message, WireType

__all__ = [
    "AUDIO_LIMIT_SAMPLES",
    "BOOT_NONCE",
    "DELIMITER",
    "DETECTED_BYTES",
    "ENCODED_LIMIT_BYTES",
    "HOST_DECODED_LIMIT_BYTES",
    "HOST_ENCODED_LIMIT_BYTES",
    "HOST_PAYLOAD_LIMIT_BYTES",
    "LAYOUT_BY_IDENT",
    "LAYOUT_OF",
    "MESSAGES",
    "NO_CLIP_ID",
    "PAYLOAD_LIMIT_BYTES",
    "PROTOCOL_VERSION",
    "RESERVE_BYTES",
    "TAP_CYCLES",
    "TAP_MASK_BYTES",
    "WIRE",
    "Canary",
    "ClipFlag",
    "Direction",
    "Field",
    "Frame",
    "FrameError",
    "FrameReader",
    "HelloFlag",
    "Layout",
    "Message",
    "Phase",
    "ProtocolMismatchError",
    "Refusal",
    "RunEnd",
    "ScoreHead",
    "Wait",
    "WireHeader",
    "WireType",
    "check_capacity",
    "check_taps",
    "decode_frame",
    "encode_frame",
    "header_context",
    "mask_of",
    "numbers_in",
    "pack",
    "unpack",
]
