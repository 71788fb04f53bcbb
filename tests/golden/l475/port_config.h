/* SPDX-License-Identifier: Apache-2.0 */
/* B-L475E-IOT01A (STM32L475VG): what the sources of port/ write into registers.
 *
 * Computed from the board's record; source: RM0351 (reference manual). */
#ifndef PORT_PORT_CONFIG_H
#define PORT_PORT_CONFIG_H

#define PORT_HAS_SUPPLY 0 /* RAM may be written from the first instruction on */
#define PORT_HAS_MEMORY 0 /* all RAM works from reset on, and one memory holds all data */
#define PORT_HAS_STACK_GUARD 1 /* the MPU's, below the RAM */
#define PORT_STACK_GUARD_BASE 0x1fff8000u
#define PORT_STACK_GUARD_SIZE_FIELD 14u /* log2 of the bytes, less one */

/* HSI16 16 MHz / M 1 * N 10 = 160 MHz VCO, / R 2 = 80 MHz. */
#define PORT_CORE_HZ 80000000u
#define PORT_HAS_FALLBACK 0 /* every revision of the part reaches it */
#define PORT_SOURCE_IS_MSI 0
#define PORT_PLL_SOURCE 2u /* PLLSRC: 1 MSI, 2 HSI16 */
#define PORT_PLL_M_FIELD 0u /* divider less one */
#define PORT_PLL_N_FIELD 10u /* multiplier */
#define PORT_PLL_R_FIELD 0u /* half the divider less one */

#define PORT_VOS_FIELD 1u /* VOS: voltage range 1 */
#define PORT_HAS_BOOST 0
#define PORT_FLASH_WAIT_STATES 4u /* for PORT_CORE_HZ in that range */
#define PORT_HPRE_FIELD 0u
#define PORT_HALVED 0 /* the clock rises in two steps */
#define PORT_PPRE1_FIELD 0u
#define PORT_PPRE2_FIELD 0u

/* 10 Hz: PORT_CORE_HZ / 10 - 1. */
#define PORT_TICK_RELOAD 7999999u

/* USART1: 80000000 Hz / 87 = 919540 baud, -0.22 % off 921600. */
#define PORT_UART_BRR 87u

#define PORT_UART_BASE 0x40013800u
#define PORT_UART_ENABLE_REGISTER RCC_APB2ENR
#define PORT_UART_ENABLE_BIT (1u << 14)

#define PORT_UART_HAS_ONEBIT 1

/* TX on PB6, RX on PB7 (data sheet of the part, alternate functions). */
#define PORT_UART_TX_GPIO_INDEX 1u
#define PORT_UART_TX_GPIO_BASE 0x48000400u
#define PORT_UART_TX_PIN 6u
#define PORT_UART_TX_FUNCTION 7u
#define PORT_UART_TX_AFR_INDEX 0u
#define PORT_UART_TX_AFR_SHIFT 24u
#define PORT_UART_RX_GPIO_INDEX 1u
#define PORT_UART_RX_GPIO_BASE 0x48000400u
#define PORT_UART_RX_PIN 7u
#define PORT_UART_RX_FUNCTION 7u
#define PORT_UART_RX_AFR_INDEX 0u
#define PORT_UART_RX_AFR_SHIFT 28u
#define PORT_VDDIO2 0 /* a pin is powered from VDDIO2 */

/* RX: channel 5 of DMA1 on request 2. */
#define PORT_RX_CONTROLLER 0x40020000u
#define PORT_RX_CHANNEL_BASE 0x40020058u
#define PORT_RX_FLAGS_SHIFT 16u
#define PORT_RX_REQUEST 2u
#define PORT_RX_SELECT_SHIFT 16u
/* TX: channel 4 of DMA1 on request 2. */
#define PORT_TX_CONTROLLER 0x40020000u
#define PORT_TX_CHANNEL_BASE 0x40020044u
#define PORT_TX_FLAGS_SHIFT 12u
#define PORT_TX_REQUEST 2u
#define PORT_TX_SELECT_SHIFT 12u
#define PORT_HAS_DMAMUX 0
#define PORT_DMA_ENABLE_MASK 1u /* RCC_AHB1ENR: DMA1 1, DMA2 2, DMAMUX1 4 */
#define PORT_RX_RING_BYTES 4096u
#define PORT_TX_RING_BYTES 512u

/* Lines of the NVIC. */
#define PORT_UART_LINE 37u
#define PORT_RX_DMA_LINE 15u
#define PORT_TX_DMA_LINE 14u

/* LSI 32 kHz / 64, 1000 steps: 2000 ms, and no less than 1818 ms with a fast LSI. */
#define PORT_WATCHDOG_PRESCALER_FIELD 4u
#define PORT_WATCHDOG_RELOAD 999u

#endif
