/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_GATE_H
#define FRONTEND_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "frontend/mel_tables.h"

/*
 * Streaming silence gate: decides for each hop, from the samples seen so far, whether there is
 * sound. Its constants are in mel_tables.h; ADR 0003 has the measurements behind them.
 */

struct gate {
    uint32_t open_hops; /* hops for which the gate stays open */
};

void gate_reset(struct gate *self);

/* Take the newest hop; return whether the gate is open after it. */
bool gate_push_q15(struct gate *self, const int16_t hop[MEL_GATE_SAMPLES]);

#endif
