/* SPDX-License-Identifier: Apache-2.0 */
#include "app/features.h"

#include <string.h>

#include "app/link.h"
#include "app/wire.h"
#include "network/network.h"

#define FRAMES_AT_ONCE                                                                             \
    ((WIRE_PAYLOAD_LIMIT_BYTES - (uint32_t)sizeof(struct wire_features)) / NETWORK_BANDS)

static struct wire_features header;
static int8_t cells[FRAMES_AT_ONCE * NETWORK_BANDS];
static uint32_t frames;
static bool active;

void features_begin(uint32_t clip_id, bool wanted) {
    header = (struct wire_features){.clip_id = clip_id};
    frames = 0u;
    active = wanted;
}

void features_add(const int8_t *frame) {
    if (!active) {
        return;
    }
    memcpy(&cells[frames * NETWORK_BANDS], frame, NETWORK_BANDS);
    frames++;
    if (frames == FRAMES_AT_ONCE) {
        features_flush();
    }
}

void features_flush(void) {
    if (frames != 0u) {
        link_send(WIRE_FEATURES, &header, sizeof header, cells, frames * NETWORK_BANDS);
        header.first_frame += frames;
        frames = 0u;
    }
}
