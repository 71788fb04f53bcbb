/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the STM32L4 and L4+ and a correct start-up for the small test images. L475, L432 or
 * L4R5 is defined. Each step can be left out or changed by a -D option, so that a test can break
 * one rule at a time. */
#ifndef CHIP_H
#define CHIP_H

#define RCC 0x40021000u
#define RCC_CR R32(RCC + 0x00)
#define RCC_CFGR R32(RCC + 0x08)
#define RCC_PLLCFGR R32(RCC + 0x0C)
#define AHB1ENR 0x48
#define AHB2ENR 0x4C
#define APB1ENR1 0x58
#define APB1ENR2 0x5C
#define APB2ENR 0x60
#define PWR 0x40007000u
#define PWR_CR1 R32(PWR + 0x00)
#define PWR_CR2 R32(PWR + 0x04)
#define PWR_SR2 R32(PWR + 0x14)
#define PWR_CR5 R32(PWR + 0x80)
#define FLASH_R 0x40022000u
#define FLASH_ACR R32(FLASH_R)
#define GPIOA 0x48000000u
#define GPIOB 0x48000400u
#define GPIOG 0x48001800u
#define DMA1 0x40020000u
#define DMA1_ISR R32(DMA1)
#define DMA1_IFCR R32(DMA1 + 4)
#define DMA_CSELR R32(DMA1 + 0xA8)
#define CCR(n) R32(DMA1 + 0x08 + 20 * ((n) - 1))
#define CNDTR(n) R32(DMA1 + 0x0C + 20 * ((n) - 1))
#define CPAR(n) R32(DMA1 + 0x10 + 20 * ((n) - 1))
#define CMAR(n) R32(DMA1 + 0x14 + 20 * ((n) - 1))
#define DMAMUX 0x40020800u
#define IWDG 0x40003000u

#if defined(L475)
#define UART 0x40013800u
#define UART_ENABLE APB2ENR, 14
#define UART_INTERRUPT 37
#define RX_CHANNEL 5
#define TX_CHANNEL 4
#define UART_BRR 87u /* 80 MHz / 921600 */
#elif defined(L432)
#define UART 0x40004400u
#define UART_ENABLE APB1ENR1, 17
#define UART_INTERRUPT 38
#define RX_CHANNEL 6
#define TX_CHANNEL 7
#define UART_BRR 87u
#else
#define UART 0x40008000u
#define UART_ENABLE APB1ENR2, 0
#define UART_INTERRUPT 70
#define RX_CHANNEL 1
#define TX_CHANNEL 2
#define UART_BRR 33333u /* 256 * 120 MHz / 921600 */
#endif

#ifdef L4R5
#ifndef PLL_M
#define PLL_M 2u
#endif
#ifndef PLL_N
#define PLL_N 30u
#endif
#ifndef WAIT_STATES
#define WAIT_STATES 5u
#endif
#else
#ifndef PLL_M
#define PLL_M 1u
#endif
#ifndef PLL_N
#define PLL_N 10u
#endif
#ifndef WAIT_STATES
#define WAIT_STATES 4u
#endif
#endif
#ifndef PLL_R
#define PLL_R 2u
#endif
#ifndef BRR_VALUE
#define BRR_VALUE UART_BRR
#endif
#ifndef VOS
#define VOS 1u
#endif

#define INTERRUPTS 82
#define HANDLERS                                                                                   \
    WEAK(exti0);                                                                                   \
    WEAK(exti1);                                                                                   \
    WEAK(dma_rx);                                                                                  \
    WEAK(dma_tx);                                                                                  \
    WEAK(uart)
#define VECTORS                                                                                    \
    [16 + 6] = exti0, [16 + 7] = exti1, [16 + 10 + RX_CHANNEL] = dma_rx,                           \
          [16 + 10 + TX_CHANNEL] = dma_tx, [16 + UART_INTERRUPT] = uart

#include "any_chip.h"

