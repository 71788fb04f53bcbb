/* SPDX-License-Identifier: Apache-2.0 */
/* One of two values: the one that goes with the clock that the part runs at.
 *
 * Some parts reach the board's clock in their later revisions only; an older one runs at the
 * board's fallback. The values of both clocks are computed and checked by the generator. */
#ifndef PORT_CLOCK_CHOICE_H
#define PORT_CLOCK_CHOICE_H

#include "port/port_config.h"

#if PORT_HAS_FALLBACK
#include <stdbool.h>

/* True on a part whose revision cannot reach PORT_CORE_HZ. It may be asked at any time. */
bool clock_falls_back(void);

#define CLOCK_CHOICE(own, fallback) (clock_falls_back() ? (fallback) : (own))
#else
#define CLOCK_CHOICE(own, fallback) (own)
#endif

#endif
