/* SPDX-License-Identifier: Apache-2.0 */
/* The two DMA channels of the UART; each family has its own kind of DMA.
 *
 * A channel that reports an error stops the program where it can be seen: it is a mistake of this
 * program, not of the line. The trap becomes a FAULT_REPORT whose program counter is here. */
#ifndef PORT_UART_DMA_H
#define PORT_UART_DMA_H

#include <stdbool.h>
#include <stdint.h>

/* Puts a buffer where the DMA reaches it and no cache hides it from the core: the linker script
 * knows where. With most parts that is among the other variables. */
#define UART_DMA_BUFFER __attribute__((section(".bss.dma")))

/* Endless reception into a ring, and transmission made ready. */
void uart_dma_begin(const uint8_t *ring, uint32_t ring_bytes);

/* How many bytes of the ring's present turn are in memory. For a moment at the end of a turn this
 * may be anything from ring_bytes on: read again. */
uint32_t uart_dma_rx_offset(void);

/* True from the end of a turn until uart_dma_rx_take_turn(), which its interrupt calls. That one is
 * false if no turn has ended: a fast core may leave its interrupt before the controller has let go
 * of the line, and is then called once more for nothing. */
bool uart_dma_rx_turned(void);
bool uart_dma_rx_take_turn(void);

/* Sends one block; the channel rests before and after it. uart_dma_tx_take_end() is for the
 * interrupt at its end, and false likewise. */
void uart_dma_tx_start(const uint8_t *bytes, uint32_t count);
bool uart_dma_tx_take_end(void);

#endif
