/* SPDX-License-Identifier: Apache-2.0 */
/* NUCLEO-H743ZI2 (STM32H743ZI): what the sources of port/ write into registers.
 *
 * Computed from the board's record; source: RM0433 (reference manual). */
#ifndef PORT_PORT_CONFIG_H
#define PORT_PORT_CONFIG_H

#define PORT_HAS_SUPPLY 1 /* supply.c, called before any RAM is written */
#define PORT_HAS_MEMORY 1 /* memory.c, called before .data and .bss are filled */
#define PORT_HAS_STACK_GUARD 0 /* memory_begin() sets up the MPU's */

#define PORT_RCC_ENABLES 0x0d0u /* place of RCC_RSR; the clock enables follow */

#define PORT_SUPPLY_MASK 0x07u /* all that PWR_CR3 says of the supply */
#define PORT_SUPPLY 0x02u /* the linear regulator (LDO) alone */
#define PORT_OVERDRIVE 1 /* voltage scale 0 by SYSCFG_PWRCR */

#define PORT_SOURCE_ON RCC_CR_HSEON
#define PORT_SOURCE_READY RCC_CR_HSERDY
#define PORT_HSE_BYPASS 1
#define PORT_PLL_SOURCE 2u /* PLLSRC: 0 HSI, 1 CSI, 2 HSE */
#define PORT_PLL_M_FIELD 1u /* divider */
#define PORT_HSI_PLL_M_FIELD 8u /* the divider from HSI 64 MHz to the same input; 0: there is none, or no need */
#define PORT_PLL_P_FIELD 1u /* divider less one */
#define PORT_PLL_INPUT_RANGE 3u /* PLL1RGE: 0 from 1 MHz, 1 from 2 MHz, 2 from 4 MHz, 3 from 8 MHz */
#define PORT_PLL_MEDIUM_VCO 0 /* for an input below 2 MHz */
#define PORT_HPRE_FIELD 8u
#define PORT_PPRE1_FIELD 4u
#define PORT_PPRE2_FIELD 4u
#define PORT_PPRE3_FIELD 4u
#define PORT_PPRE4_FIELD 4u

/* HSE 8 MHz / M 1 * N 120 = 960 MHz VCO, / P 2 = 480 MHz; AXI and AHB 240 MHz. */
#define PORT_CORE_HZ 480000000u
#define PORT_PLL_N_FIELD 119u /* multiplier less one */
#define PORT_VOS_FIELD 3u /* VOS: voltage scale 0, with the overdrive */
#define PORT_FLASH_WAIT_STATES 4u /* for 240000000 Hz at that scale */
#define PORT_FLASH_DELAY 2u /* WRHIGHFREQ, likewise */
/* 40 Hz: 480000000 Hz / 40 - 1. */
#define PORT_TICK_RELOAD 11999999u
/* USART3: 120000000 Hz / 130 = 923077 baud, +0.16 % off 921600. */
#define PORT_UART_BRR 130u

/* Before revision 0x2003: HSE 8 MHz / M 1 * N 100 = 800 MHz VCO, / P 2 = 400 MHz; AXI and AHB 200 MHz. */
#define PORT_FALLBACK_CORE_HZ 400000000u
#define PORT_FALLBACK_PLL_N_FIELD 99u /* multiplier less one */
#define PORT_FALLBACK_VOS_FIELD 3u /* VOS: voltage scale 1 */
#define PORT_FALLBACK_FLASH_WAIT_STATES 2u /* for 200000000 Hz at that scale */
#define PORT_FALLBACK_FLASH_DELAY 2u /* WRHIGHFREQ, likewise */
/* 40 Hz: 400000000 Hz / 40 - 1. */
#define PORT_FALLBACK_TICK_RELOAD 9999999u
/* USART3: 100000000 Hz / 109 = 917431 baud, -0.45 % off 921600. */
#define PORT_FALLBACK_UART_BRR 109u

