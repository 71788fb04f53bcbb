/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_FRAME_SAMPLE_H
#define FRONTEND_FRAME_SAMPLE_H

#include <stdint.h>

#include "frontend/mel_tables.h"

/* A sample of a frame: as it came, or after pre-emphasis. */
#if MEL_PRE_EMPHASIS_Q31 > 0
typedef int32_t frame_sample; /* Q30: below twice full scale */

/* x(n) - a x(n - 1), rounded up to the next 2^-30. */
static inline frame_sample frame_sample_emphasised(int16_t sample, int16_t before) {
    const int64_t taken_q46 = (int64_t)before * MEL_PRE_EMPHASIS_Q31;
    return (int32_t)sample * 32768 - (int32_t)(taken_q46 >> 16);
}
#else
typedef int16_t frame_sample; /* Q15 */
#endif

#endif
