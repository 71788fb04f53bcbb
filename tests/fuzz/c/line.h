/* SPDX-License-Identifier: Apache-2.0 */
/* The wire, the USART's registers and the two DMA channels under the firmware's own port/uart.c.
 *
 * Time passes where the firmware looks at the hardware: then bytes arrive and leave, at the pace
 * that the input has chosen, and interrupts come unless they are masked. */
#ifndef FUZZ_LINE_H
#define FUZZ_LINE_H

#include <stdbool.h>
#include <stdint.h>

#define LINE_STREAM_BYTES 65536u /* to the board, in one run */

/* How the hardware behaves, within what its manuals allow. */
struct line_pace {
    uint8_t received;   /* bytes that arrive at each look, at most */
    uint8_t sent;       /* bytes that leave at each look, at most */
    bool stays_at_end;  /* the offset stands at the ring's end until the next look */
    bool late_flag;     /* a turn's flag rises one look after the offset has begun again */
    bool extra_service; /* an interrupt comes once more for nothing */
};

/* Everything as after a reset. */
void line_begin(void);
void line_set_pace(struct line_pace pace);

/* Bytes on their way to the board. False, and nothing happens, once the run has used up the line.
 */
bool line_put(const uint8_t *bytes, uint32_t count);

/* Lets so many of them arrive now; returns how many did. */
uint32_t line_arrive(uint32_t count);

/* Bytes on the wire, and those that arrived since line_begin(). */
uint32_t line_under_way(void);
uint32_t line_arrived(void);

/* The byte that arrived as the one of that number. */
uint8_t line_byte(uint32_t number);

/* The receiver notices errors: bits of USART_ISR. */
void line_error(uint32_t flags);

/* What the firmware must be able to count on. Called by its port, or for it. */
extern volatile uint32_t line_registers[16];
volatile uint32_t *line_polled_byte(void);
void line_mask(bool masked);
void line_sleep(void);
void line_pass_time(void);

/* Sends all that was released. */
void line_drain(void);

/* Bytes that left the board by DMA or by polling, one after the other: watch.c takes them. */
void watch_left(const uint8_t *bytes, uint32_t count);

#endif
