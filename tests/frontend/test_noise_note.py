# SPDX-License-Identifier: Apache-2.0
"""Records near the transform's noise are told of it; ours and those well above are not."""

from __future__ import annotations

import pytest

from generator.frontend.checks import record_faults
from generator.frontend.noise_note import noise_note
from generator.frontend.presets import YAMNET
from generator.frontend.record import LogKind, Spectrum


@pytest.mark.parametrize(("offset", "told"), [(1e-4, False), (1e-5, True), (1e-6, True)])
def test_of_magnitudes(offset: float, told: bool) -> None:
    record = YAMNET.model_copy(update={"log_offset": offset})
    assert record_faults(record) == []
    note = noise_note(record)
    assert bool(note) is told
    assert not told or "log_floor of 9.9e-05" in note


@pytest.mark.parametrize(("floor", "told"), [(1e-9, False), (2e-11, True)])
def test_of_powers(floor: float, told: bool) -> None:
    update = {"spectrum": Spectrum.POWER, "log_offset": 0.0, "log_floor": floor,
              "log": LogKind.DB_POWER}  # fmt: skip
    assert bool(noise_note(YAMNET.model_copy(update=update))) is told


def test_without_logarithm_nothing_is_said() -> None:
    assert noise_note(YAMNET.model_copy(update={"log": LogKind.NONE, "log_offset": 0.0})) == ""
