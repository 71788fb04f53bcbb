/* SPDX-License-Identifier: Apache-2.0 */
/* The board's UART, 8N1. DMA carries bytes in both directions, through rings.
 *
 * Reception is endless: after the ring's last byte comes its first. The core is interrupted only
 * when something may be worth reading: at the frame delimiter 0x00 (character match), when the
 * line falls idle, at errors, and once a turn of the ring, to count turns. Transmission sends the
 * ring's contents block by block; after what is released lies the frame that is being written.
 *
 * For the newer of ST's two USARTs: what a family with the older one provides instead is said in
 * port/usart_registers.h. */
#include "port/uart.h"

#include <stddef.h>

#include "core/cortex_m.h"
#include "port/canary.h"
#include "port/clock.h"
#include "port/interrupts.h"
#include "port/peripherals.h"
#include "port/port_config.h"
#include "port/uart_dma.h"
#include "port/uart_power.h"
#include "port/usart_registers.h"
#include "port/wait_for.h"

#if !defined(USART_ISR) || !defined(USART_ICR) || !defined(USART_ISR_CMF)
#error "this driver is for the USART with ISR and ICR; see port/usart_registers.h"
#endif

#define TX_RING_BYTES PORT_TX_RING_BYTES

/* Loops without progress before polled sending gives up a byte: some ten byte times. */
#define POLL_LIMIT 20000u

/* Priorities in the NVIC: the line before the DMA, so that an error is noted in order. */
#define UART_PRIORITY 2u
#define DMA_PRIORITY 3u

#define ERROR_FLAGS (USART_ISR_PE | USART_ISR_FE | USART_ISR_NE | USART_ISR_ORE)
#define EVENT_FLAGS (ERROR_FLAGS | USART_ISR_IDLE | USART_ISR_CMF)
#define ACKNOWLEDGED (USART_ISR_TEACK | USART_ISR_REACK)

#if PORT_UART_HAS_ONEBIT
/* One sample decides a bit instead of three: an edge that comes a little late is then no noise, and
 * the receiver bears a larger difference of the two clocks (RM0456, USART "Tolerance of the USART
 * receiver to clock deviation"). What is wrong all the same the CRC of the frame finds. */
#define SAMPLING USART_CR3_ONEBIT
#else
#define SAMPLING 0u
#endif

_Static_assert((PORT_RX_RING_BYTES & (PORT_RX_RING_BYTES - 1u)) == 0u &&
                   (TX_RING_BYTES & (TX_RING_BYTES - 1u)) == 0u,
               "offsets are taken from running totals modulo 2^32");
_Static_assert(TX_RING_BYTES >= UART_TX_RING_LEAST_BYTES, "as port/uart.h promises");

static struct {
    volatile uint32_t before;
    uint8_t bytes[PORT_RX_RING_BYTES];
    volatile uint32_t behind;
} rx_ring UART_DMA_BUFFER;
static volatile uint32_t rx_turns; /* times that the ring was filled to its end */
static uint32_t rx_read_total;     /* bytes consumed since uart_begin(), modulo 2^32 */
static uint32_t rx_read_offset;
static uint32_t rx_seen_total; /* the last answer of received_total() */
static uint32_t rx_high_water;
static uint32_t rx_ring_overruns;

static struct {
    volatile uint32_t before;
    uint8_t bytes[TX_RING_BYTES];
    volatile uint32_t behind;
} tx_ring UART_DMA_BUFFER;
static volatile uint32_t tx_released_total;
static volatile uint32_t tx_sent_total;
static volatile uint32_t tx_block_bytes; /* under way by DMA; 0: the channel rests */
static uint32_t tx_high_water;
static bool tx_polled; /* after a fault */

static volatile uint32_t register_overruns;
static volatile uint32_t framing_errors;
static volatile uint32_t noise_errors;
static volatile uint32_t delimiters; /* that came without an error */
static bool begun;

