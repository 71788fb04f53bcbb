/* SPDX-License-Identifier: Apache-2.0 */
/* GPDMA: two channels.
 *
 * Reception is one endless block over the ring: when it ends, the channel loads its one link,
 * which says the same again. DMA and core must see the same SRAM: the data cache of the U5 covers
 * external memory only. Port 0 of the DMA reaches the peripherals, port 1 the memories (RM0456,
 * GPDMA "Ports"). */
#include "port/uart_dma.h"

#include "core/cortex_m.h"
#include "port/dma_registers.h"
#include "port/port_config.h"
#include "port/usart_registers.h"

#define RX PORT_RX_CHANNEL_BASE
#define TX PORT_TX_CHANNEL_BASE

/* What the channel loads at the end of the block, in the order that the channel wants (RM0456,
 * GPDMA "Linked-list data structure"). Its address is 16 bits within one 64-KB page: 16 bytes,
 * aligned to 16, never cross a page. */
struct rx_link {
    uint32_t br1;
    uint32_t dar;
    uint32_t llr;
};

static struct rx_link rx_link __attribute__((aligned(16)));
static uint32_t ring_begin;

static void start_reception(uint32_t ring_bytes) {
    const uint32_t link =
        GPDMA_LLR_UB1 | GPDMA_LLR_UDA | GPDMA_LLR_ULL | ((uint32_t)&rx_link & GPDMA_LLR_LA_MASK);
    rx_link.br1 = ring_bytes;
    rx_link.dar = ring_begin;
    rx_link.llr = link;
    core_data_barrier(); /* the link is in memory before the channel may read it */

    GPDMA_FCR(RX) = GPDMA_SR_ALL;                   /* flags left from before the reset */
    GPDMA_TR1(RX) = GPDMA_TR1_DINC | GPDMA_TR1_DAP; /* bytes to bytes, from one address */
    GPDMA_TR2(RX) = PORT_RX_REQUEST;                /* a byte at the source's request */
    GPDMA_BR1(RX) = ring_bytes;
    GPDMA_SAR(RX) = USART_RDR_ADDRESS;
    GPDMA_DAR(RX) = ring_begin;
    GPDMA_LBAR(RX) = (uint32_t)&rx_link & 0xFFFF0000u;
    GPDMA_LLR(RX) = link;
    /* Highest priority: a byte that waits longer than a byte time is lost. */
    GPDMA_CR(RX) = (3u << GPDMA_CR_PRIO_SHIFT) | GPDMA_CR_LAP | GPDMA_CR_TCIE | GPDMA_CR_DTEIE |
                   GPDMA_CR_ULEIE | GPDMA_CR_USEIE;
    GPDMA_CR(RX) |= GPDMA_CR_EN;
}

static void prepare_transmission(void) {
    GPDMA_FCR(TX) = GPDMA_SR_ALL;
    GPDMA_TR1(TX) = GPDMA_TR1_SINC | GPDMA_TR1_SAP; /* bytes to bytes, to one address */
    GPDMA_TR2(TX) = PORT_TX_REQUEST | GPDMA_TR2_DREQ;
    GPDMA_DAR(TX) = USART_TDR_ADDRESS;
    GPDMA_LLR(TX) = 0u; /* no link: the channel disables itself after each block */
    GPDMA_CR(TX) = GPDMA_CR_TCIE | GPDMA_CR_DTEIE | GPDMA_CR_ULEIE | GPDMA_CR_USEIE;
}

void uart_dma_begin(const uint8_t *ring, uint32_t ring_bytes) {
    ring_begin = (uint32_t)ring;
    start_reception(ring_bytes);
    prepare_transmission();
}

static bool take_transfer_complete(uint32_t channel) {
    const uint32_t flags = GPDMA_SR(channel);
    if ((flags & GPDMA_SR_ERRORS) != 0u) {
        __builtin_trap();
    }
    if ((flags & GPDMA_SR_TCF) == 0u) {
        return false;
    }
    GPDMA_FCR(channel) = GPDMA_SR_TCF;
    (void)GPDMA_SR(channel); /* the flag has fallen before the interrupt ends */
    return true;
}

/* The destination address, not what remains of the block: it moves when a byte is in memory. */
uint32_t uart_dma_rx_offset(void) {
    return GPDMA_DAR(RX) - ring_begin;
}

bool uart_dma_rx_turned(void) {
    return (GPDMA_SR(RX) & GPDMA_SR_TCF) != 0u;
}

bool uart_dma_rx_take_turn(void) {
    return take_transfer_complete(RX);
}

void uart_dma_tx_start(const uint8_t *bytes, uint32_t count) {
    GPDMA_BR1(TX) = count;
    GPDMA_SAR(TX) = (uint32_t)bytes;
    GPDMA_CR(TX) |= GPDMA_CR_EN;
}

bool uart_dma_tx_take_end(void) {
    return take_transfer_complete(TX);
}
