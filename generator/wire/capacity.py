# SPDX-License-Identifier: Apache-2.0
"""What a model may have so that its answers fit the link's messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.errors import Fault
from generator.wire.layout import LAYOUT_OF
from generator.wire.limits import HOST_PAYLOAD_LIMIT_BYTES, PAYLOAD_LIMIT_BYTES, TAP_CYCLES
from generator.wire.messages import ClipResult, Frames, Hello

LABELS_LIMIT_BYTES = PAYLOAD_LIMIT_BYTES - LAYOUT_OF[Hello].size_bytes
"""All labels in UTF-8 with the line feeds between them: HELLO carries them in one message."""

CLASSES_LIMIT = (PAYLOAD_LIMIT_BYTES - LAYOUT_OF[ClipResult].size_bytes) // 4
"""Classes: CLIP_RESULT carries their sums, 4 bytes each, in one message."""

TAPPED_OPERATORS_LIMIT = TAP_CYCLES
"""Operators that TAP_SELECT can name: one bit each of its mask, but for the last."""


FRAME_LIMIT_VALUES = HOST_PAYLOAD_LIMIT_BYTES - LAYOUT_OF[Frames].size_bytes
"""Values of a frame that FRAMES can carry, a byte each."""


def check_taps(model_name: str, operators: int, features: int) -> Iterator[Fault]:
    """Complain of a model of which the debug variant could not read every layer back.

    `features`: values of a frame.
    """
    if features > FRAME_LIMIT_VALUES:
        what = f"frames of {features} values; one message of the link carries {FRAME_LIMIT_VALUES}"
        yield Fault(model_name, what, "build it without taps, or take a model of fewer bands")
    if operators > TAPPED_OPERATORS_LIMIT:
        what = f"{operators} operators; taps can name {TAPPED_OPERATORS_LIMIT}"
        yield Fault(model_name, what, "build it without taps, or take a model of fewer layers")


def check_classes(model_name: str, classes: int) -> Iterator[Fault]:
    """Complain of a model with more classes, or values of an embedding, than the link carries."""
    if classes > CLASSES_LIMIT:
        what = f"{classes} classes; one message of the link carries the scores of {CLASSES_LIMIT}"
        remedy = f"take a model of at most {CLASSES_LIMIT} classes, or values of an embedding"
        yield Fault(model_name, what, remedy)


def check_capacity(model_name: str, labels: Sequence[str]) -> Iterator[Fault]:
    """Complain of a model whose classes or labels the link cannot carry."""
    too_many = [*check_classes(model_name, len(labels))]
    if too_many:
        yield from too_many
        return  # its labels change with its classes
    together = len("\n".join(labels).encode("utf-8"))
    if together > LABELS_LIMIT_BYTES:
        what = f"labels of {together} bytes together; HELLO carries {LABELS_LIMIT_BYTES}"
        yield Fault(model_name, what, "give shorter labels, one per line, by LABELS=")
