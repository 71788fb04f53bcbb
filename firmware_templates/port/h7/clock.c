/* SPDX-License-Identifier: Apache-2.0 */
/* STM32H7: from HSI 64 MHz after reset to PLL1 at the board's clock.
 *
 * The order is the manual's (RM0433, RM0455: PWR "Voltage scaling", FLASH "FLASH recommended number
 * of wait states and programming delay", RCC "PLL"): first the voltage, then the flash, and the
 * clock last. The supply has been chosen long before (port/supply.c). */
#include "port/clock.h"

#include "port/clock_choice.h"
#include "port/port_config.h"
#include "port/registers.h"
#include "port/wait_for.h"

#if PORT_HAS_FALLBACK
bool clock_falls_back(void) {
    return DBGMCU_REVISION < PORT_FULL_SPEED_REVISION;
}
#endif

/* Core voltage for the clock to come; scale 3 after reset is the weakest. */
static void raise_voltage(void) {
    PWR_D3CR = (PWR_D3CR & ~PWR_D3CR_VOS_MASK) |
               (CLOCK_CHOICE(PORT_VOS_FIELD, PORT_FALLBACK_VOS_FIELD) << PWR_D3CR_VOS_SHIFT);
    wait_for(WAIT_VOLTAGE, &PWR_D3CR, PWR_D3CR_VOSRDY, PWR_D3CR_VOSRDY);

#if PORT_OVERDRIVE
    /* Scale 0 is reached from scale 1, by the overdrive in SYSCFG (RM0433, PWR "Voltage scaling":
     * VOS0 activation). Each read back lets the write before it take effect. */
    if (!clock_falls_back()) {
        RCC_APB4ENR |= RCC_APB4ENR_SYSCFGEN;
        (void)RCC_APB4ENR;
        SYSCFG_PWRCR |= SYSCFG_PWRCR_ODEN;
        (void)SYSCFG_PWRCR;
        wait_for(WAIT_VOLTAGE, &PWR_D3CR, PWR_D3CR_VOSRDY, PWR_D3CR_VOSRDY);
    }
#endif
}

/* Wait states and signal delay for the clock to come, which are enough for the clock that is: read
 * back, so that the flash answers with the new values before the clock rises. */
static void set_flash_timing(void) {
    const uint32_t timing =
        (CLOCK_CHOICE(PORT_FLASH_WAIT_STATES, PORT_FALLBACK_FLASH_WAIT_STATES)
         << FLASH_ACR_LATENCY_SHIFT) |
        (CLOCK_CHOICE(PORT_FLASH_DELAY, PORT_FALLBACK_FLASH_DELAY) << FLASH_ACR_WRHIGHFREQ_SHIFT);
    FLASH_ACR = (FLASH_ACR & ~FLASH_ACR_TIMING_MASK) | timing;
    wait_for(WAIT_FLASH, &FLASH_ACR, FLASH_ACR_TIMING_MASK, timing);
}

#if PORT_HSI_PLL_M_FIELD
/* The board's oscillator did not start. Nobody may feed it: the ST-LINK of a Nucleo does so from
 * its own crystal, through a solder bridge, and only while it has power. */
static bool source_missing;

#define PLL_SOURCE (source_missing ? 0u : PORT_PLL_SOURCE) /* PLLSRC 0: HSI */
#define PLL_M_FIELD (source_missing ? PORT_HSI_PLL_M_FIELD : PORT_PLL_M_FIELD)
#else
#define PLL_SOURCE PORT_PLL_SOURCE
#define PLL_M_FIELD PORT_PLL_M_FIELD
#endif

/* What the PLL runs from. The core stays on the HSI until the PLL is ready. */
static void start_source(void) {
#if PORT_HSE_BYPASS
    RCC_CR |= RCC_CR_HSEBYP; /* a clock is fed in: said before HSE is on (RM0433, RCC_CR) */
#endif
    RCC_CR |= PORT_SOURCE_ON;
#if PORT_HSI_PLL_M_FIELD
    /* The HSI, divided to what the PLL would have got, gives the same clocks in its place: those of
     * an RC oscillator, which the next HELLO says. */
    if (!wait_within_limit(&RCC_CR, PORT_SOURCE_READY, PORT_SOURCE_READY)) {
        RCC_CR &= ~PORT_SOURCE_ON;
        source_missing = true;
    }
#else
    wait_for(WAIT_SOURCE, &RCC_CR, PORT_SOURCE_READY, PORT_SOURCE_READY);
#endif
}

