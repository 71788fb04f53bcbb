/* SPDX-License-Identifier: Apache-2.0 */
/* The serial line. Reception goes on by itself into a ring; transmission goes out of a ring.
 *
 * A frame is written into the transmit ring where it will be sent from: bytes are placed after
 * what waits there, and then released. Nothing here waits, but for uart_tx_sleep_unless_free() and,
 * after a fault, uart_tx_release(). One caller, in thread mode. */
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

/* What a caller may count on: so many bytes become free, however long it takes. */
#define UART_TX_RING_LEAST_BYTES 512u

/* Room in the transmit ring, in bytes. */
uint32_t uart_tx_free(void);

/* Puts a byte into the room, `ahead` bytes after what was released last; below uart_tx_free(). A
 * place may be written again before it is released. */
void uart_tx_place(uint32_t ahead, uint8_t byte);

/* The next `count` bytes of the room are whole, and may be sent. */
void uart_tx_release(uint32_t count);

/* Sleeps until an interrupt, that at the end of a block at the latest, if less than `count` bytes
 * are free. It is worth asking again then. */
void uart_tx_sleep_unless_free(uint32_t count);

uint32_t uart_tx_ring_bytes(void);
uint32_t uart_tx_high_water_bytes(void);

/* The words before and behind the two rings (port/canary.h). */
enum uart_canary {
    UART_CANARY_RX_BEFORE = 1,
    UART_CANARY_RX_BEHIND = 2,
    UART_CANARY_TX_BEFORE = 4,
    UART_CANARY_TX_BEHIND = 8,
};

/* Those that were overwritten, as bits of enum uart_canary. */
uint32_t uart_damaged_canaries(void);

/* The first of them; NULL: none was. */
const volatile uint32_t *uart_damaged_canary(void);

/* True if nothing waits, or something has moved since the last call, in both directions: bytes in
 * the ring were consumed, what the receiver has is carried to memory, and after a delimiter there
 * are more bytes there than before; the transmit ring is empty, or a block of it has gone. */
bool uart_makes_progress(void);

/* For a fault: stops the DMA and empties the transmit ring, whatever state it is in. From then on
 * uart_tx_release() sends byte by byte, and returns when they are sent; it waits no longer than the
 * bytes take, with a bound. False if the line was never begun: then nothing may be placed. */
bool uart_tx_poll(void);

#endif
