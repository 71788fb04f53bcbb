/* SPDX-License-Identifier: Apache-2.0 */
/* The peripheral that makes words of a microphone's signal; each kind has its own. */
#ifndef PORT_MICROPHONE_SOURCE_H
#define PORT_MICROPHONE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

/* Clocks, pins and settings: all but the first conversion. Also the clock of the DMA. */
void microphone_source_begin(void);

/* Words come from now on, and the DMA must be ready for them. */
void microphone_source_start(void);

/* The register that the DMA reads. */
uint32_t microphone_source_address(void);

/* True if the peripheral says that words were lost since the last call. */
bool microphone_source_take_overrun(void);

#endif
