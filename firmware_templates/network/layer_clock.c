/* SPDX-License-Identifier: Apache-2.0 */
#include "network/layer_clock.h"

#if M2M_TAPS

#include <stddef.h>

uint32_t layer_clock_cycles[LAYER_CLOCK_PLACES];

static uint32_t (*clock_now)(void);
static uint32_t clock_place = LAYER_CLOCK_TAPS;
static uint32_t clock_since;

void layer_clock_begin(uint32_t (*now)(void)) {
    for (uint32_t place = 0u; place < LAYER_CLOCK_PLACES; place++) {
        layer_clock_cycles[place] = 0u;
    }
    clock_place = LAYER_CLOCK_TAPS;
    clock_now = now;
    clock_since = now != NULL ? now() : 0u;
}

uint32_t layer_clock_switch(uint32_t place) {
    const uint32_t before = clock_place;
    clock_place = place < LAYER_CLOCK_PLACES ? place : LAYER_CLOCK_ROWS;
    if (clock_now != NULL) {
        const uint32_t now = clock_now();
        layer_clock_cycles[before] += now - clock_since;
        clock_since = now;
    }
    return before;
}

#endif
