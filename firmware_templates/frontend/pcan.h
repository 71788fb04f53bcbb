/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_PCAN_H
#define FRONTEND_PCAN_H

#include <stdint.h>

/*
 * Normalise what noise reduction left of a band, below 2^22, by a gain that falls as the band's
 * noise (noise_reduction.h) rises. The result is in Q6, below 2^31.
 */
uint32_t pcan_apply_u32(uint32_t left, uint32_t noise);

#endif
