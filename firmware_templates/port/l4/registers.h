/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the STM32L4 and L4+, as far as this firmware uses them.
 *
 * Sources: RM0351 (L47x, L48x), RM0394 (L43x, L44x), RM0432 (L4+); the chapter of each peripheral
 * names its registers as they are named here. What is used here stands alike in all three, but for
 * PWR_CR5, RCC_CCIPR2 and DMAMUX1 (L4+ alone) and DMA_CSELR (not in the L4+). */
#ifndef PORT_REGISTERS_H
#define PORT_REGISTERS_H

#include "port/peripherals.h"

/* RCC: reset and clock control. */
#define RCC_BASE 0x40021000u
#define RCC_CR PORT_REGISTER(RCC_BASE + 0x00u)
#define RCC_CR_MSIRDY (1u << 1)
#define RCC_CR_MSIRGSEL (1u << 3) /* the range is that of RCC_CR, not of RCC_CSR */
#define RCC_CR_MSIRANGE_SHIFT 4u
#define RCC_CR_MSIRANGE_MASK (0xFu << 4)
#define RCC_CR_HSION (1u << 8)
#define RCC_CR_HSIRDY (1u << 10)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_CFGR PORT_REGISTER(RCC_BASE + 0x08u)
#define RCC_CFGR_SW_MASK (3u << 0)
#define RCC_CFGR_SW_PLL (3u << 0)
#define RCC_CFGR_SWS_MASK (3u << 2)
#define RCC_CFGR_SWS_PLL (3u << 2)
#define RCC_CFGR_HPRE_SHIFT 4u
#define RCC_CFGR_HPRE_MASK (0xFu << 4)
#define RCC_CFGR_PPRE1_SHIFT 8u
#define RCC_CFGR_PPRE2_SHIFT 11u
#define RCC_CFGR_PPRE_MASK ((7u << 8) | (7u << 11))
#define RCC_PLLCFGR PORT_REGISTER(RCC_BASE + 0x0Cu)
#define RCC_PLLCFGR_PLLSRC_SHIFT 0u
#define RCC_PLLCFGR_PLLM_SHIFT 4u
#define RCC_PLLCFGR_PLLN_SHIFT 8u
#define RCC_PLLCFGR_PLLREN (1u << 24)
#define RCC_PLLCFGR_PLLR_SHIFT 25u
#define RCC_AHB1ENR PORT_REGISTER(RCC_BASE + 0x48u)
#define RCC_AHB2ENR PORT_REGISTER(RCC_BASE + 0x4Cu)
#define RCC_AHB2ENR_GPIOEN(index) (1u << (index))
#define RCC_APB1ENR1 PORT_REGISTER(RCC_BASE + 0x58u)
#define RCC_APB1ENR1_PWREN (1u << 28)
#define RCC_APB1ENR2 PORT_REGISTER(RCC_BASE + 0x5Cu)
#define RCC_APB2ENR PORT_REGISTER(RCC_BASE + 0x60u)
#define RCC_CCIPR PORT_REGISTER(RCC_BASE + 0x88u)
#define RCC_CCIPR2 PORT_REGISTER(RCC_BASE + 0x9Cu)       /* L4+ */
#define RCC_RESET_STATUS PORT_REGISTER(RCC_BASE + 0x94u) /* RCC_CSR */
#define RCC_RESET_RMVF (1u << 23)
#define RCC_RESET_FLAGS (0x7Fu << 25)
#define RCC_RESET_CLOCK_HZ 4000000u   /* MSI */
#define RCC_RESET_WATCHDOG (1u << 29) /* IWDGRSTF */
#define RCC_RESET_POWER (1u << 27)    /* BORRSTF: the supply has come up */

/* PWR: voltage scaling, and what supply the pins of port G have. */
#define PWR_BASE 0x40007000u
#define PWR_CR1 PORT_REGISTER(PWR_BASE + 0x00u)
#define PWR_CR1_VOS_SHIFT 9u /* 1: range 1, 2: range 2 */
#define PWR_CR1_VOS_MASK (3u << 9)
#define PWR_CR2 PORT_REGISTER(PWR_BASE + 0x04u)
#define PWR_CR2_IOSV (1u << 9) /* VDDIO2 is valid */
#define PWR_SR2 PORT_REGISTER(PWR_BASE + 0x14u)
#define PWR_SR2_VOSF (1u << 10)
#define PWR_CR5 PORT_REGISTER(PWR_BASE + 0x80u)
#define PWR_CR5_R1MODE (1u << 8) /* 1: range 1 normal, 0: boost */

/* FLASH: access latency and the caches in front of it. */
#define FLASH_BASE 0x40022000u
#define FLASH_ACR PORT_REGISTER(FLASH_BASE + 0x00u)
#define FLASH_ACR_LATENCY_MASK 0x7u
#define FLASH_ACR_PRFTEN (1u << 8)
#define FLASH_ACR_ICEN (1u << 9)
#define FLASH_ACR_DCEN (1u << 10)

#define IWDG_BASE 0x40003000u

/* DBGMCU: what is stopped while a debugger halts the core. */
#define DBGMCU_FREEZE PORT_REGISTER(0xE0042008u) /* DBGMCU_APB1FZR1 */
#define DBGMCU_FREEZE_IWDG (1u << 12)

#endif