void uart_begin(void) {
    uart_power_begin();
    /* Pulled up: an open line reads as idle, not as a break. */
    gpio_connect_pin(PORT_UART_TX_GPIO_BASE, PORT_UART_TX_PIN, PORT_UART_TX_AFR_INDEX,
                     PORT_UART_TX_AFR_SHIFT, PORT_UART_TX_FUNCTION, GPIO_PUPDR_UP);
    gpio_connect_pin(PORT_UART_RX_GPIO_BASE, PORT_UART_RX_PIN, PORT_UART_RX_AFR_INDEX,
                     PORT_UART_RX_AFR_SHIFT, PORT_UART_RX_FUNCTION, GPIO_PUPDR_UP);

    canaries_set(&rx_ring.before, &rx_ring.behind);
    canaries_set(&tx_ring.before, &tx_ring.behind);
    uart_dma_begin(rx_ring.bytes, sizeof rx_ring.bytes);

    /* BRR and CR3 are written while the USART is off (RM0351, RM0433, RM0456: USART_BRR). Kernel
     * clock: that of its bus, the reset value of the RCC's selection. One start bit, 8 bits, no
     * parity, one stop bit and 16-fold oversampling are CR1's and CR2's reset values, and so is ADD
     * = 0x00, the delimiter that character match looks for. EIE: errors interrupt even though the
     * DMA reads the bytes. DDRE stays 0: a byte whose stop bit is wrong is not
     * received, the DMA gets no request for it, and goes on with the next one (RM0456, USART_CR3).
     */
    USART_BRR = clock_uart_brr();
    USART_CR3 = USART_CR3_EIE | USART_CR3_DMAT | SAMPLING;
    USART_CR1 = USART_CR1_TE | USART_CR1_RE | USART_CR1_CMIE | USART_CR1_IDLEIE;
    USART_CR1 |= USART_CR1_UE;
    wait_for(WAIT_UART, &USART_ISR, ACKNOWLEDGED, ACKNOWLEDGED);
    /* The receiver may have been switched on in the middle of a byte. What it took for one is
     * dropped, and what it noticed of it, before the DMA listens. */
    USART_RQR = USART_RQR_RXFRQ;
    USART_ICR = ERROR_FLAGS;
    USART_CR3 |= USART_CR3_DMAR;

    core_enable_line(PORT_UART_LINE, UART_PRIORITY);
    core_enable_line(PORT_RX_DMA_LINE, DMA_PRIORITY);
    core_enable_line(PORT_TX_DMA_LINE, DMA_PRIORITY);
    begun = true;
}

/* Bytes received since uart_begin(), modulo 2^32.
 *
 * A byte counts once it is in memory, not when it has left the USART. The interrupt may count a
 * turn between the reads, the end of the ring stands for a moment until the channel begins again,
 * and it may have begun again before its flag says so: all of that shows, the last as a total that
 * falls, and the reading is repeated. */
static uint32_t received_total(void) {
    uint32_t turns;
    bool turned;
    uint32_t offset;
    uint32_t total;
    do {
        turns = rx_turns;
        turned = uart_dma_rx_turned();
        offset = uart_dma_rx_offset();
        /* A turn that has ended counts, though its interrupt is still to come. */
        total = (turns + (turned ? 1u : 0u)) * (uint32_t)sizeof rx_ring.bytes + offset;
    } while (offset >= sizeof rx_ring.bytes || turns != rx_turns ||
             turned != uart_dma_rx_turned() || total - rx_seen_total > UINT32_MAX / 2u);
    rx_seen_total = total;
    return total;
}

static uint32_t waiting_bytes(void) {
    const uint32_t received = received_total();
    uint32_t waiting = received - rx_read_total;
    if (waiting > sizeof rx_ring.bytes) {
        /* Overwritten before it was read: nothing of it can be trusted. */
        rx_ring_overruns++;
        rx_read_total = received;
        rx_read_offset = received % (uint32_t)sizeof rx_ring.bytes;
        waiting = 0u;
    }
    if (waiting > rx_high_water) {
        rx_high_water = waiting;
    }
    return waiting;
}

uint32_t uart_rx_span(const uint8_t **bytes) {
    const uint32_t waiting = waiting_bytes();
    const uint32_t to_end = (uint32_t)sizeof rx_ring.bytes - rx_read_offset;
    core_memory_barrier(); /* the position was read before the bytes are */
    *bytes = &rx_ring.bytes[rx_read_offset];
    return waiting < to_end ? waiting : to_end;
}

void uart_rx_consume(uint32_t count) {
    rx_read_total += count;
    rx_read_offset += count;
    if (rx_read_offset >= sizeof rx_ring.bytes) {
        rx_read_offset -= (uint32_t)sizeof rx_ring.bytes;
    }
}

bool uart_rx_pending(void) {
    return waiting_bytes() != 0u || rx_ring_overruns != 0u || register_overruns != 0u ||
           framing_errors != 0u || noise_errors != 0u;
}

uint32_t uart_rx_ring_bytes(void) {
    return sizeof rx_ring.bytes;
}

uint32_t uart_rx_high_water_bytes(void) {
    return rx_high_water;
}

struct uart_errors uart_take_errors(void) {
    struct uart_errors errors;
    core_interrupts_disable();
    errors.overruns = rx_ring_overruns + register_overruns;
    errors.framing_errors = framing_errors;
    errors.noise_errors = noise_errors;
    register_overruns = 0u;
    framing_errors = 0u;
    noise_errors = 0u;
    core_interrupts_enable();
    rx_ring_overruns = 0u;
    return errors;
}

static void start_block(void) {
    const uint32_t offset = tx_sent_total % TX_RING_BYTES;
    const uint32_t to_end = TX_RING_BYTES - offset;
    uint32_t bytes = tx_released_total - tx_sent_total;
    if (bytes > to_end) {
        bytes = to_end;
    }
    tx_block_bytes = bytes;
    if (bytes == 0u) {
        return;
    }
    core_data_barrier(); /* the bytes are in memory before the channel may read them */
    uart_dma_tx_start(&tx_ring.bytes[offset], bytes);
}

