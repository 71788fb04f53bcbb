/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/mel.h"

#include "frontend/filterbank.h"
#include "frontend/integer_log2.h"
#include "frontend/transform.h"
#include "frontend/window.h"

#define OUTPUT_SHIFT 48u /* log2 in Q24 times the multiplier in Q24 */

/* round(log2(mel + 1e-4) * ln(2) / scale + zero point), clamped to int8; mel in Q(exponent). */
static int8_t compress_u64(uint64_t mel, uint32_t shift) {
    const uint64_t offset = (uint64_t)MEL_LOG_OFFSET << shift;
    const int32_t exponent_q24 = (MEL_EXPONENT + (int32_t)shift) * (1 << MEL_LOG2_BITS);
    const int32_t log2_q24 = integer_log2_u64(mel + offset) - exponent_q24;

    const int64_t output_q48 =
        (int64_t)log2_q24 * MEL_OUTPUT_MULTIPLIER_Q24 + MEL_OUTPUT_OFFSET_Q48;
    const int64_t output = output_q48 >> OUTPUT_SHIFT;
    if (output > INT8_MAX) {
        return INT8_MAX;
    }
    return (int8_t)(output < INT8_MIN ? INT8_MIN : output);
}

__attribute__((noinline)) void mel_compute_frame_s8(const frame_sample samples[MEL_FRAME_SAMPLES],
                                                    struct mel_workspace *workspace,
                                                    int8_t frame[MEL_BANDS]) {
    int32_t *spectrum = workspace->spectrum;

    /* int16 -> Q(30 + shift) -> magnitudes Q(23 + shift) -> mel sums Q(47 + shift) -> int8. */
    const uint32_t shift = window_apply(samples, spectrum);
    transform_magnitude_q31(spectrum);
    filterbank_apply_u32((const uint32_t *)spectrum, workspace->mel);

    for (uint32_t band = 0u; band < MEL_BANDS; band++) {
        frame[band] = compress_u64(workspace->mel[band], shift);
    }
}
