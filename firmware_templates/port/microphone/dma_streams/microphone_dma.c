/* SPDX-License-Identifier: Apache-2.0 */
/* DMA with streams: one of DMA1 or DMA2 behind DMAMUX1, circular, from one register to a ring of
 * words.
 *
 * The ring is where the DMA reaches it and no cache is between (port/memory.c). In direct mode a
 * stream has no FIFO to fill: a word goes to memory as soon as it was read. */
#include "port/microphone_dma.h"

#include "port/dma_registers.h"
#include "port/port_config.h"

#define STREAM PORT_MICROPHONE_DMA_STREAM
#define FLAG(flag) ((flag) << PORT_MICROPHONE_DMA_FLAGS_SHIFT)

static uint32_t words_of_ring;

void microphone_dma_begin(uint32_t source, const int32_t *ring, uint32_t ring_words) {
    words_of_ring = ring_words;
    /* The request alone: no synchronisation, no events (RM0433, DMAMUX_CxCR). */
    PORT_REGISTER(PORT_MICROPHONE_DMA_MULTIPLEXER) = PORT_MICROPHONE_DMA_REQUEST;

    /* Addresses and count are written while the stream is off, and flags are cleared before it is
     * on (RM0433, DMA "Stream configuration procedure"). Direct mode is the reset value of
     * DMA_SxFCR, a fixed peripheral address that of PINC. */
    PORT_REGISTER(PORT_MICROPHONE_DMA_CLEAR) = FLAG(DMA_FLAG_ALL);
    DMA_SPAR(STREAM) = source;
    DMA_SM0AR(STREAM) = (uint32_t)ring;
    DMA_SNDTR(STREAM) = ring_words;
    /* Below the line's priority: a word may wait for 31 us, a byte of the line for 10. */
    DMA_SCR(STREAM) = DMA_SCR_PL_HIGH | DMA_SCR_MSIZE_WORD | DMA_SCR_PSIZE_WORD | DMA_SCR_MINC |
                      DMA_SCR_CIRC | DMA_SCR_HTIE | DMA_SCR_TCIE | DMA_SCR_TEIE | DMA_SCR_DMEIE;
    DMA_SCR(STREAM) |= DMA_SCR_EN;
}

/* The count falls with each word; after the last one it is loaded again. */
uint32_t microphone_dma_offset(void) {
    return words_of_ring - DMA_SNDTR(STREAM);
}

bool microphone_dma_turned(void) {
    return (PORT_REGISTER(PORT_MICROPHONE_DMA_STATUS) & FLAG(DMA_FLAG_TRANSFER_COMPLETE)) != 0u;
}

bool microphone_dma_take_turn(void) {
    const uint32_t flags = PORT_REGISTER(PORT_MICROPHONE_DMA_STATUS);
    if ((flags & FLAG(DMA_FLAG_ERRORS)) != 0u) {
        __builtin_trap();
    }
    /* Only what was seen: a turn that ends meanwhile interrupts again. */
    PORT_REGISTER(PORT_MICROPHONE_DMA_CLEAR) =
        flags & FLAG(DMA_FLAG_HALF_TRANSFER | DMA_FLAG_TRANSFER_COMPLETE);
    (void)PORT_REGISTER(PORT_MICROPHONE_DMA_STATUS); /* fallen before the interrupt ends */
    return (flags & FLAG(DMA_FLAG_TRANSFER_COMPLETE)) != 0u;
}
