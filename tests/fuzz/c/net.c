/* SPDX-License-Identifier: Apache-2.0 */
#include "net.h"

#include <string.h>

#include "frames.h"
#include "frontend/frontend.h"
#include "library/weights.h"

#define ROW_BYTES 2000u /* two pieces of a tap */
#define GATED_MASK 7u   /* one frame of eight is silence */

static struct {
    uint32_t checksum;
    uint32_t given;
    uint32_t pushed; /* into the network, of this patch */
    uint8_t tapped;
    int32_t sum;
} net;

static int8_t kept[NET_KEPT_FRAMES][NETWORK_BANDS];
static int8_t scores[NETWORK_CLASSES];

/* Two tables, one of them whole after each reset. */
static const uint8_t first_weights[3] = {1u, 2u, 3u};
static uint8_t more_weights[4];

const struct constant_table weights_tables[] = {
    {first_weights, sizeof first_weights},
    {more_weights, sizeof more_weights},
};
const uint32_t weights_table_count = 2u;
const uint32_t weights_bytes = sizeof first_weights + sizeof more_weights;
const uint32_t weights_crc_generated = 0x43ba9d64u; /* zlib.crc32(bytes((1, 2, 3, 5, 6, 7, 8))) */

void net_begin(void) {
    memset(&net, 0, sizeof net);
    memcpy(more_weights, "\5\6\7\10", sizeof more_weights);
}

void net_turn_weights_over(uint32_t bit) {
    more_weights[bit / 8u % sizeof more_weights] ^= (uint8_t)(1u << bit % 8u);
}

uint32_t net_weights_crc(void) {
    uint8_t all[sizeof first_weights + sizeof more_weights];
    memcpy(all, first_weights, sizeof first_weights);
    memcpy(&all[sizeof first_weights], more_weights, sizeof more_weights);
    return frames_crc32(all, sizeof all);
}

bool net_weights_are_right(void) {
    return net_weights_crc() == weights_crc_generated;
}

uint32_t net_checksum(void) {
    return net.checksum;
}

uint32_t net_frames(void) {
    return net.given;
}

const int8_t *net_frame(uint32_t index) {
    return kept[index % NET_KEPT_FRAMES];
}

uint8_t net_tapped_value(void) {
    return net.tapped;
}

uint32_t frontend_checksum(uint32_t before, int16_t sample) {
    return (before ^ (uint16_t)sample) * 0x01000193u;
}

void frontend_reset(struct frontend *self) {
    memset(self, 0, sizeof *self);
    net.checksum = 0u;
    net.given = 0u;
}

static int give_frame(struct frontend *self, int (*on_frame)(void *context, const int8_t *frame),
                      void *context) {
    int8_t frame[NETWORK_BANDS];
    for (uint32_t i = 0u; i < NETWORK_BANDS; i++) {
        frame[i] = (int8_t)((self->checksum >> (8u * (i & 3u))) + i);
    }
    memcpy(kept[net.given++ % NET_KEPT_FRAMES], frame, sizeof frame);
    return on_frame(context, frame);
}

int frontend_push_q15(struct frontend *self, const int16_t *samples, uint32_t count,
                      int (*on_frame)(void *context, const int8_t *frame), void *context) {
    for (uint32_t i = 0u; i < count; i++) {
        if (samples[i] == FRONTEND_BAD_SAMPLE) {
            return FRONTEND_ERROR;
        }
        self->checksum = frontend_checksum(self->checksum, samples[i]);
        net.checksum = self->checksum;
        if (++self->samples % MEL_HOP_SAMPLES != 0u) {
            continue;
        }
        if ((self->checksum & GATED_MASK) == 0u) {
            self->gated_frames++;
            continue;
        }
        const int error = give_frame(self, on_frame, context);
        if (error < 0) {
            return error;
        }
    }
    return 0;
}

void network_begin(void) {
    net.pushed = 0u;
    net.sum = 0;
}

static void tap(uint32_t operator_index, uint32_t bytes) {
#if M2M_TAPS
    uint8_t row[ROW_BYTES];
    memset(row, net.tapped, bytes);
    network_tap(operator_index, net.pushed, row, bytes);
#else
    (void)operator_index;
    (void)bytes;
#endif
}

int network_push_frame_s8(const int8_t frame[NETWORK_BANDS]) {
    if (net.pushed == NETWORK_FRAMES) {
        return -2;
    }
    net.tapped = (uint8_t)frame[0];
    tap(1u, ROW_BYTES);
    tap(40u, 4u);
    tap(NETWORK_OPERATORS - 1u, 64u);
    for (uint32_t i = 0u; i < NETWORK_BANDS; i++) {
        net.sum += frame[i];
    }
    net.pushed++;
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        scores[class] = (int8_t)((uint32_t)net.sum >> (4u * class));
    }
    return net.pushed == NETWORK_FRAMES ? NETWORK_READY : NETWORK_MORE;
}

const int8_t *network_scores_s8(void) {
    return scores;
}
