/* SPDX-License-Identifier: Apache-2.0 */
/* Basic DMA: two channels of DMA1 or DMA2.
 *
 * Reception is circular: after the last byte of the ring the channel begins again by itself. A
 * channel answers the request that DMA_CSELR (as in the L4) or DMAMUX1 (as in the L4+) gives it.
 * There must be no cache between DMA and SRAM. */
#include "port/uart_dma.h"

#include "port/dma_registers.h"
#include "port/port_config.h"
#include "port/usart_registers.h"

#define RX PORT_RX_CHANNEL_BASE
#define TX PORT_TX_CHANNEL_BASE
#define RX_FLAG(flag) ((flag) << PORT_RX_FLAGS_SHIFT)
#define TX_FLAG(flag) ((flag) << PORT_TX_FLAGS_SHIFT)

static uint32_t rx_bytes;

static void choose_requests(void) {
#if PORT_HAS_DMAMUX
    /* The request alone: no synchronisation, no events (RM0432, DMAMUX_CxCR). */
    PORT_REGISTER(PORT_RX_MULTIPLEXER) = PORT_RX_REQUEST;
    PORT_REGISTER(PORT_TX_MULTIPLEXER) = PORT_TX_REQUEST;
#else
    DMA_CSELR(PORT_RX_CONTROLLER) =
        (DMA_CSELR(PORT_RX_CONTROLLER) & ~(0xFu << PORT_RX_SELECT_SHIFT)) |
        (PORT_RX_REQUEST << PORT_RX_SELECT_SHIFT);
    DMA_CSELR(PORT_TX_CONTROLLER) =
        (DMA_CSELR(PORT_TX_CONTROLLER) & ~(0xFu << PORT_TX_SELECT_SHIFT)) |
        (PORT_TX_REQUEST << PORT_TX_SELECT_SHIFT);
#endif
}

/* Bytes to bytes are the reset values of PSIZE and MSIZE, a fixed peripheral address that of PINC
 * (RM0351, DMA_CCR). Addresses and count are written while the channel is off. */
void uart_dma_begin(const uint8_t *ring, uint32_t ring_bytes) {
    choose_requests();
    rx_bytes = ring_bytes;

    DMA_IFCR(PORT_RX_CONTROLLER) = RX_FLAG(DMA_FLAG_ALL); /* flags left from before the reset */
    DMA_CPAR(RX) = USART_RDR_ADDRESS;
    DMA_CMAR(RX) = (uint32_t)ring;
    DMA_CNDTR(RX) = ring_bytes;
    /* Highest priority: a byte that waits longer than a byte time is lost. */
    DMA_CCR(RX) = DMA_CCR_PL_HIGHEST | DMA_CCR_MINC | DMA_CCR_CIRC | DMA_CCR_TCIE | DMA_CCR_TEIE;
    DMA_CCR(RX) |= DMA_CCR_EN;

    DMA_IFCR(PORT_TX_CONTROLLER) = TX_FLAG(DMA_FLAG_ALL);
    DMA_CPAR(TX) = USART_TDR_ADDRESS;
    DMA_CCR(TX) = DMA_CCR_MINC | DMA_CCR_DIR_FROM_MEMORY | DMA_CCR_TCIE | DMA_CCR_TEIE;
}

/* The count falls when a byte has been written to memory; after the last one it is loaded again. */
uint32_t uart_dma_rx_offset(void) {
    return rx_bytes - DMA_CNDTR(RX);
}

bool uart_dma_rx_turned(void) {
    return (DMA_ISR(PORT_RX_CONTROLLER) & RX_FLAG(DMA_FLAG_TRANSFER_COMPLETE)) != 0u;
}

bool uart_dma_rx_take_turn(void) {
    if ((DMA_ISR(PORT_RX_CONTROLLER) & RX_FLAG(DMA_FLAG_TRANSFER_ERROR)) != 0u) {
        __builtin_trap();
    }
    if (!uart_dma_rx_turned()) {
        return false;
    }
    DMA_IFCR(PORT_RX_CONTROLLER) = RX_FLAG(DMA_FLAG_TRANSFER_COMPLETE);
    (void)DMA_ISR(PORT_RX_CONTROLLER); /* the flag has fallen before the interrupt ends */
    return true;
}

void uart_dma_tx_start(const uint8_t *bytes, uint32_t count) {
    DMA_CMAR(TX) = (uint32_t)bytes;
    DMA_CNDTR(TX) = count;
    DMA_CCR(TX) |= DMA_CCR_EN;
}

bool uart_dma_tx_take_end(void) {
    const uint32_t flags = DMA_ISR(PORT_TX_CONTROLLER);
    if ((flags & TX_FLAG(DMA_FLAG_TRANSFER_ERROR)) != 0u) {
        __builtin_trap();
    }
    if ((flags & TX_FLAG(DMA_FLAG_TRANSFER_COMPLETE)) == 0u) {
        return false;
    }
    DMA_CCR(TX) &= ~DMA_CCR_EN; /* a finished channel stays enabled, and would take no new block */
    DMA_IFCR(PORT_TX_CONTROLLER) = TX_FLAG(DMA_FLAG_TRANSFER_COMPLETE);
    (void)DMA_ISR(PORT_TX_CONTROLLER);
    return true;
}
