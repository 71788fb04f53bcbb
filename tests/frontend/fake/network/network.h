/* SPDX-License-Identifier: Apache-2.0 */
/* The network's face with a stand-in behind it that remembers what it was given. */
#ifndef NETWORK_NETWORK_H
#define NETWORK_NETWORK_H

#include <stdint.h>

#define NETWORK_FRAMES 96u
#define NETWORK_BANDS 64u
#define NETWORK_CLASSES 3u

enum network_status {
    NETWORK_MORE = 0,
    NETWORK_READY = 1,
    NETWORK_ERROR_NOT_BEGUN = -1,
    NETWORK_ERROR_PATCH_FULL = -2,
};

void network_begin(void);
int network_push_frame_s8(const int8_t frame[NETWORK_BANDS]);
const int8_t *network_scores_s8(void);

#endif
