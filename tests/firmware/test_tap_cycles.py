# SPDX-License-Identifier: Apache-2.0
"""Cycles by operator, as an image with taps tells them; the clock of the driver ticks when read."""

from __future__ import annotations

import struct

from generator.wire import TAP_CYCLES, TAP_MASK_BYTES, mask_of
from generator.wire.messages import Credit, Frames, HelloRequest, PatchResult, Tap, TapSelect
from tests.firmware.firmware_driver import Driver

BANDS, PATCH_FRAMES = 64, 8


def test_the_last_bit_of_the_mask_asks_for_cycles(device: Driver) -> None:
    """Of every operator, of what belongs to none, and of the taps; anew for each patch."""
    device.send(HelloRequest(nonce=77))
    for patch in range(2):
        sent = Frames(patch, 0, bytes(PATCH_FRAMES * BANDS))
        mask = mask_of([TAP_CYCLES], TAP_MASK_BYTES)
        answers = device.send(TapSelect(mask), sent)
        *taps, result = [one for one in answers if not isinstance(one, Credit)]
        assert isinstance(result, PatchResult)
        (piece,) = taps
        assert isinstance(piece, Tap)
        assert (piece.patch, piece.operator_index, piece.row) == (patch, TAP_CYCLES, 0)
        *operators, rows, beside = struct.unpack("<257I", piece.values)
        assert operators == [0] * 255, "the network that stands in reads no clock"
        assert rows == 10 * PATCH_FRAMES, "a step of the clock from its begin to its end"
        assert beside > 0
