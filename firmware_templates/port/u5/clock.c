/* SPDX-License-Identifier: Apache-2.0 */
/* STM32U5: from MSIS 4 MHz after reset to PLL1 at the board's clock.
 *
 * The order is the manual's (RM0456, PWR "Dynamic voltage scaling management" and "EPOD booster",
 * FLASH "Read access latency", RCC "PLL"): first the voltage, then the booster, then the flash,
 * and the clock last. */
#include "port/clock.h"

#include "core/cpu.h"
#include "port/port_config.h"
#include "port/registers.h"
#include "port/wait_for.h"

/* Core voltage for the clock to come. The regulator stays the LDO, which every package has. */
static void raise_voltage(void) {
    /* PWR is not clocked after reset; the read back lets the enable take effect before the first
     * access to PWR (RM0456, RCC "Peripheral clock enable": two cycles). */
    RCC_AHB3ENR |= RCC_AHB3ENR_PWREN;
    (void)RCC_AHB3ENR;

    /* Range 4 after reset reaches 25 MHz only. VOSRDY: the voltage has settled. */
    PWR_VOSR = (PWR_VOSR & ~PWR_VOSR_VOS_MASK) | (PORT_VOS_FIELD << PWR_VOSR_VOS_SHIFT);
    wait_for(WAIT_VOLTAGE, &PWR_VOSR, PWR_VOSR_VOSRDY, PWR_VOSR_VOSRDY);
}

/* PLL1's source, input range and divider, and the booster's prescaler, which divides the same
 * source: all written while PLL1 and the booster are off, as they must be (RCC_PLL1CFGR). */
static void choose_pll_input(void) {
    /* MSIS 4 MHz is the reset clock. */
    wait_for(WAIT_SOURCE, &RCC_CR, RCC_CR_MSISRDY, RCC_CR_MSISRDY);
    RCC_PLL1CFGR = (PORT_PLL_SOURCE << RCC_PLL1CFGR_PLL1SRC_SHIFT) |
                   (PORT_PLL_INPUT_RANGE << RCC_PLL1CFGR_PLL1RGE_SHIFT) |
                   (PORT_PLL_M_FIELD << RCC_PLL1CFGR_PLL1M_SHIFT) |
                   (PORT_BOOSTER_DIVIDER_FIELD << RCC_PLL1CFGR_PLL1MBOOST_SHIFT);
}

/* Above 55 MHz the power distribution needs its booster, running before the clock rises. */
static void start_booster(void) {
#if PORT_EPOD_BOOSTER
    PWR_VOSR |= PWR_VOSR_BOOSTEN;
    wait_for(WAIT_BOOSTER, &PWR_VOSR, PWR_VOSR_BOOSTRDY, PWR_VOSR_BOOSTRDY);
#endif
}

static void start_pll(void) {
    /* P and Q keep their reset value of 2 and stay disabled: nothing uses them. */
    RCC_PLL1DIVR = (PORT_PLL_N_FIELD << RCC_PLL1DIVR_PLL1N_SHIFT) |
                   (1u << RCC_PLL1DIVR_PLL1P_SHIFT) | (1u << RCC_PLL1DIVR_PLL1Q_SHIFT) |
                   (PORT_PLL_R_FIELD << RCC_PLL1DIVR_PLL1R_SHIFT);
    RCC_CR |= RCC_CR_PLL1ON;
    wait_for(WAIT_PLL, &RCC_CR, RCC_CR_PLL1RDY, RCC_CR_PLL1RDY); /* locked */
    RCC_PLL1CFGR |= RCC_PLL1CFGR_PLL1REN;                        /* output R, the only one in use */
}

/* More wait states before the clock rises, and read back: the flash answers with the new value
 * once it applies (RM0456, FLASH "Increasing the CPU frequency"). Prefetch hides part of them. */
static void slow_flash(void) {
    FLASH_ACR = (FLASH_ACR & ~FLASH_ACR_LATENCY_MASK) | PORT_FLASH_WAIT_STATES | FLASH_ACR_PRFTEN;
    wait_for(WAIT_FLASH, &FLASH_ACR, FLASH_ACR_LATENCY_MASK, PORT_FLASH_WAIT_STATES);
}

