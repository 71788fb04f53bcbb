# SPDX-License-Identifier: Apache-2.0
"""Is it the device, the image and the model that this run is about?"""

from __future__ import annotations

from dataclasses import dataclass

from generator.wire import PROTOCOL_VERSION, Hello, HelloFlag
from hil.link_errors import HandshakeError


@dataclass(frozen=True, slots=True)
class Identity:
    """What HELLO must say. Hashes are hexadecimal."""

    board: str
    engine: str
    core_clock_hz: int
    firmware_sha256: str
    model_sha256: str
    labels: tuple[str, ...]
    taps: bool


def check_identity(hello: Hello, expected: Identity, remedy: str) -> None:
    """Raise HandshakeError with everything that differs, both values beside each other."""
    said = Identity(
        board=hello.board,
        engine=hello.engine,
        core_clock_hz=hello.core_clock_hz,
        firmware_sha256=hello.firmware_sha256.hex(),
        model_sha256=hello.model_sha256.hex(),
        labels=tuple(hello.labels.split("\n")) if hello.labels else (),
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
