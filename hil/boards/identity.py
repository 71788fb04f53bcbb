# SPDX-License-Identifier: Apache-2.0
"""Is it the device, the image and the model that this run is about?"""

from __future__ import annotations

from dataclasses import dataclass

from generator.boards.record import BoardSpec
from generator.model.decision import UNSURE, DecisionRule, Head, describe_rule
from generator.wire import PROTOCOL_VERSION, Hello, HelloFlag, Rule, ScoreHead
from hil.link.errors import HandshakeError


@dataclass(frozen=True, slots=True)
class Identity:
    """What HELLO and RULE must say. Hashes are hexadecimal."""

    board: str
    engine: str
    core_clock_hz: int
    firmware_sha256: str
    model_sha256: str
    labels: tuple[str, ...]
    rule: DecisionRule
    taps: bool


def expected_core_clock_hz(board: BoardSpec, said_hz: int) -> int:
    """The clock that HELLO must say: the board's, or its fallback where the part runs at that."""
    clocks_hz = board.clock.core_clocks_hz
    return said_hz if said_hz in clocks_hz else clocks_hz[0]


def check_identity(hello: Hello, rule: Rule, expected: Identity, remedy: str) -> None:
    """Raise HandshakeError with everything that differs, both values beside each other."""
    said = Identity(
        board=hello.board,
        engine=hello.engine,
        core_clock_hz=hello.core_clock_hz,
        firmware_sha256=hello.firmware_sha256.hex(),
        model_sha256=hello.model_sha256.hex(),
        labels=tuple(hello.labels.split("\n")) if hello.labels else (),
        rule=said_rule(rule),
        taps=bool(hello.flags & HelloFlag.TAPS),
    )
    rows = [
        ("protocol", PROTOCOL_VERSION, hello.protocol),
        ("board", expected.board, said.board),
        ("engine", expected.engine, said.engine),
        ("core clock in Hz", expected.core_clock_hz, said.core_clock_hz),
        ("firmware SHA-256", expected.firmware_sha256, said.firmware_sha256),
        ("model SHA-256", expected.model_sha256, said.model_sha256),
        ("labels", ", ".join(expected.labels), ", ".join(said.labels)),
        ("decision", _rule_text(expected), _rule_text(said)),
        ("taps", expected.taps, said.taps),
    ]
    wrong = [
        f"  {what}\n    expected {want}\n    device   {got}"
        for what, want, got in rows
        if want != got
    ]
    if wrong:
        raise HandshakeError(
            "the device is not what this run is about:\n" + "\n".join(wrong), remedy
        )


def said_rule(rule: Rule) -> DecisionRule:
    """RULE as the generator has it."""
    head = Head.SIGMOID if rule.head == ScoreHead.SIGMOID else Head.SOFTMAX
    return DecisionRule(head, rule.thresholds, None if rule.fallback == UNSURE else rule.fallback)


def _rule_text(identity: Identity) -> str:
    """The rule in words, with its numbers where they are not one for each label."""
    rule, labels = identity.rule, identity.labels
    if len(rule.thresholds) == len(labels) and rule.fallback < len(labels):
        return describe_rule(rule, labels)
    return f"{rule.head}, thresholds {rule.thresholds}, fallback {rule.fallback}"
