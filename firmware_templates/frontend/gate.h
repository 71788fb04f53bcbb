/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_GATE_H
#define FRONTEND_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "frontend/mel_tables.h"

/*
 * Streaming silence gate: decides every 10 ms, from the samples seen so far, whether there is
 * sound. docs/adr/0003-silence-gate.md has the measurements behind its constants.
 */

/* A hop is loud when its RMS about its own mean reaches this many steps of the int16 scale. */
#define GATE_THRESHOLD_RMS 2u

/* The gate stays open for this many hops after the last loud one. */
#define GATE_HANGOVER_HOPS 40u

struct gate {
    uint32_t open_hops; /* hops for which the gate stays open */
};

void gate_reset(struct gate *self);

/* Take the newest hop; return whether the gate is open after it. */
bool gate_push_q15(struct gate *self, const int16_t hop[MEL_HOP_SAMPLES]);

#endif
