/* SPDX-License-Identifier: Apache-2.0 */
/* The serial line. Reception goes on by itself into a ring; transmission goes out of a ring.
 *
 * Nothing here waits, but for uart_write_polled() and a full transmit ring. One caller, in thread
 * mode. */
#ifndef PORT_UART_H
#define PORT_UART_H

#include <stdbool.h>
#include <stdint.h>

/* What went wrong on the line since the last uart_take_errors(). */
struct uart_errors {
    uint32_t overruns; /* bytes lost: the receiver's register, or the ring, was overwritten */
    uint32_t framing_errors;
    uint32_t noise_errors;
};

void uart_begin(void);

/* Bytes that wait, as one stretch: at most to the end of the ring, so a second call after
 * uart_rx_consume() may find more. Returns its length. */
uint32_t uart_rx_span(const uint8_t **bytes);

/* Frees `count` bytes of the last span. */
void uart_rx_consume(uint32_t count);

/* True if bytes wait or an error was noticed. */
bool uart_rx_pending(void);

uint32_t uart_rx_ring_bytes(void);
uint32_t uart_rx_high_water_bytes(void);

struct uart_errors uart_take_errors(void);

/* Room in the transmit ring, in bytes. */
uint32_t uart_tx_free(void);

/* Takes all of it, or returns false if there is not room enough: then the core has slept until an
 * interrupt, the one at the end of a block at the latest, and it is worth asking again. */
bool uart_write(const uint8_t *bytes, uint32_t count);

uint32_t uart_tx_ring_bytes(void);
uint32_t uart_tx_high_water_bytes(void);

/* For a fault: stops the DMA and sends byte by byte, whatever state the rings are in. Returns at
 * once if the line was never begun. It waits no longer than the bytes take, with a bound. */
void uart_write_polled(const uint8_t *bytes, uint32_t count);

#endif