uint32_t uart_tx_free(void) {
    return TX_RING_BYTES - (tx_released_total - tx_sent_total);
}

void uart_tx_place(uint32_t ahead, uint8_t byte) {
    tx_ring.bytes[(tx_released_total + ahead) % TX_RING_BYTES] = byte;
}

static void poll_for(uint32_t flag) {
    for (uint32_t i = 0u; i < POLL_LIMIT && (USART_ISR & flag) == 0u; i++) {
    }
}

static void send_polled(uint32_t count) {
    for (uint32_t i = 0u; i < count; i++) {
        poll_for(USART_ISR_TXE);
        *(volatile uint32_t *)USART_TDR_ADDRESS =
            tx_ring.bytes[(tx_released_total + i) % TX_RING_BYTES];
    }
    poll_for(USART_ISR_TC); /* the last byte has left the shift register */
    tx_released_total += count;
    tx_sent_total += count;
}

void uart_tx_release(uint32_t count) {
    if (tx_polled) {
        send_polled(count);
        return;
    }
    core_memory_barrier(); /* an interrupt that sees the new total sees the bytes as well */
    tx_released_total += count;
    const uint32_t waiting = tx_released_total - tx_sent_total;
    if (waiting > tx_high_water) {
        tx_high_water = waiting;
    }
    /* While a block is under way, its interrupt starts the next one; while none is, no interrupt
     * can come between this question and the start. */
    if (tx_block_bytes == 0u) {
        start_block();
    }
}

/* The end of a block interrupts, and wakes the core even while interrupts are masked. */
void uart_tx_sleep_unless_free(uint32_t count) {
    core_interrupts_disable();
    if (count > uart_tx_free()) {
        core_wait_for_interrupt();
    }
    core_interrupts_enable();
}

uint32_t uart_tx_ring_bytes(void) {
    return TX_RING_BYTES;
}

uint32_t uart_tx_high_water_bytes(void) {
    return tx_high_water;
}

uint32_t uart_damaged_canaries(void) {
    uint32_t damaged = rx_ring.before != CANARY ? (uint32_t)UART_CANARY_RX_BEFORE : 0u;
    damaged |= rx_ring.behind != CANARY ? (uint32_t)UART_CANARY_RX_BEHIND : 0u;
    damaged |= tx_ring.before != CANARY ? (uint32_t)UART_CANARY_TX_BEFORE : 0u;
    damaged |= tx_ring.behind != CANARY ? (uint32_t)UART_CANARY_TX_BEHIND : 0u;
    return damaged;
}

const volatile uint32_t *uart_damaged_canary(void) {
    const volatile uint32_t *of_rx = canaries_damaged(&rx_ring.before, &rx_ring.behind);
    return of_rx != NULL ? of_rx : canaries_damaged(&tx_ring.before, &tx_ring.behind);
}

/* The total is read before the count: a delimiter that comes in between is one of later bytes. */
static bool reception_goes_on(void) {
    static uint32_t read_before;
    static uint32_t received_before; /* when `delimiters_before` was taken */
    static uint32_t delimiters_before;
    const uint32_t waiting = waiting_bytes();
    const uint32_t received = rx_seen_total;
    const uint32_t heard = delimiters;
    const bool taken = waiting == 0u || rx_read_total != read_before;
    const bool stored = heard == delimiters_before || received != received_before;
    read_before = rx_read_total;
    if (stored && heard != delimiters_before) {
        delimiters_before = heard;
        received_before = received;
    }
    return taken && stored && (USART_ISR & USART_ISR_RXNE) == 0u;
}

static bool transmission_goes_on(void) {
    static uint32_t sent_before;
    const uint32_t sent = tx_sent_total;
    const bool moves = tx_released_total == sent || sent != sent_before;
    sent_before = sent;
    return moves;
}

bool uart_makes_progress(void) {
    const bool receives = reception_goes_on();
    return transmission_goes_on() && receives;
}

bool uart_tx_poll(void) {
    if (!begun) {
        return false;
    }
    USART_CR3 &= ~USART_CR3_DMAT; /* no more requests: the DMA falls silent after this byte */
    tx_released_total = 0u;
    tx_sent_total = 0u;
    tx_polled = true;
    return true;
}

void uart_interrupt(void) {
    const uint32_t events = USART_ISR & EVENT_FLAGS;
    USART_ICR = events;
    if ((events & USART_ISR_ORE) != 0u) {
        register_overruns++;
    }
    if ((events & USART_ISR_FE) != 0u) {
        framing_errors++;
    }
    if ((events & USART_ISR_NE) != 0u) {
        noise_errors++;
    }
    if ((events & (USART_ISR_CMF | ERROR_FLAGS)) == USART_ISR_CMF) {
        delimiters++;
    }
}

void uart_rx_dma_interrupt(void) {
    if (uart_dma_rx_take_turn()) {
        rx_turns++;
    }
}

void uart_tx_dma_interrupt(void) {
    if (uart_dma_tx_take_end()) {
        tx_sent_total += tx_block_bytes;
        start_block();
    }
}
