/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_BAND_LOG2_H
#define FRONTEND_BAND_LOG2_H

#include <stdint.h>

#include "frontend/integer_log2.h"
#include "frontend/mel_tables.h"

/* What of a frame's block shift the logarithm of each of its bands needs. */
struct band_scale {
    uint64_t offset;      /* MEL_LOG_OFFSET in the frame's unit */
    int32_t exponent_q24; /* log2 of one real unit in the frame's */
};

static inline struct band_scale band_scale_of(uint32_t shift) {
    return (struct band_scale){
        .offset = (uint64_t)MEL_LOG_OFFSET << shift,
        .exponent_q24 = (MEL_SUM_BITS + (int32_t)(MEL_SUM_SHIFTS * shift)) * (1 << MEL_LOG2_BITS),
    };
}

/* log2 of a band's sum plus the offset, in real units. */
static inline int32_t band_log2_of(uint64_t sum, const struct band_scale *scale) {
    return integer_log2_u64(sum + scale->offset) - scale->exponent_q24;
}

/* The same for all bands of a frame; sums as output.h has them. */
void band_log2_q24(const uint64_t sums[MEL_BANDS], uint32_t shift, int32_t log2_q24[MEL_BANDS]);

#endif
