/* SPDX-License-Identifier: Apache-2.0 */
/* STM32L4 and L4+: from MSI 4 MHz after reset to the PLL at the board's clock.
 *
 * The order is the manual's (RM0351, RM0394, RM0432: PWR "Dynamic voltage scaling management",
 * FLASH "Read access latency", RCC "PLL"): first the voltage, then the flash, and the clock last.
 * Beyond 80 MHz the clock rises in two steps (RM0432, PWR "Range 1 boost mode"). */
#include "port/clock.h"

#include "port/port_config.h"
#include "port/registers.h"
#include "port/wait_for.h"

/* Core voltage for the clock to come. */
static void choose_voltage(void) {
    /* PWR is not clocked after reset; the read back lets the enable take effect before the first
     * access to PWR (RM0351, RCC "Peripheral clock enable": two cycles). */
    RCC_APB1ENR1 |= RCC_APB1ENR1_PWREN;
    (void)RCC_APB1ENR1;

    /* Range 1 is what reset leaves; it is written all the same, for a boot loader may have chosen
     * otherwise. VOSF: the voltage is still on its way. At 4 MHz either range will do. */
    PWR_CR1 = (PWR_CR1 & ~PWR_CR1_VOS_MASK) | (PORT_VOS_FIELD << PWR_CR1_VOS_SHIFT);
    wait_for(WAIT_VOLTAGE, &PWR_SR2, PWR_SR2_VOSF, 0u);

#if PORT_HAS_BOOST
    /* Boost mode, or not, before the clock rises. It has no flag of its own. */
    PWR_CR5 = (PWR_CR5 & ~PWR_CR5_R1MODE) | (PORT_BOOST ? 0u : PWR_CR5_R1MODE);
#endif
}

/* More wait states before the clock rises, and read back: the flash answers with the new value
 * once it applies (RM0351, FLASH "Increasing the CPU frequency"). Both caches are on after reset;
 * prefetch hides part of what they miss. */
static void slow_flash(void) {
    FLASH_ACR = (FLASH_ACR & ~FLASH_ACR_LATENCY_MASK) | PORT_FLASH_WAIT_STATES | FLASH_ACR_PRFTEN |
                FLASH_ACR_ICEN | FLASH_ACR_DCEN;
    wait_for(WAIT_FLASH, &FLASH_ACR, FLASH_ACR_LATENCY_MASK, PORT_FLASH_WAIT_STATES);
}

/* What the PLL runs from. The core stays on the MSI until the PLL is ready: at another range, if
 * the PLL wants one, for which the flash is slow enough already. */
static void start_source(void) {
    /* A range may only be set when it is ready. */
    wait_for(WAIT_SOURCE, &RCC_CR, RCC_CR_MSIRDY, RCC_CR_MSIRDY);
#if PORT_SOURCE_IS_MSI
    RCC_CR = (RCC_CR & ~RCC_CR_MSIRANGE_MASK) | (PORT_MSI_RANGE << RCC_CR_MSIRANGE_SHIFT) |
             RCC_CR_MSIRGSEL;
    wait_for(WAIT_SOURCE, &RCC_CR, RCC_CR_MSIRDY, RCC_CR_MSIRDY);
#else
    RCC_CR |= RCC_CR_HSION;
    wait_for(WAIT_SOURCE, &RCC_CR, RCC_CR_HSIRDY, RCC_CR_HSIRDY);
#endif
}

static void start_pll(void) {
    /* Written while the PLL is off, as after reset. Outputs P and Q stay disabled: nothing uses
     * them. */
    RCC_PLLCFGR = (PORT_PLL_SOURCE << RCC_PLLCFGR_PLLSRC_SHIFT) |
                  (PORT_PLL_M_FIELD << RCC_PLLCFGR_PLLM_SHIFT) |
                  (PORT_PLL_N_FIELD << RCC_PLLCFGR_PLLN_SHIFT) |
                  (PORT_PLL_R_FIELD << RCC_PLLCFGR_PLLR_SHIFT);
    RCC_CR |= RCC_CR_PLLON;
    wait_for(WAIT_PLL, &RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY); /* locked */
    RCC_PLLCFGR |= RCC_PLLCFGR_PLLREN;                         /* output R, the core's */
}

static void set_ahb_divider(uint32_t field) {
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_HPRE_MASK) | (field << RCC_CFGR_HPRE_SHIFT);
}

#if PORT_HALVED
/* Counted by the core's own clock; the loop takes three cycles a turn or more. */
static void wait_cycles(uint32_t cycles) {
    for (volatile uint32_t left = cycles / 3u + 1u; left != 0u; left--) {
    }
}
#endif

static void switch_to_pll(void) {
    /* Bus prescalers first, so that no bus ever runs beyond its limit. */
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_PPRE_MASK) | (PORT_PPRE1_FIELD << RCC_CFGR_PPRE1_SHIFT) |
               (PORT_PPRE2_FIELD << RCC_CFGR_PPRE2_SHIFT);
#if PORT_HALVED
    set_ahb_divider(PORT_HALVED_HPRE_FIELD);
#else
    set_ahb_divider(PORT_HPRE_FIELD);
#endif
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_SW_MASK) | RCC_CFGR_SW_PLL;
    wait_for(WAIT_SWITCH, &RCC_CFGR, RCC_CFGR_SWS_MASK, RCC_CFGR_SWS_PLL);
#if PORT_HALVED
    wait_cycles(PORT_SETTLING_CYCLES); /* the regulator takes up the load of the first half */
    set_ahb_divider(PORT_HPRE_FIELD);
#endif
}

struct clock_state clock_state(void) {
    return (struct clock_state){0}; /* from the part's own oscillators, and free running */
}

void clock_step(void) {
}

void clock_begin(void) {
    choose_voltage();
    slow_flash();
    start_source();
    start_pll();
    switch_to_pll();
}
