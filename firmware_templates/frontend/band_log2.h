/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_BAND_LOG2_H
#define FRONTEND_BAND_LOG2_H

#include <stdint.h>

#include "frontend/integer_log2.h"
#include "frontend/output_tables.h"

/* How the sums of one frame are taken: by its block shift. */
struct band_scale {
    uint32_t down; /* sums are shifted to the right by so many bits */
    uint32_t back; /* offsets and floors, printed in Q(MEL_SUM_BITS + MEL_LOG_SPAN), likewise */
    int32_t exponent_q24; /* log2 of one real unit in the frame's */
};

static inline struct band_scale band_scale_of(uint32_t shift) {
    const uint32_t bits = MEL_SUM_SHIFTS * shift;
#if MEL_LOG_ALIGNS
    const uint32_t up = bits < MEL_LOG_SPAN ? bits : MEL_LOG_SPAN;
#else
    const uint32_t up = bits;
#endif
    return (struct band_scale){
        .down = bits - up,
        .back = MEL_LOG_SPAN - up,
        .exponent_q24 = (MEL_SUM_BITS + (int32_t)up) * (1 << MEL_LOG2_BITS),
    };
}

/* A level of a band in the frame's unit: one number for all bands, or a table. */
#ifdef MEL_LOG_OFFSET
#define BAND_LOG_OFFSET(band) MEL_LOG_OFFSET
#else
#define BAND_LOG_OFFSET(band) mel_log_offsets[band]
#endif
#ifdef MEL_LOG_FLOOR
#define BAND_LOG_FLOOR(band) MEL_LOG_FLOOR
#else
#define BAND_LOG_FLOOR(band) mel_log_floors[band]
#endif

/* log2 of max(sum + offset, floor), in real units. */
static inline int32_t band_log2_of(uint64_t sum, uint32_t band, const struct band_scale *scale) {
    uint64_t value = sum;
    (void)band;
#if MEL_LOG_ALIGNS
    value >>= scale->down;
#endif
#if MEL_HAS_LOG_OFFSET
    value += BAND_LOG_OFFSET(band) >> scale->back;
#endif
#if MEL_HAS_LOG_FLOOR
    const uint64_t floor = BAND_LOG_FLOOR(band) >> scale->back;
    value = value < floor ? floor : value;
#endif
    return integer_log2_u64(value) - scale->exponent_q24;
}

/*
 * The same for all bands of a frame, sums as output.h has them, plus log2 of the bands' gains: the
 * record's own sums, with its triangles' heights and its samples' full scale.
 */
void band_log2_q24(const uint64_t sums[MEL_BANDS], uint32_t shift, int32_t log2_q24[MEL_BANDS]);

#endif