#define PORT_HAS_FALLBACK 1
#define PORT_FULL_SPEED_REVISION 0x2003u /* REV_ID of DBGMCU_IDCODE */
#define PORT_HAS_PLL_Q 0 /* output Q of PLL1: nothing uses it */

#define PORT_UART_BASE 0x40004800u
#define PORT_UART_ENABLE_REGISTER RCC_APB1LENR
#define PORT_UART_ENABLE_BIT (1u << 18)

#define PORT_UART_HAS_ONEBIT 1

/* TX on PD8, RX on PD9 (data sheet of the part, alternate functions). */
#define PORT_UART_TX_GPIO_INDEX 3u
#define PORT_UART_TX_GPIO_BASE 0x58020c00u
#define PORT_UART_TX_PIN 8u
#define PORT_UART_TX_FUNCTION 7u
#define PORT_UART_TX_AFR_INDEX 1u
#define PORT_UART_TX_AFR_SHIFT 0u
#define PORT_UART_RX_GPIO_INDEX 3u
#define PORT_UART_RX_GPIO_BASE 0x58020c00u
#define PORT_UART_RX_PIN 9u
#define PORT_UART_RX_FUNCTION 7u
#define PORT_UART_RX_AFR_INDEX 1u
#define PORT_UART_RX_AFR_SHIFT 4u
#define PORT_UART_KERNEL_SELECT_SHIFT 0u

/* RX: stream 0 of DMA1 on request 45. */
#define PORT_RX_STREAM 0x40020010u
#define PORT_RX_STATUS 0x40020000u /* DMA_LISR or DMA_HISR */
#define PORT_RX_CLEAR 0x40020008u /* DMA_LIFCR or DMA_HIFCR */
#define PORT_RX_FLAGS_SHIFT 0u
#define PORT_RX_REQUEST 45u
#define PORT_RX_MULTIPLEXER 0x40020800u /* DMAMUX_CxCR */
/* TX: stream 1 of DMA1 on request 46. */
#define PORT_TX_STREAM 0x40020028u
#define PORT_TX_STATUS 0x40020000u /* DMA_LISR or DMA_HISR */
#define PORT_TX_CLEAR 0x40020008u /* DMA_LIFCR or DMA_HIFCR */
#define PORT_TX_FLAGS_SHIFT 6u
#define PORT_TX_REQUEST 46u
#define PORT_TX_MULTIPLEXER 0x40020804u /* DMAMUX_CxCR */
#define PORT_TRBUFF_REVISION 0x2000u /* REV_ID from which on a stream has TRBUFF; 0: all have */
#define PORT_DMA_ENABLE_MASK 1u /* RCC_AHB1ENR: DMA1 1, DMA2 2 */

/* The memory of the DMA's buffers: one region of the MPU, 131072 bytes. */
#define PORT_DMA_RAM_BASE 0x30000000u
#define PORT_DMA_RAM_SIZE_FIELD 16u /* 2 to the power of this plus one */
#define PORT_SRAM_ENABLE_MASK 0x20000000u /* RCC_AHB2ENR: SRAM1, SRAM2, SRAM3 from bit 29 */

/* Below the stack: 32768 bytes that the MPU forbids. */
#define PORT_STACK_GUARD_BASE 0x1fff8000u
#define PORT_STACK_GUARD_SIZE_FIELD 14u

#define PORT_RX_RING_BYTES 4096u
#define PORT_TX_RING_BYTES 512u

/* Lines of the NVIC. */
#define PORT_UART_LINE 39u
#define PORT_RX_DMA_LINE 11u
#define PORT_TX_DMA_LINE 12u

/* LSI 32 kHz / 64, 1000 steps: 2000 ms, and no less than 1818 ms with a fast LSI. */
#define PORT_WATCHDOG_PRESCALER_FIELD 4u
#define PORT_WATCHDOG_RELOAD 999u

#endif
