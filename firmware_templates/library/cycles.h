/* SPDX-License-Identifier: Apache-2.0 */
/* The clock that the listener reads for its account of cycles. Who links the library defines it. */
#ifndef LIBRARY_CYCLES_H
#define LIBRARY_CYCLES_H

#include <stdint.h>

/* Core cycles, modulo 2^32; always the same value where nothing counts them. */
uint32_t cycle_counter_now(void);

#endif
