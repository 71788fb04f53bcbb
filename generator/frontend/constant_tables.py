# SPDX-License-Identifier: Apache-2.0
"""The front-end's constant arrays as the compiler lays them out, by their names in C."""

from __future__ import annotations

from collections.abc import Iterator

from generator.constant_tables import ConstantTable, array_table
from generator.frontend.mel_tables import MelTables

MEL, DCT, FEATURES = (f"frontend/{name}_tables.h" for name in ("mel", "dct", "feature"))
OUTPUTS, PCAN = (f"frontend/{name}_tables.h" for name in ("output", "pcan"))


def frontend_tables(mel: MelTables) -> Iterator[ConstantTable]:
    """Those of this record, in the order of the files that define them."""
    yield array_table("int32_t", "mel_window_q31", mel.window_q31, MEL)
    yield array_table("int32_t", "mel_butterfly_twiddles_q31", mel.butterfly_twiddles_q31, MEL)
    if mel.halving_twiddles_q31:
        yield array_table("int32_t", "mel_halving_twiddles_q31", mel.halving_twiddles_q31, MEL)
    yield array_table("int32_t", "mel_split_twiddles_q31", mel.split_twiddles_q31, MEL)
    yield array_table("uint16_t", "mel_segment_end_bins", mel.segment_end_bins, MEL)
    yield array_table("uint32_t", "mel_bin_weights_q24", mel.bin_weights_q24, MEL)
    if "frontend/integer_sqrt.c" in mel.sources:
        yield array_table("uint32_t", "mel_sqrt_steps", mel.sqrt_steps, MEL)
    yield array_table("uint32_t", "mel_log2_q24", mel.log2_q24, MEL)
    if mel.dct is not None:
        yield array_table("int32_t", "dct_cosines_q24", mel.dct.cosines_q24, DCT)
    if mel.feature_scale is not None:
        scale = mel.feature_scale
        yield array_table("int32_t", "feature_multipliers", scale.multipliers, FEATURES)
        yield array_table("int64_t", "feature_offsets", scale.offsets, FEATURES)
    if "frontend/output_tables.c" in mel.sources:
        for c_type, name, values in mel.outputs.arrays:
            yield array_table(c_type, name, values, OUTPUTS)
    if "frontend/pcan_tables.c" in mel.sources and mel.pcan is not None:
        yield array_table("uint32_t", "pcan_exp2_q30", mel.pcan.exp2_q30, PCAN)
