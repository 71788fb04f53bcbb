/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the STM32H7, as far as this firmware uses them.
 *
 * Sources: RM0433 (H742, H743/H753, H750), RM0455 (H7A3/H7B3, H7B0); the chapter of each peripheral
 * names its registers as RM0433 does here. RM0455 calls the domains CD and SRD, not D1 to D3:
 * D1CFGR is CDCFGR1 there, D2CFGR CDCFGR2, D3CFGR SRDCFGR, D2CCIPxR CDCCIPxR and D3CR SRDCR. They
 * are at the same places in both, but for RCC_RSR and the clock enables after it, whose place is
 * in port/port_config.h. PWR_CR3 differs in its bits, and SYSCFG_PWRCR is RM0433's alone. */
#ifndef PORT_REGISTERS_H
#define PORT_REGISTERS_H

#include "port/peripherals.h"

/* RCC: reset and clock control. */
#define RCC_BASE 0x58024400u
#define RCC_CR PORT_REGISTER(RCC_BASE + 0x00u)
#define RCC_CR_HSION (1u << 0)
#define RCC_CR_HSIRDY (1u << 2)
#define RCC_CR_CSION (1u << 7)
#define RCC_CR_CSIRDY (1u << 8)
#define RCC_CR_HSEON (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_HSEBYP (1u << 18)
#define RCC_CR_PLL1ON (1u << 24)
#define RCC_CR_PLL1RDY (1u << 25)
#define RCC_CFGR PORT_REGISTER(RCC_BASE + 0x10u)
#define RCC_CFGR_SW_MASK (7u << 0)
#define RCC_CFGR_SW_PLL1 (3u << 0)
#define RCC_CFGR_SWS_MASK (7u << 3)
#define RCC_CFGR_SWS_PLL1 (3u << 3)
#define RCC_D1CFGR PORT_REGISTER(RCC_BASE + 0x18u)
#define RCC_D1CFGR_HPRE_SHIFT 0u
#define RCC_D1CFGR_D1PPRE_SHIFT 4u
#define RCC_D1CFGR_PRESCALERS_MASK ((0xFu << 0) | (7u << 4) | (0xFu << 8)) /* D1CPRE too */
#define RCC_D2CFGR PORT_REGISTER(RCC_BASE + 0x1Cu)
#define RCC_D2CFGR_D2PPRE1_SHIFT 4u
#define RCC_D2CFGR_D2PPRE2_SHIFT 8u
#define RCC_D2CFGR_PRESCALERS_MASK ((7u << 4) | (7u << 8))
#define RCC_D3CFGR PORT_REGISTER(RCC_BASE + 0x20u)
#define RCC_D3CFGR_D3PPRE_SHIFT 4u
#define RCC_D3CFGR_D3PPRE_MASK (7u << 4)
#define RCC_PLLCKSELR PORT_REGISTER(RCC_BASE + 0x28u)
#define RCC_PLLCKSELR_PLLSRC_MASK (3u << 0)
#define RCC_PLLCKSELR_PLLSRC_SHIFT 0u
#define RCC_PLLCKSELR_DIVM1_MASK (0x3Fu << 4)
#define RCC_PLLCKSELR_DIVM1_SHIFT 4u
#define RCC_PLLCFGR PORT_REGISTER(RCC_BASE + 0x2Cu)
#define RCC_PLLCFGR_PLL1FRACEN (1u << 0)
#define RCC_PLLCFGR_PLL1VCOSEL (1u << 1) /* 1: the medium VCO */
#define RCC_PLLCFGR_PLL1RGE_MASK (3u << 2)
#define RCC_PLLCFGR_PLL1RGE_SHIFT 2u
#define RCC_PLLCFGR_DIVP1EN (1u << 16)
#define RCC_PLLCFGR_DIVQ1EN (1u << 17)
#define RCC_PLLCFGR_DIVR1EN (1u << 18)
#define RCC_PLL1DIVR PORT_REGISTER(RCC_BASE + 0x30u)
#define RCC_PLL1DIVR_N1_SHIFT 0u
#define RCC_PLL1DIVR_P1_SHIFT 9u
#define RCC_PLL1DIVR_Q1_SHIFT 16u
#define RCC_PLL1DIVR_R1_SHIFT 24u
#define RCC_D2CCIP1R PORT_REGISTER(RCC_BASE + 0x50u)
#define RCC_D2CCIP2R PORT_REGISTER(RCC_BASE + 0x54u)
#define RCC_D2CCIP2R_USARTSEL_MASK 7u /* at either of its two places; 0: the bus's own clock */
#define RCC_RESET_STATUS PORT_REGISTER(RCC_BASE + PORT_RCC_ENABLES + 0x00u) /* RCC_RSR */
#define RCC_RESET_RMVF (1u << 16)
#define RCC_RESET_RMVF_STAYS 1
#define RCC_RESET_FLAGS (0x3FFFu << 17)
#define RCC_RESET_CLOCK_HZ 64000000u              /* HSI */
#define RCC_RESET_WATCHDOG (1u << 26)             /* IWDG1RSTF */
#define RCC_RESET_POWER ((1u << 21) | (1u << 23)) /* BORRSTF, PORRSTF: the supply has come up */
#define RCC_AHB1ENR PORT_REGISTER(RCC_BASE + PORT_RCC_ENABLES + 0x08u)
#define RCC_AHB2ENR PORT_REGISTER(RCC_BASE + PORT_RCC_ENABLES + 0x0Cu)
#define RCC_AHB4ENR PORT_REGISTER(RCC_BASE + PORT_RCC_ENABLES + 0x10u)
#define RCC_AHB4ENR_GPIOEN(index) (1u << (index))
#define RCC_APB1LENR PORT_REGISTER(RCC_BASE + PORT_RCC_ENABLES + 0x18u)
#define RCC_APB2ENR PORT_REGISTER(RCC_BASE + PORT_RCC_ENABLES + 0x20u)
#define RCC_APB4ENR PORT_REGISTER(RCC_BASE + PORT_RCC_ENABLES + 0x24u)
#define RCC_APB4ENR_SYSCFGEN (1u << 1)

