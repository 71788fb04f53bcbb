/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the STM32H743 and H7A3 and a correct start-up for the small test images. H743 or
 * H7A3 is defined. Each step can be left out or changed by a -D option, so that a test can break
 * one rule at a time. */
#ifndef CHIP_H
#define CHIP_H

#define AXI __attribute__((section(".axi"), aligned(32)))
#define SRAM1 __attribute__((section(".sram1"), aligned(32)))
#define ITCM __attribute__((section(".itcm"), noipa, long_call))
#define HAS_ITCM

#define RCC 0x58024400u
#define RCC_CR R32(RCC + 0x00)
#define RCC_CFGR R32(RCC + 0x10)
#define RCC_CORE_DIV R32(RCC + 0x18) /* D1CFGR, CDCFGR1 */
#define RCC_APB_DIV R32(RCC + 0x1C)  /* D2CFGR, CDCFGR2 */
#define RCC_APB4_DIV R32(RCC + 0x20) /* D3CFGR, SRDCFGR */
#define RCC_PLLCKSELR R32(RCC + 0x28)
#define RCC_PLLCFGR R32(RCC + 0x2C)
#define RCC_PLL1DIVR R32(RCC + 0x30)
#define RCC_PLL1FRACR R32(RCC + 0x34)
#define RCC_UART_CLOCK R32(RCC + 0x54) /* D2CCIP2R, CDCCIP2R */
#ifdef H743
#define RSR 0xD0
#else
#define RSR 0x130
#endif
#define RCC_RSR R32(RCC + RSR)
#define AHB1ENR (RSR + 0x08)
#define AHB2ENR (RSR + 0x0C)
#define AHB4ENR (RSR + 0x10)
#define APB1LENR (RSR + 0x18)
#define APB4ENR (RSR + 0x24)
#define PWR 0x58024800u
#define PWR_CSR1 R32(PWR + 0x04)
#define PWR_CR3 R32(PWR + 0x0C)
#define PWR_VOS R32(PWR + 0x18) /* D3CR, SRDCR */
#define ACTVOSRDY (1u << 13)
#define VOSRDY (1u << 13)
#define SYSCFG_PWRCR R32(0x58000400u + 0x2C)
#define FLASH_R 0x52002000u
#define FLASH_ACR R32(FLASH_R)
#define GPIOD 0x58020C00u
#define DMA1 0x40020000u
#define DMA1_LISR R32(DMA1 + 0x00)
#define DMA1_LIFCR R32(DMA1 + 0x08)
#define SCR(n) R32(DMA1 + 0x10 + 24 * (n))
#define SNDTR(n) R32(DMA1 + 0x14 + 24 * (n))
#define SPAR(n) R32(DMA1 + 0x18 + 24 * (n))
#define SM0AR(n) R32(DMA1 + 0x1C + 24 * (n))
#define SM1AR(n) R32(DMA1 + 0x20 + 24 * (n))
#define SFCR(n) R32(DMA1 + 0x24 + 24 * (n))
#define DMAMUX 0x40020800u
#define UART 0x40004800u
#define IWDG 0x58004800u
#define DBGMCU_IDCODE R32(0x5C001000u)
#define DWT_LAR R32(0xE0001FB0u)
#define CCR R32(SCB + 0x14)
#define MPU_CTRL R32(0xE000ED94u)
#define MPU_RNR R32(0xE000ED98u)
#define MPU_RBAR R32(0xE000ED9Cu)
#define MPU_RASR R32(0xE000EDA0u)
#define ICIALLU R32(0xE000EF50u)
#define DCIMVAC R32(0xE000EF5Cu)
#define DCISW R32(0xE000EF60u)
#define DCCMVAC R32(0xE000EF68u)
#define DCCSW R32(0xE000EF6Cu)
#define DCCIMVAC R32(0xE000EF70u)
#define DCCISW R32(0xE000EF74u)

#define RX_STREAM 0
#define TX_STREAM 1
#define UART_INTERRUPT 39

