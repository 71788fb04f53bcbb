# SPDX-License-Identifier: Apache-2.0
"""Is it the device, the image and the model that this run is about?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.boards.record import BoardSpec
from generator.model.decision import UNDECIDED, DecisionRule, Head, describe_rule
from generator.project.manifest import ProjectInfo
from generator.wire import (
    PROTOCOL_VERSION,
    HelloFlag,
    ScoreHead,
)
from generator.wire.messages import (
    Hello,
    Rule,
)
from hil.link.errors import WeightsDamagedError, WrongDeviceError


@dataclass(frozen=True, slots=True)
class Identity:
    """What HELLO and RULE must say."""

    project: ProjectInfo
    """Board, model hash, labels, decision rule and taps."""

    engine: str
    core_clock_hz: int
    firmware_sha256: str
    """Of the flash contents, hexadecimal."""


def expected_core_clock_hz(board: BoardSpec, said_hz: int) -> int:
    """The clock that HELLO must say: the board's, or its fallback where the part runs at that."""
    clocks_hz = board.clock.core_clocks_hz
    return said_hz if said_hz in clocks_hz else clocks_hz[0]


def check_identity(hello: Hello, rule: Rule, expected: Identity, remedy: str) -> None:
    """Raise WrongDeviceError with everything that differs, both values beside each other.

    Raises WeightsDamagedError where the firmware itself says that its flash has changed.
    """
    if hello.flags & HelloFlag.WEIGHTS_DAMAGED:
        raise WeightsDamagedError("it at its start")
    project = expected.project
    labels = tuple(hello.labels.split("\n")) if hello.labels else ()
    rows = [
        ("protocol", PROTOCOL_VERSION, hello.protocol),
        ("board", project.board, hello.board),
        ("engine", expected.engine, hello.engine),
        ("core clock in Hz", expected.core_clock_hz, hello.core_clock_hz),
        ("firmware SHA-256", expected.firmware_sha256, hello.firmware_sha256.hex()),
        ("samples a second", project.frontend.sample_rate_hz, hello.sample_rate_hz),
        ("frames of a patch", project.frontend.patch_frames, hello.frames),
        ("values of a frame", project.frontend.features, hello.bands),
        ("front-end (hash)", project.frontend.hash_bytes.hex(), hello.frontend.hex()),
        ("model SHA-256", project.model_sha256, hello.model_sha256.hex()),
        ("labels", ", ".join(project.labels), ", ".join(labels)),
        ("decision", project.rule_text, _rule_text(said_rule(rule), labels)),
        ("taps", project.taps, bool(hello.flags & HelloFlag.TAPS)),
    ]
    wrong = [
        f"  {what}\n    expected {want}\n    device   {got}"
        for what, want, got in rows
        if want != got
    ]
    if wrong:
        raise WrongDeviceError(
            "the device is not what this run is about:\n" + "\n".join(wrong), remedy
        )


def said_rule(rule: Rule) -> DecisionRule:
    """RULE as the generator has it."""
    heads: dict[int, Head] = {ScoreHead.SIGMOID: Head.SIGMOID, ScoreHead.LOGITS: Head.LOGITS}
    head = heads.get(rule.head, Head.SOFTMAX)
    return DecisionRule(
        head, rule.thresholds, None if rule.fallback == UNDECIDED else rule.fallback
    )


def _rule_text(rule: DecisionRule, labels: Sequence[str]) -> str:
    """The rule in words, or by its numbers where they do not belong to these labels."""
    if len(rule.thresholds) == len(labels) and (
        rule.other is None or 0 <= rule.other < len(labels)
    ):
        return describe_rule(rule, labels)
    return f"{rule.head}, thresholds {rule.thresholds}, fallback {rule.fallback}"
