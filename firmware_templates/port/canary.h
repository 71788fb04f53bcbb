/* SPDX-License-Identifier: Apache-2.0 */
/* A word before and one behind each ring that a DMA writes to or reads from. Nobody writes them
 * after the start: one that differs tells of a DMA, an index or a pointer that went beyond.
 *
 * They stand in one object with their ring, so that nothing else can lie between. Where there is a
 * data cache, that object is in memory which no cache holds (port/memory.c): the words may share a
 * line of 32 bytes with what the DMA writes. */
#ifndef PORT_CANARY_H
#define PORT_CANARY_H

#include <stddef.h>
#include <stdint.h>

/* Neither text nor a sample nor an address, and no byte of it is 0 or 0xFF. */
#define CANARY 0xC5A91B6Du

static inline void canaries_set(volatile uint32_t *before, volatile uint32_t *behind) {
    *before = CANARY;
    *behind = CANARY;
}

/* The first of the two that differs; NULL: neither. */
static inline const volatile uint32_t *canaries_damaged(const volatile uint32_t *before,
                                                        const volatile uint32_t *behind) {
    if (*before != CANARY) {
        return before;
    }
    return *behind != CANARY ? behind : NULL;
}

#endif
