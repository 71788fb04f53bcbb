/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the STM32U575/U585, as far as this firmware uses them.
 *
 * Source: RM0456; the chapter of each peripheral names its registers as they are named here. The
 * addresses are the non-secure ones: TrustZone is off (option bit TZEN = 0, as the part is sold).
 */
#ifndef PORT_REGISTERS_H
#define PORT_REGISTERS_H

#include "port/peripherals.h"

/* RCC: reset and clock control. */
#define RCC_BASE 0x46020C00u
#define RCC_CR PORT_REGISTER(RCC_BASE + 0x00u)
#define RCC_CR_MSISRDY (1u << 2)
#define RCC_CR_MSIPLLEN (1u << 3)
#define RCC_CR_MSIPLLSEL (1u << 6) /* MSIS, not MSIK, is what follows the LSE */
#define RCC_CR_PLL1ON (1u << 24)
#define RCC_CR_PLL1RDY (1u << 25)
#define RCC_CFGR1 PORT_REGISTER(RCC_BASE + 0x1Cu)
#define RCC_CFGR1_SW_MASK (3u << 0)
#define RCC_CFGR1_SW_PLL1R (3u << 0)
#define RCC_CFGR1_SWS_MASK (3u << 2)
#define RCC_CFGR1_SWS_PLL1R (3u << 2)
#define RCC_CFGR2 PORT_REGISTER(RCC_BASE + 0x20u)
#define RCC_CFGR2_HPRE_SHIFT 0u
#define RCC_CFGR2_PPRE1_SHIFT 4u
#define RCC_CFGR2_PPRE2_SHIFT 8u
#define RCC_CFGR2_PRESCALERS_MASK ((0xFu << 0) | (7u << 4) | (7u << 8))
#define RCC_PLL1CFGR PORT_REGISTER(RCC_BASE + 0x28u)
#define RCC_PLL1CFGR_PLL1SRC_SHIFT 0u
#define RCC_PLL1CFGR_PLL1RGE_SHIFT 2u
#define RCC_PLL1CFGR_PLL1M_SHIFT 8u
#define RCC_PLL1CFGR_PLL1MBOOST_SHIFT 12u
#define RCC_PLL1CFGR_PLL1REN (1u << 18)
#define RCC_PLL1DIVR PORT_REGISTER(RCC_BASE + 0x34u)
#define RCC_PLL1DIVR_PLL1N_SHIFT 0u
#define RCC_PLL1DIVR_PLL1P_SHIFT 9u
#define RCC_PLL1DIVR_PLL1Q_SHIFT 16u
#define RCC_PLL1DIVR_PLL1R_SHIFT 24u
#define RCC_AHB1ENR PORT_REGISTER(RCC_BASE + 0x88u)
#define RCC_AHB1ENR_GPDMA1EN (1u << 0)
#define RCC_AHB2ENR1 PORT_REGISTER(RCC_BASE + 0x8Cu)
#define RCC_AHB2ENR1_GPIOEN(index) (1u << (index))
#define RCC_AHB3ENR PORT_REGISTER(RCC_BASE + 0x94u)
#define RCC_AHB3ENR_PWREN (1u << 2)
#define RCC_AHB3ENR_ADF1EN (1u << 10)
#define RCC_APB1ENR1 PORT_REGISTER(RCC_BASE + 0x9Cu)
#define RCC_APB2ENR PORT_REGISTER(RCC_BASE + 0xA4u)
#define RCC_RESET_STATUS PORT_REGISTER(RCC_BASE + 0xF4u) /* RCC_CSR */
#define RCC_RESET_RMVF (1u << 23)
#define RCC_RESET_FLAGS (0x7Fu << 25)
#define RCC_RESET_CLOCK_HZ 4000000u   /* MSIS */
#define RCC_RESET_WATCHDOG (1u << 29) /* IWDGRSTF */
#define RCC_RESET_POWER (1u << 27)    /* BORRSTF: the supply has come up */
#define RCC_BDCR PORT_REGISTER(RCC_BASE + 0xF0u)
#define RCC_BDCR_LSEON (1u << 0)
#define RCC_BDCR_LSERDY (1u << 1)
#define RCC_BDCR_LSEDRV_MASK (3u << 3)
#define RCC_BDCR_LSEDRV_MEDIUM_HIGH (2u << 3)
#define RCC_BDCR_LSESYSEN (1u << 7)
#define RCC_BDCR_LSESYSRDY (1u << 11)

/* PWR: voltage scaling, the booster of the embedded power distribution (EPOD), the backup domain.
 */
#define PWR_BASE 0x46020800u
#define PWR_VOSR PORT_REGISTER(PWR_BASE + 0x0Cu)
#define PWR_VOSR_BOOSTRDY (1u << 14)
#define PWR_VOSR_VOSRDY (1u << 15)
#define PWR_VOSR_VOS_SHIFT 16u
#define PWR_VOSR_VOS_MASK (3u << 16)
#define PWR_VOSR_BOOSTEN (1u << 18)
#define PWR_SVMCR PORT_REGISTER(PWR_BASE + 0x10u) /* IO2SV: VDDIO2 is valid */
#define PWR_DBPR PORT_REGISTER(PWR_BASE + 0x28u)
#define PWR_DBPR_DBP (1u << 0) /* the backup domain, RCC_BDCR in it, takes writes */

/* FLASH: access latency. */
#define FLASH_BASE 0x40022000u
#define FLASH_ACR PORT_REGISTER(FLASH_BASE + 0x00u)
#define FLASH_ACR_LATENCY_MASK 0xFu
#define FLASH_ACR_PRFTEN (1u << 8)

/* ICACHE: instruction cache. */
#define ICACHE_BASE 0x40030400u
#define ICACHE_CR PORT_REGISTER(ICACHE_BASE + 0x00u)
#define ICACHE_CR_EN (1u << 0)
#define ICACHE_SR PORT_REGISTER(ICACHE_BASE + 0x04u)
#define ICACHE_SR_BUSYF (1u << 0)

#define IWDG_BASE 0x40003000u

/* DBGMCU: what is stopped while a debugger halts the core. */
#define DBGMCU_FREEZE PORT_REGISTER(0xE0044008u) /* DBGMCU_APB1LFZR */
#define DBGMCU_FREEZE_IWDG (1u << 12)

#endif
