/* SPDX-License-Identifier: Apache-2.0 */
/* The DMA channel that carries a microphone's words into a ring; each kind of DMA has its own.
 *
 * A channel that reports an error stops the program where it can be seen: it is a mistake of this
 * program, not of the microphone. */
#ifndef PORT_MICROPHONE_DMA_H
#define PORT_MICROPHONE_DMA_H

#include <stdbool.h>
#include <stdint.h>

/* Puts the ring where the DMA reaches it and no cache hides it from the core: the linker script
 * knows where. With most parts that is among the other variables. */
#define MICROPHONE_DMA_BUFFER __attribute__((section(".bss.dma")))

/* Endless reception of words from the register at `source` into a ring, with an interrupt when a
 * half of it is full. The peripheral is not started yet. */
void microphone_dma_begin(uint32_t source, const int32_t *ring, uint32_t ring_words);

/* How many words of the ring's present turn are in memory. For a moment at the end of a turn this
 * may be anything from ring_words on: read again. */
uint32_t microphone_dma_offset(void);

/* True from the end of a turn until microphone_dma_take_turn(), which the interrupt calls at both
 * halves. That one is false if no turn has ended. */
bool microphone_dma_turned(void);
bool microphone_dma_take_turn(void);

#endif
