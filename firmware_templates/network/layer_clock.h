/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cycles by operator, in images with taps. At every moment the network works for one place: an
 * operator, finding rows, or the taps. Whoever wants to know sets a clock. Without M2M_TAPS all of
 * it is nothing.
 */
#ifndef NETWORK_LAYER_CLOCK_H
#define NETWORK_LAYER_CLOCK_H

#include <stdint.h>

#include "network/network.h"

#if M2M_TAPS

#define LAYER_CLOCK_ROWS NETWORK_OPERATORS        /* finding rows, and stages without a tap */
#define LAYER_CLOCK_TAPS (NETWORK_OPERATORS + 1u) /* what only an image with taps does */
#define LAYER_CLOCK_PLACES (NETWORK_OPERATORS + 2u)

/* Cycles of each place since layer_clock_begin(), modulo 2^32. */
extern uint32_t layer_clock_cycles[LAYER_CLOCK_PLACES];

/* Counts from 0, by `now`, beginning with the taps; NULL stops it. */
void layer_clock_begin(uint32_t (*now)(void));

/* From now on the work is for `place`; returns for which it was. Unknown places: finding rows. */
uint32_t layer_clock_switch(uint32_t place);

#define LAYER_CLOCK_ENTER(place) const uint32_t clock_before = layer_clock_switch(place)
#define LAYER_CLOCK_LEAVE() ((void)layer_clock_switch(clock_before))

#else
#define LAYER_CLOCK_ENTER(place) ((void)0)
#define LAYER_CLOCK_LEAVE() ((void)0)
#endif

#endif