/* PWR: what feeds the core, and at which voltage. It always has its clock. */
#define PWR_BASE 0x58024800u
#define PWR_CSR1 PORT_REGISTER(PWR_BASE + 0x04u)
#define PWR_CSR1_ACTVOSRDY (1u << 13)
#define PWR_CR3 PORT_REGISTER(PWR_BASE + 0x0Cu)
#define PWR_D3CR PORT_REGISTER(PWR_BASE + 0x18u)
#define PWR_D3CR_VOSRDY (1u << 13)
#define PWR_D3CR_VOS_SHIFT 14u
#define PWR_D3CR_VOS_MASK (3u << 14)

/* SYSCFG: the overdrive that makes voltage scale 0 of scale 1 (RM0433 alone). */
#define SYSCFG_PWRCR PORT_REGISTER(0x58000400u + 0x2Cu)
#define SYSCFG_PWRCR_ODEN (1u << 0)

/* FLASH: access latency, and the delay of its signals. */
#define FLASH_ACR PORT_REGISTER(0x52002000u + 0x00u)
#define FLASH_ACR_LATENCY_SHIFT 0u
#define FLASH_ACR_WRHIGHFREQ_SHIFT 4u
#define FLASH_ACR_TIMING_MASK ((0xFu << 0) | (3u << 4))

#define IWDG_BASE 0x58004800u /* IWDG1 */

/* DBGMCU: which revision this is, and what is stopped while a debugger halts the core. */
#define DBGMCU_REVISION (PORT_REGISTER(0x5C001000u) >> 16) /* REV_ID of DBGMCU_IDCODE */
#define DBGMCU_FREEZE PORT_REGISTER(0x5C001054u)           /* DBGMCU_APB4FZ1 */
#define DBGMCU_FREEZE_IWDG (1u << 18)

#endif
