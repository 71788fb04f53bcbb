/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the generated network: small numbers, so that tests see every boundary. */
#ifndef NETWORK_NETWORK_H
#define NETWORK_NETWORK_H

#include <stdint.h>

#define NETWORK_FRAMES 8u
#define NETWORK_BANDS 64u
#define NETWORK_CLASSES 3u
#define NETWORK_OPERATORS 255u
#define NETWORK_ARENA_BYTES 1234u

enum network_status {
    NETWORK_MORE = 0,
    NETWORK_READY = 1,
};

void network_begin(void);
int network_push_frame_s8(const int8_t frame[NETWORK_BANDS]);
const int8_t *network_scores_s8(void);
void network_tap(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes);

#endif
