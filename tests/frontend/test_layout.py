# SPDX-License-Identifier: Apache-2.0
"""Frames and bands are distinguished by the record, and by the shape where only one order fits."""

from __future__ import annotations

import pytest

from generator.errors import Fault
from generator.frontend.layout import InputLayout, axes_note, input_layout
from generator.frontend.presets import YAMNET
from generator.frontend.record import Axes, FrontendRecord, Mfcc

FRAMES_FIRST, BANDS_FIRST = Axes.FRAMES_FIRST, Axes.BANDS_FIRST
MFCC = YAMNET.model_copy(update={"mfcc": Mfcc(coefficients=10)})


def stated(axes: Axes | None, record: FrontendRecord = YAMNET, **keys: object) -> FrontendRecord:
    return record.model_copy(update={**keys, **({} if axes is None else {"axes": axes})})


def layout(
    shape: tuple[int, ...], record: FrontendRecord
) -> tuple[InputLayout | None, list[Fault]]:
    return input_layout("m", shape, record, lambda *at: f"m.frontend.yaml:7: {'.'.join(at)}")


@pytest.mark.parametrize(
    ("shape", "axes", "expected"),
    [
        ((1, 96, 64, 1), None, (96, FRAMES_FIRST)),
        ((1, 96, 64, 1), FRAMES_FIRST, (96, FRAMES_FIRST)),
        ((1, 64, 96, 1), None, (96, BANDS_FIRST)),
        ((1, 64, 96, 1), BANDS_FIRST, (96, BANDS_FIRST)),
        ((1, 64, 64, 1), FRAMES_FIRST, (64, FRAMES_FIRST)),
        ((1, 64, 64, 1), BANDS_FIRST, (64, BANDS_FIRST)),
        ((1, 1, 96, 64), None, (96, FRAMES_FIRST)),
        ((1, 96, 1, 64), None, (96, FRAMES_FIRST)),
        ((1, 96, 64), None, (96, FRAMES_FIRST)),
        ((1, 6144), FRAMES_FIRST, (96, FRAMES_FIRST)),
        ((1, 6144), BANDS_FIRST, (96, BANDS_FIRST)),
        ((1, 64), None, (1, FRAMES_FIRST)),
        ((1, 1, 64, 1), BANDS_FIRST, (1, BANDS_FIRST)),
    ],
)
def test_an_input_has_the_order_that_fits(
    shape: tuple[int, ...], axes: Axes | None, expected: tuple[int, Axes]
) -> None:
    found, faults = layout(shape, stated(axes))
    assert faults == []
    assert found == InputLayout(expected[0], 64, expected[1])


def test_coefficients_are_features() -> None:
    assert layout((1, 49, 10, 1), MFCC)[0] == InputLayout(49, 10, FRAMES_FIRST)
    _, (fault,) = layout((1, 49, 13, 1), MFCC)
    assert "10 MFCC coefficients a frame" in fault.what
    assert "record of 49 or 13 MFCC coefficients" in fault.remedy


def test_the_other_order_is_refused_with_both_counts_and_the_key() -> None:
    found, (fault,) = layout((1, 64, 96, 1), stated(FRAMES_FIRST))
    assert found is None
    assert fault.where == "m.frontend.yaml:7: axes"
    assert "96 bands" in fault.what and "the record has 64" in fault.what
    assert "axes: bands_first" in fault.remedy


@pytest.mark.parametrize("shape", [(1, 64, 64, 1), (1, 6144)])
def test_where_both_orders_fit_the_record_must_say(shape: tuple[int, ...]) -> None:
    found, (fault,) = layout(shape, YAMNET)
    assert found is None
    assert str(shape) in fault.what
    assert "axes: frames_first" in fault.remedy and "axes: bands_first" in fault.remedy


def test_other_counts_of_bands_are_refused_with_the_counts_that_fit() -> None:
    _, (fault,) = layout((1, 96, 40, 1), YAMNET)
    assert "64 mel bands" in fault.what and "(1, 96, 40, 1)" in fault.what
    assert "96 or 40 mel bands" in fault.remedy
    _, (fault,) = layout((1, 6143), YAMNET)
    assert "no whole number of frames" in fault.what


def test_frames_that_the_record_states_must_be_the_shape_s() -> None:
    assert layout((1, 96, 64, 1), stated(None, patch_frames=96))[0] is not None
    _, (fault,) = layout((1, 96, 64, 1), stated(None, patch_frames=50))
    assert "50 frames" in fault.what and "96" in fault.what


@pytest.mark.parametrize("shape", [(1, 96, 64, 3), (1, -1, 64, 1), ()])
def test_what_is_no_patch_is_left_to_the_constraints(shape: tuple[int, ...]) -> None:
    assert layout(shape, YAMNET) == (None, [])


def test_an_order_that_the_shape_decides_is_told() -> None:
    found, _ = layout((1, 64, 96, 1), YAMNET)
    assert found and "64 bands x 96 frames" in axes_note("m", found, YAMNET)
    assert axes_note("m", found, stated(BANDS_FIRST)) == ""
