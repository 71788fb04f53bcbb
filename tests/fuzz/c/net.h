/* SPDX-License-Identifier: Apache-2.0 */
/* The stand-ins for front-end and network: what went through them since the clip began. */
#ifndef FUZZ_NET_H
#define FUZZ_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "network/network.h"

#define NET_KEPT_FRAMES 64u /* a power of two */

void net_begin(void);

/* Of the samples that the front-end was given since its reset. */
uint32_t net_checksum(void);

/* Frames that it has given, and one of the newest NET_KEPT_FRAMES of them. */
uint32_t net_frames(void);
const int8_t *net_frame(uint32_t index);

/* The weights: a bit of them turns over; their CRC as it is now, and whether it is the right one.
 */
void net_turn_weights_over(uint32_t bit);
uint32_t net_weights_crc(void);
bool net_weights_are_right(void);

/* What the network sent to its tap as the row of that operator. */
uint8_t net_tapped_value(void);

#endif