#if PORT_HAS_PLL_Q
/* What the microphone's clock is divided from: the same clock whatever the core's. */
#define PLL_Q_FIELD CLOCK_CHOICE(PORT_PLL_Q_FIELD, PORT_FALLBACK_PLL_Q_FIELD)
#define PLL_OUTPUTS (RCC_PLLCFGR_DIVP1EN | RCC_PLLCFGR_DIVQ1EN)
#else
#define PLL_Q_FIELD 1u
#define PLL_OUTPUTS RCC_PLLCFGR_DIVP1EN
#endif

static void start_pll(void) {
    /* All of it is written while the PLL is off, as after reset. Outputs that nothing uses are off
     * and keep their reset value of 2. No fraction. */
    RCC_PLLCKSELR = (RCC_PLLCKSELR & ~(RCC_PLLCKSELR_PLLSRC_MASK | RCC_PLLCKSELR_DIVM1_MASK)) |
                    (PLL_SOURCE << RCC_PLLCKSELR_PLLSRC_SHIFT) |
                    (PLL_M_FIELD << RCC_PLLCKSELR_DIVM1_SHIFT);
    RCC_PLLCFGR =
        (RCC_PLLCFGR & ~(RCC_PLLCFGR_PLL1FRACEN | RCC_PLLCFGR_PLL1VCOSEL |
                         RCC_PLLCFGR_PLL1RGE_MASK | RCC_PLLCFGR_DIVQ1EN | RCC_PLLCFGR_DIVR1EN)) |
        (PORT_PLL_MEDIUM_VCO ? RCC_PLLCFGR_PLL1VCOSEL : 0u) |
        (PORT_PLL_INPUT_RANGE << RCC_PLLCFGR_PLL1RGE_SHIFT) | PLL_OUTPUTS;
    RCC_PLL1DIVR =
        (CLOCK_CHOICE(PORT_PLL_N_FIELD, PORT_FALLBACK_PLL_N_FIELD) << RCC_PLL1DIVR_N1_SHIFT) |
        (PORT_PLL_P_FIELD << RCC_PLL1DIVR_P1_SHIFT) | (PLL_Q_FIELD << RCC_PLL1DIVR_Q1_SHIFT) |
        (1u << RCC_PLL1DIVR_R1_SHIFT);
    RCC_CR |= RCC_CR_PLL1ON;
    wait_for(WAIT_PLL, &RCC_CR, RCC_CR_PLL1RDY, RCC_CR_PLL1RDY); /* locked */
}

static void switch_to_pll(void) {
    /* Bus prescalers first, so that no bus ever runs beyond its limit. The core itself is not
     * divided (D1CPRE = 0). */
    RCC_D1CFGR = (RCC_D1CFGR & ~RCC_D1CFGR_PRESCALERS_MASK) |
                 (PORT_HPRE_FIELD << RCC_D1CFGR_HPRE_SHIFT) |
                 (PORT_PPRE3_FIELD << RCC_D1CFGR_D1PPRE_SHIFT);
    RCC_D2CFGR = (RCC_D2CFGR & ~RCC_D2CFGR_PRESCALERS_MASK) |
                 (PORT_PPRE1_FIELD << RCC_D2CFGR_D2PPRE1_SHIFT) |
                 (PORT_PPRE2_FIELD << RCC_D2CFGR_D2PPRE2_SHIFT);
    RCC_D3CFGR =
        (RCC_D3CFGR & ~RCC_D3CFGR_D3PPRE_MASK) | (PORT_PPRE4_FIELD << RCC_D3CFGR_D3PPRE_SHIFT);
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_SW_MASK) | RCC_CFGR_SW_PLL1;
    wait_for(WAIT_SWITCH, &RCC_CFGR, RCC_CFGR_SWS_MASK, RCC_CFGR_SWS_PLL1);
}

struct clock_state clock_state(void) {
    struct clock_state state = {0};
#if PORT_HSI_PLL_M_FIELD
    state.source_missing = source_missing;
#endif
    return state;
}

void clock_step(void) {
}

void clock_begin(void) {
    raise_voltage();
    set_flash_timing();
    start_source();
    start_pll();
    switch_to_pll();
}
