/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_HOST_FRONTEND_H
#define HOST_HOST_FRONTEND_H

#include <stdint.h>

/*
 * The front-end alone, over one whole clip: writes the frames that pass the gate, MEL_FEATURES
 * values each, and returns their number, or -1 if there are more than `capacity`.
 */
int32_t host_frontend_features_s8(const int16_t *samples, uint32_t count, int8_t *frames,
                                  uint32_t capacity);

/* Values in a frame. */
uint32_t host_frontend_bands(void);

/* Samples from frame to frame. */
uint32_t host_frontend_hop_samples(void);

#endif
