/* SPDX-License-Identifier: Apache-2.0 */
#include "line.h"

#include <string.h>

#include "port/interrupts.h"
#include "port/uart_dma.h"
#include "port/usart_registers.h"
#include "require.h"

#define POLLED_BYTES 64u
#define EVENTS (USART_ISR_FE | USART_ISR_NE | USART_ISR_ORE | USART_ISR_CMF)

volatile uint32_t line_registers[16];

static struct {
    struct line_pace pace;
    uint32_t put;
    uint32_t arrived;
    uint8_t *ring;
    uint32_t ring_bytes;
    uint32_t offset;
    bool at_end;      /* the offset is shown as the ring's end */
    bool turn_is_due; /* a turn has ended, its flag has not risen yet */
    bool turned;
    const uint8_t *block; /* that is sent by DMA */
    uint32_t block_bytes;
    uint32_t block_sent;
    bool block_ended;
    bool masked;
    bool in_service;
} line;

static uint8_t stream[LINE_STREAM_BYTES];
static volatile uint32_t polled[POLLED_BYTES];
static uint32_t polled_count;

void line_begin(void) {
    memset(&line, 0, sizeof line);
    for (uint32_t i = 0u; i < 16u; i++) {
        line_registers[i] = 0u;
    }
    polled_count = 0u;
    USART_ISR = USART_ISR_TXE | USART_ISR_TC;
}

void line_set_pace(struct line_pace pace) {
    line.pace = pace;
}

bool line_put(const uint8_t *bytes, uint32_t count) {
    if (count > LINE_STREAM_BYTES - line.put) {
        return false;
    }
    memcpy(&stream[line.put], bytes, count);
    line.put += count;
    return true;
}

uint32_t line_under_way(void) {
    return line.put - line.arrived;
}

uint32_t line_arrived(void) {
    return line.arrived;
}

uint8_t line_byte(uint32_t number) {
    return stream[number];
}

/* --- Reception -------------------------------------------------------------------------------- */

static void raise_turn(void) {
    REQUIRE(!line.turned, "a turn of the ring is counted before the next one ends");
    line.turned = true;
    line.turn_is_due = false;
}

static void receive_byte(void) {
    if (line.turn_is_due) {
        raise_turn();
    }
    line.at_end = false;
    if (stream[line.arrived] == 0u) {
        USART_ISR |= USART_ISR_CMF; /* the character that the receiver looks for */
    }
    line.ring[line.offset++] = stream[line.arrived++];
    if (line.offset == line.ring_bytes) {
        line.offset = 0u;
        line.at_end = line.pace.stays_at_end;
        line.turn_is_due = true;
        if (!line.pace.late_flag) {
            raise_turn();
        }
    }
}

static void serve(void);

uint32_t line_arrive(uint32_t count) {
    uint32_t done = 0u;
    while (done < count && line.arrived < line.put) {
        receive_byte();
        serve(); /* a byte takes 1700 cycles of the core: interrupts are long done */
        done++;
    }
    return done;
}

void line_error(uint32_t flags) {
    USART_ISR |= flags;
    serve();
}

void uart_dma_begin(const uint8_t *ring, uint32_t ring_bytes) {
    line.ring = (uint8_t *)(uintptr_t)ring;
    line.ring_bytes = ring_bytes;
}

uint32_t uart_dma_rx_offset(void) {
    line_pass_time();
    if (line.at_end) {
        line.at_end = false;
        return line.ring_bytes;
    }
    return line.offset;
}

bool uart_dma_rx_turned(void) {
    const bool shown = line.turned;
    if (line.turn_is_due) {
        raise_turn();
        serve();
    }
    return shown || (line.turned && !line.pace.late_flag);
}

bool uart_dma_rx_take_turn(void) {
    const bool turned = line.turned;
    line.turned = false;
    return turned;
}

/* --- Transmission ----------------------------------------------------------------------------- */

void uart_dma_tx_start(const uint8_t *bytes, uint32_t count) {
    REQUIRE(line.block_bytes == 0u && count != 0u, "the channel rests before a block");
    line.block = bytes;
    line.block_bytes = count;
    line.block_sent = 0u;
}

bool uart_dma_tx_take_end(void) {
    const bool ended = line.block_ended;
    line.block_ended = false;
    return ended;
}

/* The DMA reads a byte as it leaves, not as the block was begun. */
static void send_bytes(uint32_t count) {
    const uint32_t left = line.block_bytes - line.block_sent;
    const uint32_t now = count < left ? count : left;
    if (now == 0u || (USART_CR3 & USART_CR3_DMAT) == 0u) {
        return;
    }
    watch_left(&line.block[line.block_sent], now);
    line.block_sent += now;
    if (line.block_sent == line.block_bytes) {
        line.block_bytes = 0u;
        line.block_sent = 0u;
        line.block_ended = true;
    }
}

static void take_polled(void) {
    for (uint32_t i = 0u; i < polled_count; i++) {
        const uint8_t byte = (uint8_t)polled[i];
        watch_left(&byte, 1u);
    }
    polled_count = 0u;
}

volatile uint32_t *line_polled_byte(void) {
    if (polled_count == POLLED_BYTES) {
        take_polled();
    }
    return &polled[polled_count++];
}

void line_drain(void) {
    take_polled();
    while (line.block_bytes != 0u && (USART_CR3 & USART_CR3_DMAT) != 0u) {
        send_bytes(line.block_bytes);
        serve();
    }
}

/* --- Interrupts and time ---------------------------------------------------------------------- */

static void serve(void) {
    if (line.masked || line.in_service) {
        return;
    }
    line.in_service = true;
    if ((USART_ISR & EVENTS) != 0u) {
        uart_interrupt();
        USART_ISR &= ~USART_ICR;
        USART_ICR = 0u;
    }
    if (line.turned || line.pace.extra_service) {
        uart_rx_dma_interrupt();
    }
    if (line.block_ended || line.pace.extra_service) {
        uart_tx_dma_interrupt();
    }
    line.in_service = false;
}

void line_mask(bool masked) {
    line.masked = masked;
    serve();
}

void line_pass_time(void) {
    if (!line.in_service) {
        (void)line_arrive(line.pace.received);
        send_bytes(line.pace.sent);
        serve();
    }
}

/* The block that is sent comes to its end meanwhile: nothing else would wake the core in time. */
void line_sleep(void) {
    REQUIRE(line.block_bytes != 0u || line.block_ended, "a sleep for room that somebody makes");
    (void)line_arrive(line.pace.received);
    send_bytes(line.block_bytes);
}
