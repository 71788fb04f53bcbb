/* SPDX-License-Identifier: Apache-2.0 */
/* B-U585I-IOT02A (STM32U585AI): what the sources of port/ write into registers.
 *
 * Computed from the board's record; sources: RM0456 (reference manual), DS13086 (data sheet). */
#ifndef PORT_PORT_CONFIG_H
#define PORT_PORT_CONFIG_H

#define PORT_HAS_SUPPLY 0 /* RAM may be written from the first instruction on */
#define PORT_HAS_MEMORY 0 /* all RAM works from reset on, and one memory holds all data */
#define PORT_HAS_STACK_GUARD 0 /* MSPLIM is the guard: it looks at the stack pointer itself */

/* MSIS 4 MHz / M 1 * N 80 = 320 MHz VCO, / R 2 = 160 MHz. */
#define PORT_CORE_HZ 160000000u
#define PORT_HAS_FALLBACK 0 /* every revision of the part reaches it */
#define PORT_MSI_LSE 1 /* MSIS follows the board's 32.768 kHz crystal */
#define PORT_LSE_START_SECONDS 5u /* later than this it is missing (DS13086: 2 s typical) */
#define PORT_PLL_SOURCE 1u /* PLL1SRC: MSIS */
#define PORT_PLL_INPUT_RANGE 0u /* PLL1RGE: 0 below 8 MHz, 3 from 8 MHz */
#define PORT_PLL_M_FIELD 0u /* divider less one */
#define PORT_PLL_N_FIELD 79u /* multiplier less one */
#define PORT_PLL_R_FIELD 1u /* divider less one */

/* The EPOD booster runs from PLL1's source / 1 = 4000000 Hz (4 to 16 MHz). */
#define PORT_EPOD_BOOSTER 1
#define PORT_BOOSTER_DIVIDER_FIELD 0u /* PLL1MBOOST */

#define PORT_VOS_FIELD 3u /* VOS: voltage range 1 */
#define PORT_FLASH_WAIT_STATES 4u /* for PORT_CORE_HZ in that range */
#define PORT_HPRE_FIELD 0u
#define PORT_PPRE1_FIELD 0u
#define PORT_PPRE2_FIELD 0u
#define PORT_INSTRUCTION_CACHE 1

/* 10 Hz: PORT_CORE_HZ / 10 - 1. */
#define PORT_TICK_RELOAD 15999999u

/* USART1: 160000000 Hz / 174 = 919540 baud, -0.22 % off 921600. */
#define PORT_UART_BRR 174u

#define PORT_UART_BASE 0x40013800u
#define PORT_UART_ENABLE_REGISTER RCC_APB2ENR
#define PORT_UART_ENABLE_BIT (1u << 14)

#define PORT_UART_HAS_ONEBIT 1

/* TX on PA9, RX on PA10 (data sheet of the part, alternate functions). */
#define PORT_UART_TX_GPIO_INDEX 0u
#define PORT_UART_TX_GPIO_BASE 0x42020000u
#define PORT_UART_TX_PIN 9u
#define PORT_UART_TX_FUNCTION 7u
#define PORT_UART_TX_AFR_INDEX 1u
#define PORT_UART_TX_AFR_SHIFT 4u
#define PORT_UART_RX_GPIO_INDEX 0u
#define PORT_UART_RX_GPIO_BASE 0x42020000u
#define PORT_UART_RX_PIN 10u
#define PORT_UART_RX_FUNCTION 7u
#define PORT_UART_RX_AFR_INDEX 1u
#define PORT_UART_RX_AFR_SHIFT 8u

/* RX: channel 0 of GPDMA1 on request 24. */
#define PORT_RX_CHANNEL_BASE 0x40020050u
#define PORT_RX_REQUEST 24u
/* TX: channel 1 of GPDMA1 on request 25. */
#define PORT_TX_CHANNEL_BASE 0x400200d0u
#define PORT_TX_REQUEST 25u
#define PORT_RX_RING_BYTES 4096u
#define PORT_TX_RING_BYTES 512u

/* Lines of the NVIC. */
#define PORT_UART_LINE 61u
#define PORT_RX_DMA_LINE 29u
#define PORT_TX_DMA_LINE 30u

/* LSI 32 kHz / 64, 1000 steps: 2000 ms, and no less than 1818 ms with a fast LSI. */
#define PORT_WATCHDOG_PRESCALER_FIELD 4u
#define PORT_WATCHDOG_RELOAD 999u

#endif
