/* SPDX-License-Identifier: Apache-2.0 */
#include "app/features.h"

#include "app/link.h"
#include "app/wire.h"
#include "network/network.h"

/* Values in one message: so few that it waits in the transmit ring while the next frames come. */
#define CELLS_AT_ONCE 256u
#define FRAMES_AT_ONCE (NETWORK_BANDS < CELLS_AT_ONCE ? CELLS_AT_ONCE / NETWORK_BANDS : 1u)

static struct wire_features header;
static const int8_t *cells; /* the first frame that was not sent */
static uint32_t frames;
static bool active;

void features_begin(uint32_t clip_id, bool wanted) {
    header = (struct wire_features){.clip_id = clip_id};
    frames = 0u;
    active = wanted;
}

void features_add(const int8_t *frame, bool next_lies_behind) {
    if (!active) {
        return;
    }
    if (frames == 0u) {
        cells = frame;
    }
    frames++;
    if (frames == FRAMES_AT_ONCE || !next_lies_behind) {
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
