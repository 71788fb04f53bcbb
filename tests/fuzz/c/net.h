/* SPDX-License-Identifier: Apache-2.0 */
/* The stand-ins for front-end and network: what went through them since the clip began. */
#ifndef FUZZ_NET_H
#define FUZZ_NET_H

#include <stdint.h>

#include "network/network.h"

#define NET_KEPT_FRAMES 64u /* a power of two */

void net_begin(void);

/* Of the samples that the front-end was given since its reset. */
uint32_t net_checksum(void);

/* Frames that it has given, and one of the newest NET_KEPT_FRAMES of them. */
uint32_t net_frames(void);
const int8_t *net_frame(uint32_t index);

/* What the network sent to its tap as the row of that operator. */
uint8_t net_tapped_value(void);

#endif
