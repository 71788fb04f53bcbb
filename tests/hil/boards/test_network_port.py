# SPDX-License-Identifier: Apache-2.0
"""Ports behind RFC 2217: how long their negotiation may take."""

from __future__ import annotations

import pytest

from hil.boards.network_port import NEGOTIATION_S, patient


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("rfc2217://rack:4000", f"rfc2217://rack:4000?timeout={NEGOTIATION_S}"),
        ("rfc2217://rack:4000?logging=debug", f"rfc2217://rack:4000?logging=debug&timeout={NEGOTIATION_S}"),
        ("rfc2217://rack:4000?timeout=3", "rfc2217://rack:4000?timeout=3"),
    ],
)  # fmt: skip
def test_a_busy_server_is_given_time_unless_the_url_says_how_much(given: str, opened: str) -> None:
    assert patient(given) == opened
