/* SPDX-License-Identifier: Apache-2.0 */
/* Registers and a correct start-up for the small test images. Each step can be left out or changed
 * by a -D option, so that a test can break one rule at a time. */
#ifndef CHIP_H
#define CHIP_H
#include <stdint.h>

#define R32(address) (*(volatile uint32_t *)(address))
#define R16(address) (*(volatile uint16_t *)(address))
#define R8(address) (*(volatile uint8_t *)(address))

#define RCC 0x46020C00u
#define PWR 0x46020800u
#define FLASH_R 0x40022000u
#define ICACHE 0x40030400u
#define GPIOA 0x42020000u
#define GPIOB 0x42020400u
#define USART1 0x40013800u
#define GPDMA1 0x40020000u
#define IWDG 0x40003000u
#define DMA_CHANNEL(n) (GPDMA1 + 0x50u + 0x80u * (n))
#define SCB 0xE000ED00u
#define NVIC 0xE000E100u
#define SYSTICK 0xE000E010u
#define DEMCR R32(0xE000EDFCu)
#define DWT_CTRL R32(0xE0001000u)
#define DWT_CYCCNT R32(0xE0001004u)
#define CPACR R32(0xE000ED88u)

#ifndef WAIT_STATES
#define WAIT_STATES 4u
#endif
#ifndef PLL_N
#define PLL_N 80u
#endif
#ifndef BRR_VALUE
#define BRR_VALUE 174u /* 160 MHz / 921600 */
#endif
#ifndef VOS
#define VOS 3u
#endif

static inline void barrier(void) {
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static inline void enable(uint32_t offset, uint32_t bit) {
    R32(RCC + offset) |= 1u << bit;
    (void)R32(RCC + offset);
}

static inline void fpu_begin(void) {
    CPACR |= 0xFu << 20;
    barrier();
}

/* MSIS 4 MHz -> PLL1 (N 80, R 2) -> 160 MHz. */
static inline void clock_begin(void) {
    enable(0x94, 2); /* PWR */
    R32(PWR + 0x0C) = VOS << 16;
    while (!(R32(PWR + 0x0C) & 1u << 15)) {
    }
    R32(RCC + 0x28) = 1u; /* PLL1 from MSIS, M 1, booster 1 */
#ifndef NO_BOOSTER
    R32(PWR + 0x0C) |= 1u << 18;
#ifndef NO_BOOSTER_WAIT
    while (!(R32(PWR + 0x0C) & 1u << 14)) {
    }
#endif
#endif
    R32(RCC + 0x34) = (PLL_N - 1u) | 1u << 9 | 1u << 16 | 1u << 24;
    R32(RCC + 0x00) |= 1u << 24;
    while (!(R32(RCC + 0x00) & 1u << 25)) {
    }
    R32(RCC + 0x28) |= 1u << 18;
    R32(FLASH_R + 0x00) = WAIT_STATES | 1u << 8;
    R32(RCC + 0x1C) = 3u;
    while ((R32(RCC + 0x1C) >> 2 & 3u) != 3u) {
    }
}

static inline void pins_begin(void) {
    enable(0x8C, 0); /* GPIOA */
    R32(GPIOA + 0x24) = (R32(GPIOA + 0x24) & ~0x00000FF0u) | 0x00000770u;
    R32(GPIOA + 0x00) = (R32(GPIOA + 0x00) & ~0x003C0000u) | 0x00280000u;
}

static inline void uart_begin(uint32_t cr3) {
    enable(0xA4, 14); /* USART1 */
    R32(USART1 + 0x0C) = BRR_VALUE;
    R32(USART1 + 0x08) = cr3;
    R32(USART1 + 0x00) = 0xDu; /* UE, RE, TE */
}

static inline void put(uint8_t byte) {
    while (!(R32(USART1 + 0x1C) & 1u << 7)) {
    }
    R32(USART1 + 0x28) = byte;
}

static inline int get(void) {
    while (!(R32(USART1 + 0x1C) & 1u << 5)) {
    }
    return (int)R32(USART1 + 0x24);
}

static inline void put_word(uint32_t value) {
    for (int i = 0; i < 4; i++) {
        put((uint8_t)(value >> 8 * i));
    }
}

static inline void begin(void) {
    fpu_begin();
    clock_begin();
    pins_begin();
    uart_begin(0);
}
#endif
