/* SPDX-License-Identifier: Apache-2.0 */
/* Basic DMA: one channel of DMA1 or DMA2, circular, from one register to a ring of words.
 *
 * It answers the request that DMA_CSELR (as in the L4) or DMAMUX1 (as in the L4+) gives it. There
 * must be no cache between DMA and SRAM. */
#include "port/microphone_dma.h"

#include "port/dma_registers.h"
#include "port/port_config.h"

#define CHANNEL PORT_MICROPHONE_DMA_CHANNEL_BASE
#define CONTROLLER PORT_MICROPHONE_DMA_CONTROLLER
#define FLAG(flag) ((flag) << PORT_MICROPHONE_DMA_FLAGS_SHIFT)

static uint32_t words_of_ring;

void microphone_dma_begin(uint32_t source, const int32_t *ring, uint32_t ring_words) {
    words_of_ring = ring_words;
#if PORT_HAS_DMAMUX
    /* The request alone: no synchronisation, no events (RM0432, DMAMUX_CxCR). */
    PORT_REGISTER(PORT_MICROPHONE_DMA_MULTIPLEXER) = PORT_MICROPHONE_DMA_REQUEST;
#else
    DMA_CSELR(CONTROLLER) = (DMA_CSELR(CONTROLLER) & ~(0xFu << PORT_MICROPHONE_DMA_SELECT_SHIFT)) |
                            (PORT_MICROPHONE_DMA_REQUEST << PORT_MICROPHONE_DMA_SELECT_SHIFT);
#endif
    /* Addresses and count are written while the channel is off. A fixed peripheral address is the
     * reset value of PINC (RM0351, DMA_CCR). */
    DMA_IFCR(CONTROLLER) = FLAG(DMA_FLAG_ALL); /* flags left from before the reset */
    DMA_CPAR(CHANNEL) = source;
    DMA_CMAR(CHANNEL) = (uint32_t)ring;
    DMA_CNDTR(CHANNEL) = ring_words;
    /* Below the line's priority: a word may wait for 31 us, a byte of the line for 10. */
    DMA_CCR(CHANNEL) = DMA_CCR_PL_HIGH | DMA_CCR_MSIZE_WORD | DMA_CCR_PSIZE_WORD | DMA_CCR_MINC |
                       DMA_CCR_CIRC | DMA_CCR_HTIE | DMA_CCR_TCIE | DMA_CCR_TEIE;
    DMA_CCR(CHANNEL) |= DMA_CCR_EN;
}

/* The count falls when a word has been written to memory; after the last one it is loaded again. */
uint32_t microphone_dma_offset(void) {
    return words_of_ring - DMA_CNDTR(CHANNEL);
}

bool microphone_dma_turned(void) {
    return (DMA_ISR(CONTROLLER) & FLAG(DMA_FLAG_TRANSFER_COMPLETE)) != 0u;
}

bool microphone_dma_take_turn(void) {
    const uint32_t flags = DMA_ISR(CONTROLLER);
    if ((flags & FLAG(DMA_FLAG_TRANSFER_ERROR)) != 0u) {
        __builtin_trap();
    }
    /* Only what was seen: a turn that ends meanwhile interrupts again. */
    DMA_IFCR(CONTROLLER) = flags & FLAG(DMA_FLAG_HALF_TRANSFER | DMA_FLAG_TRANSFER_COMPLETE);
    (void)DMA_ISR(CONTROLLER); /* the flags have fallen before the interrupt ends */
    return (flags & FLAG(DMA_FLAG_TRANSFER_COMPLETE)) != 0u;
}
