/* SPDX-License-Identifier: Apache-2.0 */
/* DMA with streams: two of DMA1 or DMA2, behind DMAMUX1.
 *
 * Reception is circular: after the last byte of the ring the stream begins again by itself. Both
 * rings are where the DMA reaches them and no cache is between (port/memory.c). In direct mode
 * a stream has no FIFO to fill: a byte goes to memory as soon as it was read. */
#include "port/uart_dma.h"

#include "port/dma_registers.h"
#include "port/port_config.h"
#include "port/registers.h"
#include "port/usart_registers.h"

#define RX PORT_RX_STREAM
#define TX PORT_TX_STREAM
#define RX_FLAG(flag) ((flag) << PORT_RX_FLAGS_SHIFT)
#define TX_FLAG(flag) ((flag) << PORT_TX_FLAGS_SHIFT)

static uint32_t rx_bytes;

/* Both directions. Bytes to bytes are the reset values of PSIZE and MSIZE, a fixed peripheral
 * address that of PINC, direct mode that of DMA_SxFCR (RM0433, DMA). */
static uint32_t stream_settings(void) {
    const uint32_t settings = DMA_SCR_MINC | DMA_SCR_TCIE | DMA_SCR_TEIE | DMA_SCR_DMEIE;
    /* Without TRBUFF a stream that serves a UART may lock up (errata sheet ES0392, "DMA stream
     * could be locked when transferring data to/from USART/UART"). Early revisions lack the bit. */
#if PORT_TRBUFF_REVISION
    if (DBGMCU_REVISION < PORT_TRBUFF_REVISION) {
        return settings;
    }
#endif
    return settings | DMA_SCR_TRBUFF;
}

void uart_dma_begin(const uint8_t *ring, uint32_t ring_bytes) {
    rx_bytes = ring_bytes;
    /* The request alone: no synchronisation, no events (RM0433, DMAMUX_CxCR). */
    PORT_REGISTER(PORT_RX_MULTIPLEXER) = PORT_RX_REQUEST;
    PORT_REGISTER(PORT_TX_MULTIPLEXER) = PORT_TX_REQUEST;

    /* Addresses and count are written while the stream is off, and flags are cleared before it is
     * on (RM0433, DMA "Stream configuration procedure"). */
    PORT_REGISTER(PORT_RX_CLEAR) = RX_FLAG(DMA_FLAG_ALL);
    DMA_SPAR(RX) = USART_RDR_ADDRESS;
    DMA_SM0AR(RX) = (uint32_t)ring;
    DMA_SNDTR(RX) = ring_bytes;
    /* Highest priority: a byte that waits longer than a byte time is lost. */
    DMA_SCR(RX) = stream_settings() | DMA_SCR_PL_HIGHEST | DMA_SCR_CIRC;
    DMA_SCR(RX) |= DMA_SCR_EN;

    PORT_REGISTER(PORT_TX_CLEAR) = TX_FLAG(DMA_FLAG_ALL);
    DMA_SPAR(TX) = USART_TDR_ADDRESS;
    DMA_SCR(TX) = stream_settings() | DMA_SCR_DIR_FROM_MEMORY;
}

/* The count falls with each byte; after the last one it is loaded again. */
uint32_t uart_dma_rx_offset(void) {
    return rx_bytes - DMA_SNDTR(RX);
}

bool uart_dma_rx_turned(void) {
    return (PORT_REGISTER(PORT_RX_STATUS) & RX_FLAG(DMA_FLAG_TRANSFER_COMPLETE)) != 0u;
}

bool uart_dma_rx_take_turn(void) {
    if ((PORT_REGISTER(PORT_RX_STATUS) & RX_FLAG(DMA_FLAG_ERRORS)) != 0u) {
        __builtin_trap();
    }
    if (!uart_dma_rx_turned()) {
        return false;
    }
    PORT_REGISTER(PORT_RX_CLEAR) = RX_FLAG(DMA_FLAG_TRANSFER_COMPLETE);
    (void)PORT_REGISTER(PORT_RX_STATUS); /* the flag has fallen before the interrupt ends */
    return true;
}

void uart_dma_tx_start(const uint8_t *bytes, uint32_t count) {
    PORT_REGISTER(PORT_TX_CLEAR) = TX_FLAG(DMA_FLAG_ALL);
    DMA_SM0AR(TX) = (uint32_t)bytes;
    DMA_SNDTR(TX) = count;
    DMA_SCR(TX) |= DMA_SCR_EN; /* the stream switches itself off after the block */
}

bool uart_dma_tx_take_end(void) {
    const uint32_t flags = PORT_REGISTER(PORT_TX_STATUS);
    if ((flags & TX_FLAG(DMA_FLAG_ERRORS)) != 0u) {
        __builtin_trap();
    }
    if ((flags & TX_FLAG(DMA_FLAG_TRANSFER_COMPLETE)) == 0u) {
        return false;
    }
    PORT_REGISTER(PORT_TX_CLEAR) = TX_FLAG(DMA_FLAG_TRANSFER_COMPLETE);
    (void)PORT_REGISTER(PORT_TX_STATUS);
    return true;
}
