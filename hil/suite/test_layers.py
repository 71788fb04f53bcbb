# SPDX-License-Identifier: Apache-2.0
"""Every operator's output on the board, against the reference interpreter, element by element."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from hil.clips.clip_set import ClipSet
from hil.judges.divergence import refuse_divergences
from hil.judges.layers import assemble_rows, compare_taps
from hil.report.records import DivergenceRecord, LayersRecord, Record
from hil.session import BoardSession

SOUND_PATCHES = 12
RANDOM_PATCHES = 8
EXTREMES = {"lowest": -128, "highest": 127, "zero": 0}
INPUTS = (
    *(f"sound-{index}" for index in range(SOUND_PATCHES)),
    *(f"random-{index}" for index in range(RANDOM_PATCHES)),
    *EXTREMES,
)
SEED = 0x7A9


def make_input(name: str, session: BoardSession, clips: ClipSet) -> npt.NDArray[np.int8]:
    """A patch [frames, bands]: of a clip's features, at random, or of one value.

    A clip gives its middle patch; one without a whole patch is repeated until it fills one.
    """
    shape = (session.hello.frames, session.hello.bands)
    if name in EXTREMES:
        return np.full(shape, EXTREMES[name], np.int8)
    kind, index = name.split("-")
    if kind == "random":
        return np.random.default_rng((SEED, int(index))).integers(-128, 128, shape, np.int8)
    step = max(1, len(clips.clips) // SOUND_PATCHES)
    clip = clips.clips[int(index) * step % len(clips.clips)]
    features = session.twin.features(clip.read(session.frontend.sample_rate_hz))
    if not len(features):
        return np.random.default_rng((SEED, 100 + int(index))).integers(-128, 128, shape, np.int8)
    begin = max(0, (len(features) - shape[0]) // 2)
    return np.resize(features[begin : begin + shape[0]], shape)


@pytest.mark.parametrize("tap_input", INPUTS)
def test_every_operator_equals_the_interpreter(
    m2m_tap_dut: BoardSession,
    m2m_clip_set: ClipSet,
    tap_input: str,
    m2m_save_record: Callable[[Record], None],
) -> None:
    """All operators, from TRANSPOSE to DEQUANTIZE, equal BUILTIN_REF bit for bit."""
    frames = make_input(tap_input, m2m_tap_dut, m2m_clip_set)
    tapped = {operator.index for operator in m2m_tap_dut.image.project.info.operators}
    m2m_tap_dut.oracle.begin_clip()
    outputs = m2m_tap_dut.oracle.taps(frames)
    expected = {index: tensor for index, tensor in outputs.items() if index in tapped}
    names = m2m_tap_dut.oracle.operator_names
    run = m2m_tap_dut.play_patch(1, frames, sorted(expected))
    actual = {
        index: assemble_rows(run.rows.get(index, {}), tensor) for index, tensor in expected.items()
    }
    divergences = compare_taps(tap_input, "board against interpreter", names, expected, actual)
    board = m2m_tap_dut.board.spec.id
    m2m_save_record(LayersRecord(board, tap_input))
    for divergence in divergences:
        m2m_save_record(DivergenceRecord(board, divergence.count, str(divergence)))
    refuse_divergences(divergences)
