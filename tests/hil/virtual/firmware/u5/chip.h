/* SPDX-License-Identifier: Apache-2.0 */
/* Registers and a correct start-up for the small test images. Each step can be left out or changed
 * by a -D option, so that a test can break one rule at a time. */
#ifndef CHIP_H
#define CHIP_H

#define RCC 0x46020C00u
#define PWR 0x46020800u
#define FLASH_R 0x40022000u
#define ICACHE 0x40030400u
#define GPIOA 0x42020000u
#define GPIOB 0x42020400u
#define GPIOE 0x42021000u
#define USART1 0x40013800u
#define UART USART1
#define GPDMA1 0x40020000u
#define IWDG 0x40003000u
#define ADF1 0x46024000u
#define DMA_CHANNEL(n) (GPDMA1 + 0x50u + 0x80u * (n))

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

#define INTERRUPTS 126
#define HANDLERS                                                                                   \
    WEAK(exti0);                                                                                   \
    WEAK(exti1);                                                                                   \
    WEAK(dma0);                                                                                    \
    WEAK(dma1);                                                                                    \
    WEAK(usart1);                                                                                  \
    WEAK(adf1)
#define VECTORS                                                                                    \
    [16 + 11] = exti0, [16 + 12] = exti1, [16 + 29] = dma0, [16 + 30] = dma1, [16 + 61] = usart1,  \
          [16 + 112] = adf1

#include "any_chip.h"

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
#ifndef NO_ACR_READ
    (void)R32(FLASH_R + 0x00); /* the wait states count once they are read back */
#endif
    R32(RCC + 0x1C) = 3u;
    while ((R32(RCC + 0x1C) >> 2 & 3u) != 3u) {
    }
}

static inline void pins_begin(void) {
    enable(0x8C, 0); /* GPIOA */
    pin(GPIOA, 9, 7);
    pin(GPIOA, 10, 7);
}

static inline void uart_begin(uint32_t cr3) {
    enable(0xA4, 14); /* USART1 */
    R32(USART1 + 0x0C) = BRR_VALUE;
    R32(USART1 + 0x08) = cr3;
    R32(USART1 + 0x00) = 0xDu; /* UE, RE, TE */
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
