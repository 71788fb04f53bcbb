/* SPDX-License-Identifier: Apache-2.0 */
/* GPDMA: one channel, from one register to a ring of words.
 *
 * One endless block over the ring, as for the UART's reception: when it ends, the channel loads its
 * one link, which says the same again (port/uart_dma.c). Port 0 reads the peripheral, port 1 writes
 * the memory. */
#include "port/microphone_dma.h"

#include "core/cortex_m.h"
#include "port/dma_registers.h"
#include "port/port_config.h"

#define CHANNEL PORT_MICROPHONE_DMA_CHANNEL_BASE

/* What the channel loads at the end of the block, in the order that the channel wants (RM0456,
 * GPDMA "Linked-list data structure"). Aligned to its size rounded up, it lies within one 64-KB
 * page, as its 16-bit address must. */
struct link {
    uint32_t br1;
    uint32_t dar;
    uint32_t llr;
};

static struct link next_turn __attribute__((aligned(16)));
static uint32_t ring_begin;

void microphone_dma_begin(uint32_t source, const int32_t *ring, uint32_t ring_words) {
    const uint32_t bytes = ring_words * (uint32_t)sizeof(int32_t);
    const uint32_t link =
        GPDMA_LLR_UB1 | GPDMA_LLR_UDA | GPDMA_LLR_ULL | ((uint32_t)&next_turn & GPDMA_LLR_LA_MASK);
    ring_begin = (uint32_t)ring;
    next_turn.br1 = bytes;
    next_turn.dar = ring_begin;
    next_turn.llr = link;
    core_data_barrier(); /* the link is in memory before the channel may read it */

    GPDMA_FCR(CHANNEL) = GPDMA_SR_ALL; /* flags left from before the reset */
    GPDMA_TR1(CHANNEL) = GPDMA_TR1_SDW_WORD | GPDMA_TR1_DDW_WORD | GPDMA_TR1_DINC | GPDMA_TR1_DAP;
    GPDMA_TR2(CHANNEL) = PORT_MICROPHONE_DMA_REQUEST; /* a word at the source's request */
    GPDMA_BR1(CHANNEL) = bytes;
    GPDMA_SAR(CHANNEL) = source;
    GPDMA_DAR(CHANNEL) = ring_begin;
    GPDMA_LBAR(CHANNEL) = (uint32_t)&next_turn & 0xFFFF0000u;
    GPDMA_LLR(CHANNEL) = link;
    /* Below the line's priority: a word may wait for 31 us, a byte of the line for 10. */
    GPDMA_CR(CHANNEL) = (2u << GPDMA_CR_PRIO_SHIFT) | GPDMA_CR_LAP | GPDMA_CR_HTIE | GPDMA_CR_TCIE |
                        GPDMA_CR_DTEIE | GPDMA_CR_ULEIE | GPDMA_CR_USEIE;
    GPDMA_CR(CHANNEL) |= GPDMA_CR_EN;
}

/* The destination address, not what remains of the block: it moves when a word is in memory. */
uint32_t microphone_dma_offset(void) {
    return (GPDMA_DAR(CHANNEL) - ring_begin) / (uint32_t)sizeof(int32_t);
}

bool microphone_dma_turned(void) {
    return (GPDMA_SR(CHANNEL) & GPDMA_SR_TCF) != 0u;
}

bool microphone_dma_take_turn(void) {
    const uint32_t flags = GPDMA_SR(CHANNEL);
    if ((flags & GPDMA_SR_ERRORS) != 0u) {
        __builtin_trap();
    }
    /* Only what was seen: a turn that ends meanwhile interrupts again. */
    GPDMA_FCR(CHANNEL) = flags & (GPDMA_SR_HTF | GPDMA_SR_TCF);
    (void)GPDMA_SR(CHANNEL); /* the flags have fallen before the interrupt ends */
    return (flags & GPDMA_SR_TCF) != 0u;
}
