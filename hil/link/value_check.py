# SPDX-License-Identifier: Apache-2.0
"""Do the values of a device's messages make sense, each with the others and with what was asked?

A frame that arrives whole may come from another firmware, or from a damaged one. Nothing it says is
an index, a length or a divisor for the host before it was looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.model.decision import UNDECIDED
from generator.wire import HOST_ENCODED_LIMIT_BYTES, TAP_CYCLES, ScoreHead, numbers_in
from generator.wire.capacity import CLASSES_LIMIT, FRAME_LIMIT_VALUES
from generator.wire.layout import LAYOUT_OF
from generator.wire.messages import (
    Check,
    ClipResult,
    Features,
    Hello,
    Message,
    PatchResult,
    Rule,
    Tap,
)
from hil.link.errors import RefusedError, WeightsDamagedError, WrongDeviceError

NO_PATCH = -1
"""A decision where no patch came: no rule falls back on that."""

WINDOW_LIMIT_BYTES = 1 << 24
"""More than any part has RAM."""

_REMEDY = "build and flash this version's firmware"


def check_hello(hello: Hello) -> None:
    """Raise WrongDeviceError, with every value of HELLO that makes no sense."""
    labels = hello.labels.count("\n") + 1 if hello.labels else 0
    rows = (
        ("core_clock_hz", hello.core_clock_hz, hello.core_clock_hz > 0),
        (
            "window_bytes",
            hello.window_bytes,
            HOST_ENCODED_LIMIT_BYTES <= hello.window_bytes <= WINDOW_LIMIT_BYTES,
        ),
        ("sample_rate_hz", hello.sample_rate_hz, hello.sample_rate_hz > 0),
        ("frames", hello.frames, hello.frames > 0),
        ("bands", hello.bands, 0 < hello.bands <= FRAME_LIMIT_VALUES),
        ("classes", hello.classes, 0 < hello.classes <= CLASSES_LIMIT),
        (f"labels of {hello.classes} classes", labels, labels in (0, hello.classes)),
    )
    wrong = [f"{name} {value}" for name, value, is_right in rows if not is_right]
    if wrong:
        raise WrongDeviceError(f"the device's HELLO makes no sense: {', '.join(wrong)}", _REMEDY)


def refuse_damaged_weights(check: Check) -> None:
    """Raise WeightsDamagedError where the CRC-32 over the weights is not the generated one."""
    if check.weights_crc_found != check.weights_crc_generated:
        raise WeightsDamagedError(
            f"CRC-32 0x{check.weights_crc_found:08x} over {check.weights_bytes:,} bytes, generated "
            f"0x{check.weights_crc_generated:08x}"
        )


def check_rule(rule: Rule) -> None:
    """Raise WrongDeviceError for a RULE of no network at all.

    Whether it is that of the network which is expected says `check_identity` of hil.boards.
    """
    rows = (
        (f"head {rule.head}", rule.head in set(ScoreHead)),
        (f"fallback {rule.fallback}", UNDECIDED <= rule.fallback < CLASSES_LIMIT),
        (f"fallback {rule.fallback}", rule.fallback != NO_PATCH),
    )
    wrong = [text for text, is_right in rows if not is_right]
    if wrong:
        raise WrongDeviceError(f"the device's RULE makes no sense: {', '.join(wrong)}", _REMEDY)


def check_clip(
    clip_id: int,
    samples: int,
    result: ClipResult,
    answers: Sequence[PatchResult | Features],
    hello: Hello,
) -> None:
    """Raise RefusedError unless a clip's answers belong to it, to each other and to HELLO."""
    patches = sum(isinstance(one, PatchResult) for one in answers)
    _raise(
        result,
        (
            (f"clip {result.clip_id}, not {clip_id}", result.clip_id == clip_id),
            (f"{result.samples} samples, not {samples}", result.samples == samples),
            (f"{result.patches} patches; {patches} came", result.patches == patches),
        ),
    )
    check_shape(result, hello)
    check_answers(clip_id, answers, hello)


def check_answers(clip_id: int, answers: Iterable[Message], hello: Hello) -> None:
    """Raise RefusedError at patches, features or taps that belong elsewhere, or make no sense."""
    patches = 0
    for one in answers:
        if isinstance(one, PatchResult | Features):
            _raise(one, [(f"clip {one.clip_id}, not {clip_id}", one.clip_id == clip_id)])
        if isinstance(one, PatchResult):
            index = one.patch_index
            _raise(one, [(f"patch {index}, not {patches}", index == patches)])
            patches += 1
        check_shape(one, hello)


def check_shape(message: Message, hello: Hello) -> None:
    """Raise RefusedError for an answer that does not fit what HELLO said of the network."""
    classes = hello.classes
    if isinstance(message, PatchResult):
        scores = len(message.scores)
        _raise(message, [(f"{scores} scores for {classes} classes", scores == classes)])
    elif isinstance(message, Features):
        values, bands = len(message.cells), hello.bands
        _raise(message, [(f"{values} values, no frames of {bands}", values % bands == 0)])
    elif isinstance(message, Tap):
        index, count = message.operator_index, hello.operators
        is_there = index < count or index == TAP_CYCLES
        _raise(message, [(f"operator {index} of {count}", is_there)])
    elif isinstance(message, ClipResult):
        sums, detected = len(message.score_sums), numbers_in(message.detected)
        beyond = [number for number in detected if number >= classes]
        _raise(
            message,
            (
                (f"decision {message.decision}", UNDECIDED <= message.decision < classes),
                (f"{sums} sums for {classes} classes", sums == classes),
                (f"classes {beyond} detected of {classes}", not beyond),
            ),
        )


def _raise(message: Message, rows: Iterable[tuple[str, bool]]) -> None:
    wrong = [text for text, is_right in rows if not is_right]
    if wrong:
        name = LAYOUT_OF[type(message)].name
        raise RefusedError(f"the device's {name} makes no sense: {', '.join(wrong)}", _REMEDY)
