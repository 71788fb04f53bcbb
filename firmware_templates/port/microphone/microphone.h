/* SPDX-License-Identifier: Apache-2.0 */
/* A microphone: it fills a ring of words by itself, twice as many as there will be samples.
 *
 * A word is what the peripheral's data register holds; how much of it is the value, and what its
 * full scale is, microphone/decimator.h knows. The DMA goes in a circle, and interrupts only when a
 * half of the ring is full. One caller, in thread mode. */
#ifndef PORT_MICROPHONE_H
#define PORT_MICROPHONE_H

#include <stdbool.h>
#include <stdint.h>

void microphone_begin(void);

/* Words that wait, as one stretch, oldest first: at most to the end of the ring, so a second call
 * after microphone_consume() may find more. Returns its length, an even number: two words become a
 * sample. */
uint32_t microphone_span(const int32_t **words);

/* Frees `count` words of the last span, an even number. */
void microphone_consume(uint32_t count);

/* True if it is worth looking: a whole block waits, a half of the ring has just been filled, or
 * words were lost. */
bool microphone_pending(void);

/* Words lost since the last call: the ring was lapped, or the peripheral said so. */
uint32_t microphone_take_overruns(void);

/* The word before or behind the ring that was overwritten (port/canary.h); NULL: neither was. */
const volatile uint32_t *microphone_damaged_canary(void);

#endif
