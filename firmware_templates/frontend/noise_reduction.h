/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_NOISE_REDUCTION_H
#define FRONTEND_NOISE_REDUCTION_H

#include <stdint.h>

/*
 * Take a band's estimated noise from its signal, below 2^21.6, and return what is left.
 *
 * `noise` is the band's estimate, in Q(NOISE_BITS) of the signal's unit: it follows the signal
 * before it is subtracted, faster with a larger `smoothing_q14`. A clip begins with 0.
 */
uint32_t noise_reduction_apply_u32(uint32_t *noise, uint32_t signal, uint32_t smoothing_q14);

#endif
