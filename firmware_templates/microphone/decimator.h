/* SPDX-License-Identifier: Apache-2.0 */
/* From a microphone's words to samples at half their rate, in integers: docs/microphone.md.
 *
 * Generated for a port, but portable: a host computes the same samples, bit for bit. */
#ifndef MICROPHONE_DECIMATOR_H
#define MICROPHONE_DECIMATOR_H

#include <stdint.h>

#include "microphone/decimator_tables.h"

/* Values that the next sample still needs, before the block that is being filtered. */
#define DECIMATOR_KEPT (DECIMATOR_TAPS - 2u)

struct decimator {
    int32_t values[DECIMATOR_KEPT + DECIMATOR_BLOCK_WORDS]; /* of words, oldest first */
    int64_t mean;      /* 2^DECIMATOR_MEAN_SHIFT times that of the filter's output */
    uint32_t settling; /* samples still to be dropped */
};

/* Begins a stream: silence before its first word. The first DECIMATOR_SETTLE_SAMPLES samples are
 * computed and dropped, while the microphone starts and the mean is found. */
void decimator_reset(struct decimator *self);

/* Takes `count` words, an even number, and returns how many samples it wrote: count / 2, or fewer
 * in the settling time. How a stream is cut into calls makes no difference. */
uint32_t decimator_push(struct decimator *self, const int32_t *words, uint32_t count,
                        int16_t *samples);

#endif
