/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/band_log2.h"

#if !MEL_HAS_LOG_GAIN
#define BAND_LOG_GAIN_Q24(band) 0
#elif defined MEL_LOG_GAIN_Q24
#define BAND_LOG_GAIN_Q24(band) MEL_LOG_GAIN_Q24
#else
#define BAND_LOG_GAIN_Q24(band) mel_log_gains_q24[band]
#endif

void band_log2_q24(const uint64_t sums[MEL_BANDS], uint32_t shift, int32_t log2_q24[MEL_BANDS]) {
    const struct band_scale scale = band_scale_of(shift);
    for (uint32_t band = 0u; band < MEL_BANDS; band++) {
        log2_q24[band] = band_log2_of(sums[band], band, &scale) + BAND_LOG_GAIN_Q24(band);
    }
}
