# SPDX-License-Identifier: Apache-2.0
"""What a device says is held against what was asked and what HELLO said, and never believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.wire.messages import (
    ClipResult,
    Features,
    Hello,
    Message,
    PatchResult,
    Rule,
    Tap,
)
from hil.boards.identity import said_rule
from hil.link.client import Link
from hil.link.errors import LinkError, RefusedError, WrongDeviceError
from hil.link.stream import SoundStream
from tests.hil.fake_device import BANDS, CLASSES, RULE, FakeDevice
from tests.hil.link.test_client import connect, sound


class Altering(FakeDevice):
    """Changes what it would say."""

    alter: Callable[[Message], Message] = staticmethod(lambda message: message)

    def _send(self, message: Message) -> None:
        super()._send(self.alter(message))


def altering(kind: type[Message], **values: object) -> Altering:
    device = Altering(taps=True)
    device.alter = lambda one: replace(one, **values) if isinstance(one, kind) else one  # type: ignore
    return device


HELLOS: dict[str, list[int] | list[str]] = {
    "bands": [0, 513],
    "frames": [0],
    "classes": [0, 5, 241],
    "sample_rate_hz": [0],
    "core_clock_hz": [0],
    "window_bytes": [0, 100, 1 << 31],
    "labels": ["one\ntwo"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in HELLOS.items() for value in values]
)
def test_a_hello_that_makes_no_sense_is_refused(name: str, value: object) -> None:
    device = altering(Hello, **{name: value})
    with pytest.raises(WrongDeviceError, match=r"HELLO makes no sense: .*\b\d"):
        Link(device, clock_s=device.clock_s).handshake()


def test_all_that_is_wrong_with_a_hello_is_told_at_once() -> None:
    device = altering(Hello, bands=0, sample_rate_hz=0)
    with pytest.raises(WrongDeviceError, match="sample_rate_hz 0, bands 0"):
        Link(device, clock_s=device.clock_s).handshake()


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (Rule(1, -3, (-128,) * CLASSES), "fallback -3"),
        (Rule(1, -1, (-128,) * CLASSES), "fallback -1"),
        (Rule(1, 999, (-128,) * CLASSES), "fallback 999"),
        (Rule(0, -2, (-128,) * CLASSES), "head 0"),
        (Rule(9, -32768, ()), "head 9, fallback -32768"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: Rule, what: str) -> None:
    link = connect(FakeDevice(rule=rule))
    with pytest.raises(WrongDeviceError, match=f"RULE makes no sense: {what}"):
        link.read_rule()
    assert said_rule(connect(FakeDevice(rule=RULE)).read_rule()).other is None


CLIP_FAULTS: list[tuple[type[Message], dict[str, object], str]] = [
    (ClipResult, {"clip_id": 8}, "CLIP_RESULT makes no sense: clip 8, not 7"),
    (ClipResult, {"samples": 17_999}, "17999 samples, not 18000"),
    (ClipResult, {"patches": 5}, "5 patches; 1 came"),
    (ClipResult, {"decision": CLASSES}, f"decision {CLASSES}"),
    (ClipResult, {"decision": -3}, "decision -3"),
    (ClipResult, {"score_sums": (1, 2)}, f"2 sums for {CLASSES} classes"),
    (ClipResult, {"detected": b"\0" * 31 + b"\x80"}, r"classes \[255\] detected"),
    (PatchResult, {"clip_id": 8}, "PATCH_RESULT makes no sense: clip 8, not 7"),
    (PatchResult, {"patch_index": 1}, "patch 1, not 0"),
    (PatchResult, {"scores": (1,)}, f"1 scores for {CLASSES} classes"),
    (Features, {"clip_id": 8}, "FEATURES makes no sense: clip 8, not 7"),
    (Features, {"cells": b"abc"}, f"3 values, no frames of {BANDS}"),
]


@pytest.mark.parametrize(("kind", "values", "what"), CLIP_FAULTS)
def test_answers_to_another_clip_or_of_another_network_are_refused(
    kind: type[Message], values: dict[str, object], what: str
) -> None:
    """And not asked for again: the line has shown that they came as they were sent."""
    device = altering(kind, **values)
    with pytest.raises(RefusedError, match=what) as caught:
        connect(device).play_clip(7, sound(18_000), 1)
    assert not caught.value.is_repeatable
    assert device.hellos == 1


def test_a_patch_s_answers_are_held_against_it() -> None:
    frames = np.zeros((96, BANDS), np.int8)
    for kind, values, what in (
        (PatchResult, {"clip_id": 6}, "clip 6, not 5"),
        (Tap, {"operator_index": 2}, "TAP makes no sense: operator 2 of 2"),
    ):
        with pytest.raises(RefusedError, match=what):
            connect(altering(kind, **values)).play_patch(5, frames, [0])


@pytest.mark.parametrize(
    ("kind", "values"),
    [(PatchResult, {"scores": ()}), (ClipResult, {"decision": 99}), (Features, {"cells": b"abc"})],
)
def test_a_stream_of_sound_takes_no_more(kind: type[Message], values: dict[str, object]) -> None:
    device = altering(kind, **values)
    stream = SoundStream(connect(device), device.clock_s, 2.0)
    stream.begin()
    stream.add(sound(18_000))
    stream.end()
    with pytest.raises(RefusedError, match="makes no sense"):
        while stream.is_open:
            stream.exchange(0.01)


OTHERS: list[dict[str, object]] = [
    {"firmware_sha256": b"\1" * 32},
    {"model_sha256": b"\1" * 32},
    {"frontend": b"\1" * 4},
    {"board": "another"},
    {"engine": "another"},
    {"bands": BANDS - 1},
    {"frames": 95},
    {"sample_rate_hz": 8000},
    {"labels": "\n".join("abcdefghij")},
]


@pytest.mark.parametrize("values", OTHERS)
def test_another_firmware_behind_a_damaged_line_is_no_retry(values: dict[str, object]) -> None:
    """The handshake after a failure looks at all that tells one program from another."""

    class Exchanged(FakeDevice):
        def _end_clip(self, sample_count: int, sequence: int) -> Iterator[Message]:
            yield Features(1, 77, bytes(BANDS))  # which is damaged on its way
            self._outgoing.pop()
            self._outgoing.extend(b"\7\7\0")

        def _hello(self, nonce: int) -> Hello:
            hello = super()._hello(nonce)
            return replace(hello, **values) if self.hellos > 1 else hello  # type: ignore

    device = Exchanged()
    link = connect(device)
    with pytest.raises(WrongDeviceError, match="another firmware answers than before"):
        link.play_clip(1, sound(1600))
    assert device.hellos == 2


UNSIGNED, SIGNED = st.integers(0, 65_535), st.integers(-32_768, 32_767)


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from([Hello, Rule, ClipResult, PatchResult, Features]), data=st.data())
def test_any_value_ends_in_a_right_result_or_in_a_link_error(
    kind: type[Message], data: st.DataObject
) -> None:
    """No IndexError, no division by zero, no other length."""
    names = {
        Hello: ("bands", "frames", "classes", "window_bytes", "core_clock_hz", "operators"),
        Rule: ("head", "fallback"),
        ClipResult: ("clip_id", "samples", "patches", "decision"),
        PatchResult: ("clip_id", "patch_index", "first_frame"),
        Features: ("clip_id", "first_frame"),
    }[kind]
    name = data.draw(st.sampled_from(names))
    value = data.draw(SIGNED if name in ("decision", "fallback") else UNSIGNED)
    device = altering(kind, **{name: value})
    link = Link(device, clock_s=device.clock_s)
    try:
        link.handshake()
        rule = link.read_rule()
        run = link.play_clip(1, sound(18_000), 1)
    except LinkError:
        return
    assert said_rule(rule).fallback >= -2
    assert run.features.shape == (18_000 // 160, BANDS)
    assert run.result.decision in range(-2, CLASSES)
    assert run.result.samples == 18_000