/* h743: 8 MHz / 1 * 120 / 2 = 480 MHz, AXI 240 MHz, APB 120 MHz.
 * h7a3: 8 MHz / 1 * 70 / 2 = 280 MHz, AXI 280 MHz, APB 140 MHz. */
#ifndef PLL_M
#define PLL_M 1u
#endif
#ifndef PLL_P
#define PLL_P 2u
#endif
#ifndef PLL_Q
#define PLL_Q 2u
#endif
#ifndef PLL_OUTPUTS
#define PLL_OUTPUTS 1u
#endif
#ifndef PLL_RGE
#define PLL_RGE 3u
#endif
#ifndef PLL_VCOSEL
#define PLL_VCOSEL 0u
#endif
#ifndef APB_CODE
#define APB_CODE 4u /* AHB / 2 */
#endif
#ifdef H743
#ifndef PLL_N
#define PLL_N 120u
#endif
#ifndef WAIT_STATES
#define WAIT_STATES 4u
#endif
#ifndef SIGNAL_DELAY
#define SIGNAL_DELAY 2u
#endif
#ifndef SUPPLY
#define SUPPLY 2u /* LDOEN */
#endif
#ifndef VOS_CODE
#define VOS_CODE 3u /* VOS1 */
#endif
#ifndef HPRE
#define HPRE 8u /* core / 2 */
#endif
#ifndef BRR_VALUE
#define BRR_VALUE 130u /* 120 MHz / 921600 */
#endif
#else
#ifndef PLL_N
#define PLL_N 70u
#endif
#ifndef WAIT_STATES
#define WAIT_STATES 6u
#endif
#ifndef SIGNAL_DELAY
#define SIGNAL_DELAY 3u
#endif
#ifndef SUPPLY
#define SUPPLY 4u /* SMPSEN */
#endif
#ifndef VOS_CODE
#define VOS_CODE 3u /* VOS0 */
#endif
#ifndef HPRE
#define HPRE 0u
#endif
#ifndef BRR_VALUE
#define BRR_VALUE 152u /* 140 MHz / 921600 */
#endif
#endif
#ifndef HSE_BITS
#define HSE_BITS (1u << 18) /* HSEBYP */
#endif

#define INTERRUPTS 150
#define HANDLERS                                                                                   \
    WEAK(exti0);                                                                                   \
    WEAK(exti1);                                                                                   \
    WEAK(dma_rx);                                                                                  \
    WEAK(dma_tx);                                                                                  \
    WEAK(uart)
#define VECTORS                                                                                    \
    [16 + 6] = exti0, [16 + 7] = exti1, [16 + 11 + RX_STREAM] = dma_rx,                            \
          [16 + 11 + TX_STREAM] = dma_tx, [16 + UART_INTERRUPT] = uart

#include "any_chip.h"

static inline void supply_begin(void) {
#ifndef NO_SUPPLY
    PWR_CR3 = SUPPLY;
#ifndef NO_SUPPLY_WAIT
    while (!(PWR_CSR1 & ACTVOSRDY)) {
    }
#endif
#endif
}

/* Nothing may be written to RAM before the supply is configured. */
#ifndef RAM_FIRST
#define BEFORE_RAM() supply_begin()
#endif

static inline void voltage_begin(void) {
    PWR_VOS = VOS_CODE << 14;
    (void)PWR_VOS; /* the flag may be of the voltage before */
#ifndef NO_VOS_WAIT
    while (!(PWR_VOS & VOSRDY)) {
    }
#endif
#if defined(H743) && !defined(NO_OVERDRIVE)
    enable(APB4ENR, 1); /* SYSCFG */
    SYSCFG_PWRCR = 1u;
    (void)PWR_VOS;
    while (!(PWR_VOS & VOSRDY)) {
    }
#endif
}

