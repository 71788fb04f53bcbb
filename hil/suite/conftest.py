# SPDX-License-Identifier: Apache-2.0
"""In the suite `dut`, `board` and so on are ours, whatever other plug-ins call so."""

from hil.general_fixtures import board, clip, clip_set, dut, save_record, tap_board, tap_dut

__all__ = ["board", "clip", "clip_set", "dut", "save_record", "tap_board", "tap_dut"]
