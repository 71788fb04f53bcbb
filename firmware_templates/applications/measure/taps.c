/* SPDX-License-Identifier: Apache-2.0 */
#include "app/taps.h"

#if M2M_TAPS

#include <string.h>

#include "app/link.h"
#include "app/self_check.h"
#include "app/wire.h"
#include "network/layer_clock.h"
#include "network/network.h"
#include "port/cycle_counter.h"

#define PIECE_BYTES (WIRE_PAYLOAD_LIMIT_BYTES - (uint32_t)sizeof(struct wire_tap))

_Static_assert(NETWORK_OPERATORS <= WIRE_TAP_CYCLES, "a bit for each operator");
_Static_assert(sizeof layer_clock_cycles <= PIECE_BYTES, "cycles in one piece");

static uint8_t selected[WIRE_TAP_MASK_BYTES];
static uint32_t patch;
static bool active;
static uint32_t next_frame; /* of the patch that FRAMES fills */
static uint32_t frames_cycles;

void taps_select(const uint8_t operator_mask[WIRE_TAP_MASK_BYTES]) {
    memcpy(selected, operator_mask, sizeof selected);
}

static bool is_selected(uint32_t operator_index) {
    const uint32_t bits = selected[operator_index / 8u];
    return ((bits >> (operator_index % 8u)) & 1u) != 0u;
}

void taps_begin(bool wanted) {
    patch = 0u;
    active = wanted;
}

void taps_next_patch(void) {
    patch++;
}

void taps_drop_frames(void) {
    next_frame = 0u;
}

void network_tap(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes) {
    if (!active || operator_index >= NETWORK_OPERATORS || !is_selected(operator_index)) {
        return;
    }
    const uint8_t *from = values;
    for (uint32_t offset = 0u; offset < bytes; offset += PIECE_BYTES) {
        const uint32_t left = bytes - offset;
        const struct wire_tap tap = {
            .patch = patch,
            .operator_index = (uint16_t)operator_index,
            .row = (uint16_t)row,
            .offset_bytes = offset,
        };
        link_send(WIRE_TAP, &tap, sizeof tap, &from[offset],
                  left < PIECE_BYTES ? left : PIECE_BYTES);
    }
}

/* The patch's cycles by operator, then of finding rows and of the taps. */
static void tell_cycles(void) {
    const struct wire_tap tap = {.patch = patch, .operator_index = WIRE_TAP_CYCLES};
    link_send(WIRE_TAP, &tap, sizeof tap, layer_clock_cycles, sizeof layer_clock_cycles);
}

static void answer(uint32_t patch_id, uint32_t answer_cycles) {
    const struct wire_patch_result result = {
        .clip_id = patch_id,
        .network_cycles = frames_cycles,
        .answer_cycles = answer_cycles,
    };
    if (is_selected(WIRE_TAP_CYCLES)) {
        tell_cycles();
    }
    link_send(WIRE_PATCH_RESULT, &result, sizeof result, network_scores_s8(), NETWORK_CLASSES);
    taps_next_patch();
    next_frame = 0u;
}

uint16_t taps_take_frames(uint32_t patch_id, uint32_t first_frame, const int8_t *frames,
                          uint32_t count, uint32_t *detail) {
    if (first_frame == 0u) {
#ifdef NETWORK_KEEPS_STATE
        network_reset();
#endif
        network_begin();
        active = true;
        next_frame = 0u;
        frames_cycles = 0u;
        layer_clock_begin(cycle_counter_now);
    }
    if (first_frame != next_frame || count > NETWORK_FRAMES - next_frame) {
        *detail = next_frame;
        return WIRE_FRAME_ORDER;
    }
    for (uint32_t i = 0u; i < count; i++) {
        const uint32_t begun = cycle_counter_now();
        (void)layer_clock_switch(LAYER_CLOCK_ROWS);
        const int status = network_push_frame_s8(&frames[i * NETWORK_BANDS]);
        (void)layer_clock_switch(LAYER_CLOCK_TAPS);
        const uint32_t cycles = cycle_counter_now() - begun;
        if (status < 0) {
            *detail = (uint32_t)-status;
            return WIRE_INTERNAL;
        }
        frames_cycles += cycles;
        next_frame++;
        if (status == NETWORK_READY) {
            if (!self_check_weights()) {
                *detail = self_check_damaged_crc();
                return WIRE_WEIGHTS;
            }
            answer(patch_id, cycles);
        }
    }
    return 0u;
}

#endif
