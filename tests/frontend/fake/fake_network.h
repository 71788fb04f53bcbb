/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_NETWORK_H
#define FAKE_NETWORK_H

#include "network/network.h"

#define FAKE_PATCHES 8u
#define FAKE_SCORES 4u
#define FAKE_PUSH_CYCLES 1000u

struct fake_network {
    int8_t next_scores[FAKE_SCORES][NETWORK_CLASSES]; /* of patch 0, 1, ...; set by the test */
    uint32_t refuse_push; /* number of the push to refuse, from 1; 0: none */
    uint32_t cycles;
    uint32_t begun;
    uint32_t filled;
    uint32_t pushes;
    uint32_t patches;
    int8_t scores[NETWORK_CLASSES];
    int8_t patch[NETWORK_FRAMES][NETWORK_BANDS];
    int8_t history[FAKE_PATCHES][NETWORK_FRAMES][NETWORK_BANDS];
};

extern struct fake_network fake;

void fake_begin(void);

#endif