static inline void pll_begin(void) {
    RCC_CR |= HSE_BITS;
    RCC_CR |= 1u << 16;
#ifndef NO_HSE_WAIT
    while (!(RCC_CR & 1u << 17)) {
    }
#endif
    RCC_PLLCKSELR = 2u | PLL_M << 4;
    RCC_PLLCFGR = PLL_OUTPUTS << 16 | PLL_RGE << 2 | PLL_VCOSEL << 1; /* DIVP1EN */
    RCC_PLL1DIVR = (PLL_N - 1u) | (PLL_P - 1u) << 9 | (PLL_Q - 1u) << 16 | 1u << 24;
    RCC_CR |= 1u << 24;
#ifndef NO_PLL_WAIT
    while (!(RCC_CR & 1u << 25)) {
    }
#endif
}

/* HSE -> PLL1 -> 480 or 280 MHz. */
static inline void clock_begin(void) {
    supply_begin();
    voltage_begin();
    pll_begin();
    FLASH_ACR = WAIT_STATES | SIGNAL_DELAY << 4;
#ifndef NO_ACR_READ
    (void)FLASH_ACR;
#endif
    RCC_CORE_DIV = HPRE | APB_CODE << 4;
    RCC_APB_DIV = APB_CODE << 4 | APB_CODE << 8;
    RCC_APB4_DIV = APB_CODE << 4;
    RCC_CFGR = 3u;
    while ((RCC_CFGR >> 3 & 7u) != 3u) {
    }
}

static inline void pins_begin(void) {
    enable(AHB4ENR, 3);
    pin(GPIOD, 8, 7);
    pin(GPIOD, 9, 7);
}

static inline void uart_begin(uint32_t cr3) {
    enable(APB1LENR, 18);
    R32(UART + 0x0C) = BRR_VALUE;
    R32(UART + 0x08) = cr3;
    R32(UART + 0x00) = 0xDu; /* UE, RE, TE */
}

/* Region `number`: 2^size bytes at `base`; 0x1308.0000: normal, not cached, not executable. */
#define MPU_NOT_CACHED 0x13080000u
static inline void mpu_region(uint32_t number, uint32_t base, uint32_t size, uint32_t attributes) {
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = attributes | (size - 1u) << 1 | 1u;
}

static inline void mpu_begin(void) {
    barrier();
    MPU_CTRL = 5u; /* PRIVDEFENA, ENABLE */
    barrier();
}

static inline void dcache_by_set(volatile uint32_t *operation) {
    for (uint32_t set = 0; set < 128u; set++) {
        for (uint32_t way = 0; way < 4u; way++) {
            *operation = way << 30 | set << 5;
        }
    }
    barrier();
}

static inline void caches_begin(void) {
    ICIALLU = 0;
    barrier();
    CCR |= 1u << 17;
    dcache_by_set(&DCISW);
    CCR |= 1u << 16;
    barrier();
}

#ifndef RX_REQUEST
#define RX_REQUEST 45u
#endif
static inline void dma_begin(void) {
    enable(AHB1ENR, 0);
    R32(DMAMUX + 4 * RX_STREAM) = RX_REQUEST;
    R32(DMAMUX + 4 * TX_STREAM) = 46u;
}

#define DMA_TRBUFF (1u << 20)
#define DMA_MINC (1u << 10)
#define DMA_CIRC (1u << 8)
#define DMA_DIR (1u << 6)
#define DMA_TCIE (1u << 4)
#define DMA_HTIE (1u << 3)

static inline void dma_receive(uint32_t ring, uint32_t bytes, uint32_t control) {
    SPAR(RX_STREAM) = UART + 0x24;
    SM0AR(RX_STREAM) = ring;
    SNDTR(RX_STREAM) = bytes;
    SCR(RX_STREAM) = DMA_TRBUFF | DMA_MINC | control | 1u;
}

static inline void dma_send(uint32_t block, uint32_t bytes, uint32_t control) {
    SPAR(TX_STREAM) = UART + 0x28;
    SM0AR(TX_STREAM) = block;
    SNDTR(TX_STREAM) = bytes;
    SCR(TX_STREAM) = DMA_TRBUFF | DMA_MINC | DMA_DIR | control | 1u;
}
#endif
