/* SPDX-License-Identifier: Apache-2.0 */
/* What the small test images of all chips share. A family's chip.h includes it once RCC, UART and
 * the rest of its addresses are defined. */
#ifndef ANY_CHIP_H
#define ANY_CHIP_H
#include <stdint.h>

#define R32(address) (*(volatile uint32_t *)(address))
#define R16(address) (*(volatile uint16_t *)(address))
#define R8(address) (*(volatile uint8_t *)(address))

#define SCB 0xE000ED00u
#define NVIC 0xE000E100u
#define SYSTICK 0xE000E010u
#define DEMCR R32(0xE000EDFCu)
#define DWT_CTRL R32(0xE0001000u)
#define DWT_CYCCNT R32(0xE0001004u)
#define CPACR R32(0xE000ED88u)

static inline void barrier(void) {
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static inline void enable(uint32_t offset, uint32_t bit) {
    R32(RCC + offset) |= 1u << bit;
    (void)R32(RCC + offset);
}

static inline void wait_turns(uint32_t turns) {
    for (volatile uint32_t i = 0; i < turns; i++) {
    }
}

/* Between two looks at a flag: each look costs the emulator more than these turns. */
static inline void wait_between_looks(void) {
    uint32_t turns = 50u;
    __asm volatile("1: subs %0, %0, #1\n\tbne 1b" : "+r"(turns)::"cc");
}

static inline void fpu_begin(void) {
    CPACR |= 0xFu << 20;
    barrier();
}

/* Give a pin an alternate function. */
static inline void pin(uint32_t port, uint32_t number, uint32_t function) {
    const uint32_t shift = 4u * (number & 7u), afr = port + 0x20u + (number & 8u) / 2u;
    R32(afr) = (R32(afr) & ~(15u << shift)) | function << shift;
    R32(port) = (R32(port) & ~(3u << 2u * number)) | 2u << 2u * number;
}

static inline void put(uint8_t byte) {
    while (!(R32(UART + 0x1C) & 1u << 7)) {
        wait_between_looks();
    }
    R32(UART + 0x28) = byte;
}

static inline int get(void) {
    while (!(R32(UART + 0x1C) & 1u << 5)) {
    }
    return (int)R32(UART + 0x24);
}
#endif
