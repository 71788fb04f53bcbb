/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/noise_reduction.h"

#include "frontend/pcan_tables.h"

#define SHARE_BITS 14u
#define WHOLE (1u << SHARE_BITS)

uint32_t noise_reduction_apply_u32(uint32_t *noise, uint32_t signal, uint32_t smoothing_q14) {
    const uint32_t fine_signal = signal << NOISE_BITS;
    const uint32_t estimate = (uint32_t)(((uint64_t)fine_signal * smoothing_q14 +
                                          (uint64_t)*noise * (WHOLE - smoothing_q14)) >>
                                         SHARE_BITS);
    *noise = estimate;

    const uint32_t above = fine_signal > estimate ? (fine_signal - estimate) >> NOISE_BITS : 0u;
    const uint32_t least = (uint32_t)(((uint64_t)signal * NOISE_LEAST_SIGNAL_Q14) >> SHARE_BITS);
    return above > least ? above : least;
}
