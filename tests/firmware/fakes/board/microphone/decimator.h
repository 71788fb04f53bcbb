/* SPDX-License-Identifier: Apache-2.0 */
/* Stand-in: the upper half of every second word is a sample. */
#ifndef MICROPHONE_DECIMATOR_H
#define MICROPHONE_DECIMATOR_H

#include <stdint.h>

struct decimator {
    uint32_t resets;
};

void decimator_reset(struct decimator *self);
uint32_t decimator_push(struct decimator *self, const int32_t *words, uint32_t count,
                        int16_t *samples);

#endif