static void switch_to_pll(void) {
    /* Bus prescalers first, so that no bus ever runs beyond its limit. */
    RCC_CFGR2 =
        (RCC_CFGR2 & ~RCC_CFGR2_PRESCALERS_MASK) | (PORT_HPRE_FIELD << RCC_CFGR2_HPRE_SHIFT) |
        (PORT_PPRE1_FIELD << RCC_CFGR2_PPRE1_SHIFT) | (PORT_PPRE2_FIELD << RCC_CFGR2_PPRE2_SHIFT);
    RCC_CFGR1 = (RCC_CFGR1 & ~RCC_CFGR1_SW_MASK) | RCC_CFGR1_SW_PLL1R;
    wait_for(WAIT_SWITCH, &RCC_CFGR1, RCC_CFGR1_SWS_MASK, RCC_CFGR1_SWS_PLL1R);
}

/* The cache serves code and constants from flash without wait states. After reset it invalidates
 * itself; it may be enabled only when that is done (RM0456, ICACHE_SR.BUSYF). */
static void enable_instruction_cache(void) {
#if PORT_INSTRUCTION_CACHE
    wait_for(WAIT_CACHE, &ICACHE_SR, ICACHE_SR_BUSYF, 0u);
    ICACHE_CR |= ICACHE_CR_EN;
#endif
}

#if PORT_MSI_LSE
/* The MSI of this part follows the board's crystal once that runs: the baud rate is then as exact
 * as the crystal, and not some 1 % off (RM0456, RCC "MSI hardware auto calibration"). A crystal
 * takes up to seconds to start, so nothing waits for it; the backup domain keeps it running through
 * every reset but a loss of power. LSEDRV is not the lowest: crystals of many boards do not start
 * with that. */
static void start_crystal(void) {
    PWR_DBPR |= PWR_DBPR_DBP;
    (void)PWR_DBPR; /* the backup domain takes writes from here on */
    if ((RCC_BDCR & RCC_BDCR_LSEON) == 0u) {
        RCC_BDCR = (RCC_BDCR & ~RCC_BDCR_LSEDRV_MASK) | RCC_BDCR_LSEDRV_MEDIUM_HIGH;
        RCC_BDCR |= RCC_BDCR_LSEON;
    }
}

/* Each call does the next thing that can be done: ready, led to the RCC, locked. */
void clock_step(void) {
    const uint32_t crystal = RCC_BDCR;
    if ((RCC_CR & RCC_CR_MSIPLLEN) != 0u || (crystal & RCC_BDCR_LSERDY) == 0u) {
        return;
    }
    if ((crystal & RCC_BDCR_LSESYSEN) == 0u) {
        RCC_BDCR = crystal | RCC_BDCR_LSESYSEN;
    } else if ((crystal & RCC_BDCR_LSESYSRDY) != 0u) {
        RCC_CR |= RCC_CR_MSIPLLSEL; /* only while MSIPLLEN is 0 (RCC_CR) */
        RCC_CR |= RCC_CR_MSIPLLEN;
    }
}

struct clock_state clock_state(void) {
    struct clock_state state = {0};
    state.crystal_locked = (RCC_CR & RCC_CR_MSIPLLEN) != 0u;
    state.crystal_missing =
        (RCC_BDCR & RCC_BDCR_LSERDY) == 0u &&
        cpu_clocks() >= (uint64_t)PORT_LSE_START_SECONDS * (uint64_t)PORT_CORE_HZ;
    return state;
}
#else
void clock_step(void) {
}

struct clock_state clock_state(void) {
    return (struct clock_state){0}; /* the MSI runs free, as the board's record wants it */
}
#endif

void clock_begin(void) {
    raise_voltage();
#if PORT_MSI_LSE
    start_crystal();
    clock_step(); /* it may have run since before the reset: locked before the PLL starts */
#endif
    choose_pll_input();
    start_booster();
    start_pll();
    slow_flash();
    switch_to_pll();
    enable_instruction_cache();
}
