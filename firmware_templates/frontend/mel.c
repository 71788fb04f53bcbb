/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/mel.h"

#include "frontend/filterbank.h"
#include "frontend/transform.h"
#include "frontend/window.h"

__attribute__((noinline)) void mel_compute_frame_s8(const frame_sample samples[MEL_FRAME_SAMPLES],
                                                    struct mel_workspace *workspace,
                                                    struct output_state *output,
                                                    int8_t frame[MEL_FEATURES]) {
    int32_t *spectrum = workspace->spectrum;

    /* int16 -> Q30 -> bins of Q(30 + shift) -> sums -> int8. */
    const uint32_t shift = window_apply(samples, spectrum);
#if MEL_SPECTRUM_IS_POWER
    transform_power_u64(spectrum, shift);
    filterbank_apply_u64(spectrum, workspace->sums);
#else
    transform_magnitude_q31(spectrum, shift);
    filterbank_apply_u32((const uint32_t *)spectrum, workspace->sums);
#endif
    output_frame_s8(output, workspace->sums, shift, frame);
}