static inline void voltage_begin(void) {
    enable(APB1ENR1, 28); /* PWR */
    PWR_CR1 = VOS << 9;
    while (PWR_SR2 & 1u << 10) {
    }
#if defined(L4R5) && !defined(NO_BOOST)
    PWR_CR5 = 0;
#endif
}

static inline void pll_begin(void) {
    RCC_CR |= 1u << 8;
#ifndef NO_HSI_WAIT
    while (!(RCC_CR & 1u << 10)) {
    }
#endif
    RCC_PLLCFGR = 2u | (PLL_M - 1u) << 4 | PLL_N << 8 | (PLL_R / 2u - 1u) << 25;
    RCC_CR |= 1u << 24;
#ifndef NO_PLL_WAIT
    while (!(RCC_CR & 1u << 25)) {
    }
#endif
#ifndef NO_PLLREN
    RCC_PLLCFGR |= 1u << 24;
#endif
}

static inline void sysclk_begin(void) {
#if defined(L4R5) && !defined(NO_HALVING)
    RCC_CFGR = 8u << 4;
#endif
    RCC_CFGR |= 3u;
    while ((RCC_CFGR >> 2 & 3u) != 3u) {
    }
#ifdef L4R5
#ifndef NO_HALF_WAIT
    wait_turns(40);
#endif
    RCC_CFGR = 3u;
#endif
}

/* HSI16 -> PLL -> 80 MHz, or 120 MHz in boost mode. */
static inline void clock_begin(void) {
    voltage_begin();
    pll_begin();
    FLASH_ACR = WAIT_STATES | 7u << 8;
#ifndef NO_ACR_READ
    (void)FLASH_ACR; /* the wait states count once they are read back */
#endif
    sysclk_begin();
}

static inline void pins_begin(void) {
#if defined(L475)
    enable(AHB2ENR, 1);
    pin(GPIOB, 6, 7);
    pin(GPIOB, 7, 7);
#elif defined(L432)
    enable(AHB2ENR, 0);
    pin(GPIOA, 2, 7);
    pin(GPIOA, 15, 3);
#else
    enable(AHB2ENR, 6);
#ifndef NO_IOSV
    PWR_CR2 |= 1u << 9;
#endif
    pin(GPIOG, 7, 8);
    pin(GPIOG, 8, 8);
#endif
}

static inline void uart_begin(uint32_t cr3) {
    enable(UART_ENABLE);
    R32(UART + 0x0C) = BRR_VALUE;
    R32(UART + 0x08) = cr3;
    R32(UART + 0x00) = 0xDu; /* UE, RE, TE */
}

static inline void dma_begin(void) {
    enable(AHB1ENR, 0);
#ifdef L4R5
    enable(AHB1ENR, 2);
#ifndef RX_REQUEST
#define RX_REQUEST 34u
#endif
    R32(DMAMUX) = RX_REQUEST;
    R32(DMAMUX + 4) = 35u;
#else
#ifndef RX_REQUEST
#define RX_REQUEST 2u
#endif
    DMA_CSELR = RX_REQUEST << 4 * (RX_CHANNEL - 1) | 2u << 4 * (TX_CHANNEL - 1);
#endif
}

#define DMA_MINC (1u << 7)
#define DMA_CIRC (1u << 5)
#define DMA_DIR (1u << 4)
#define DMA_TCIE (1u << 1)
#define DMA_HTIE (1u << 2)

static inline void dma_receive(uint32_t ring, uint32_t bytes, uint32_t control) {
    CPAR(RX_CHANNEL) = UART + 0x24;
    CMAR(RX_CHANNEL) = ring;
    CNDTR(RX_CHANNEL) = bytes;
    CCR(RX_CHANNEL) = DMA_MINC | control | 1u;
}

static inline void dma_send(uint32_t block, uint32_t bytes, uint32_t control) {
    CPAR(TX_CHANNEL) = UART + 0x28;
    CMAR(TX_CHANNEL) = block;
    CNDTR(TX_CHANNEL) = bytes;
    CCR(TX_CHANNEL) = DMA_MINC | DMA_DIR | control | 1u;
}
#endif
