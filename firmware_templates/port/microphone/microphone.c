/* SPDX-License-Identifier: Apache-2.0 */
/* The ring between a microphone's DMA and the application.
 *
 * The DMA fills the ring without end. How far it is follows from the turns that its interrupt
 * counts and from the channel's own counter, as in port/uart.c. The interrupts at each half wake
 * the core, and have it empty the ring. */
#include "port/microphone.h"

#include "core/cortex_m.h"
#include "port/canary.h"
#include "port/interrupts.h"
#include "port/microphone_dma.h"
#include "port/microphone_source.h"
#include "port/port_config.h"

#define RING_WORDS PORT_MICROPHONE_RING_WORDS

/* Priority in the NVIC: after the line, whose bytes come three times as often. */
#define MICROPHONE_PRIORITY 4u

_Static_assert(RING_WORDS % PORT_MICROPHONE_BLOCK_WORDS == 0u &&
                   RING_WORDS / PORT_MICROPHONE_BLOCK_WORDS >= 2u,
               "while one block is read another one is filled");

static struct {
    volatile uint32_t before;
    int32_t words[RING_WORDS];
    volatile uint32_t behind;
} ring MICROPHONE_DMA_BUFFER;
static volatile uint32_t turns; /* times that the ring was filled to its end */
static volatile bool half_full; /* a half has been filled since the last look at the ring */
static uint32_t read_total;     /* words consumed since microphone_begin(), modulo 2^32 */
static uint32_t read_offset;
static uint32_t seen_total; /* the last answer of received() */
static uint32_t lost;

/* Words received since microphone_begin(), modulo 2^32, and where the next one goes.
 *
 * A word counts once it is in memory. The interrupt may count a turn between the reads, the end of
 * the ring stands for a moment until the channel begins again, and it may have begun again before
 * its flag says so: all of that shows, the last as a total that falls, and the reading is
 * repeated. */
static uint32_t received(uint32_t *offset) {
    uint32_t counted;
    bool turned;
    uint32_t total;
    do {
        counted = turns;
        turned = microphone_dma_turned();
        *offset = microphone_dma_offset();
        /* A turn that has ended counts, though its interrupt is still to come. */
        total = (counted + (turned ? 1u : 0u)) * RING_WORDS + *offset;
    } while (*offset >= RING_WORDS || counted != turns || turned != microphone_dma_turned() ||
             total - seen_total > UINT32_MAX / 2u);
    seen_total = total;
    return total;
}

static void advance(uint32_t count) {
    read_total += count;
    read_offset += count;
    if (read_offset >= RING_WORDS) {
        read_offset -= RING_WORDS;
    }
}

static uint32_t waiting_words(void) {
    uint32_t offset;
    const uint32_t total = received(&offset);
    uint32_t waiting = total - read_total;
    if (microphone_source_take_overrun()) {
        lost++; /* one at least: a flag does not count */
    }
    if (waiting > RING_WORDS) {
        /* Overwritten before it was read: what is in the ring is of two turns. */
        lost += waiting;
        read_total = total - (offset & 1u); /* an even place: words come in pairs */
        read_offset = offset & ~1u;
        waiting = 0u;
    }
    return waiting;
}

void microphone_begin(void) {
    canaries_set(&ring.before, &ring.behind);
    microphone_source_begin();
    microphone_dma_begin(microphone_source_address(), ring.words, RING_WORDS);
    core_enable_line(PORT_MICROPHONE_DMA_LINE, MICROPHONE_PRIORITY);
    microphone_source_start();
}

uint32_t microphone_span(const int32_t **words) {
    half_full = false;
    const uint32_t waiting = waiting_words();
    const uint32_t to_end = RING_WORDS - read_offset;
    const uint32_t count = (waiting < to_end ? waiting : to_end) & ~1u;
    core_memory_barrier(); /* the position was read before the words are */
    *words = &ring.words[read_offset];
    return count;
}

void microphone_consume(uint32_t count) {
    uint32_t offset;
    const uint32_t total = received(&offset);
    if (total - read_total > RING_WORDS) {
        return; /* overwritten while it was read: the next call counts all of it as lost */
    }
    advance(count);
}

/* After a half even less than a block is worth taking: the next interrupt comes half a ring later,
 * and what waits then must leave room for what the caller does meanwhile. */
bool microphone_pending(void) {
    const uint32_t waiting = waiting_words();
    return waiting >= PORT_MICROPHONE_BLOCK_WORDS || (half_full && waiting >= 2u) || lost != 0u;
}

uint32_t microphone_take_overruns(void) {
    const uint32_t taken = lost;
    lost = 0u;
    return taken;
}

const volatile uint32_t *microphone_damaged_canary(void) {
    return canaries_damaged(&ring.before, &ring.behind);
}

void microphone_dma_interrupt(void) {
    half_full = true;
    if (microphone_dma_take_turn()) {
        turns++;
    }
}
