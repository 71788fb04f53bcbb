/* SPDX-License-Identifier: Apache-2.0 */
/* DFSDM1: it clocks a PDM microphone, takes its bits in, and filters them to words.
 *
 * One serial channel, one filter: a sinc filter of the fourth order that decimates by 50. A word
 * has the result in its bits 31 to 8, as port/microphone.h says, and the channel's number below
 * (RM0351, DFSDM_FLTxRDATAR). */
#include "port/microphone_source.h"

#include "port/dfsdm_registers.h"
#include "port/port_config.h"
#include "port/registers.h"

#define CHANNEL PORT_DFSDM_CHANNEL
#define FILTER PORT_DFSDM_FILTER

static void give_clocks(void) {
    /* Kernel clock and audio clock are chosen while the DFSDM has no clock yet. */
    PORT_DFSDM_SELECT_REGISTER =
        (PORT_DFSDM_SELECT_REGISTER & ~PORT_DFSDM_SELECT_MASK) | PORT_DFSDM_SELECT;
    PORT_MICROPHONE_GPIO_ENABLE_REGISTER |=
        PORT_MICROPHONE_CLOCK_GPIO_MASK | PORT_MICROPHONE_DATA_GPIO_MASK;
    (void)PORT_MICROPHONE_GPIO_ENABLE_REGISTER; /* it takes effect before the first access after */
    RCC_AHB1ENR |= PORT_MICROPHONE_DMA_ENABLE_MASK;
    (void)RCC_AHB1ENR;
    PORT_MICROPHONE_ENABLE_REGISTER |= PORT_MICROPHONE_ENABLE_BIT;
    (void)PORT_MICROPHONE_ENABLE_REGISTER;
}

void microphone_source_begin(void) {
    give_clocks();
    /* The data line is driven in one half of the clock's period only, or in both by two
     * microphones. Pulled down it is quiet where none is connected. */
    gpio_connect_pin(PORT_MICROPHONE_CLOCK_GPIO_BASE, PORT_MICROPHONE_CLOCK_PIN,
                     PORT_MICROPHONE_CLOCK_AFR_INDEX, PORT_MICROPHONE_CLOCK_AFR_SHIFT,
                     PORT_MICROPHONE_CLOCK_FUNCTION, GPIO_PUPDR_NONE);
    gpio_connect_pin(PORT_MICROPHONE_DATA_GPIO_BASE, PORT_MICROPHONE_DATA_PIN,
                     PORT_MICROPHONE_DATA_AFR_INDEX, PORT_MICROPHONE_DATA_AFR_SHIFT,
                     PORT_MICROPHONE_DATA_FUNCTION, GPIO_PUPDR_DOWN);

    /* Divider and source of the clock that goes out are written while the DFSDM is off; with
     * DFSDMEN it begins (RM0351, DFSDM_CHyCFGR1). */
    DFSDM_CHCFGR1(0u) = ((PORT_DFSDM_CKOUT_DIVIDER - 1u) << DFSDM_CHCFGR1_CKOUTDIV_SHIFT) |
                        (PORT_DFSDM_CKOUT_AUDIO ? DFSDM_CHCFGR1_CKOUTSRC_AUDIO : 0u);
    DFSDM_CHCFGR1(0u) |= DFSDM_CHCFGR1_DFSDMEN;

    /* The channel, while it is off: serial bits (DATMPX = 0) from its own pin (CHINSEL = 0),
     * strobed by the clock that goes out. No shift and no offset: 50^4 fits in 24 bits. */
    DFSDM_CHCFGR2(CHANNEL) = 0u << DFSDM_CHCFGR2_DTRBS_SHIFT;
    DFSDM_CHCFGR1(CHANNEL) |=
        ((PORT_DFSDM_FALLING ? DFSDM_CHCFGR1_SITP_FALLING : DFSDM_CHCFGR1_SITP_RISING)
         << DFSDM_CHCFGR1_SITP_SHIFT) |
        DFSDM_CHCFGR1_SPICKSEL_CKOUT;
    DFSDM_CHCFGR1(CHANNEL) |= DFSDM_CHCFGR1_CHEN;

    /* The filter, while it is off: the integrator adds up one value. FAST: in continuous mode the
     * filter goes on with its state, so that a word comes for each 50 bits; without it each
     * conversion would begin with an empty filter (RM0351, DFSDM_FLTxCR1). */
    DFSDM_FLTFCR(FILTER) = (PORT_DFSDM_SINC_ORDER << DFSDM_FLTFCR_FORD_SHIFT) |
                           ((PORT_DFSDM_DECIMATION - 1u) << DFSDM_FLTFCR_FOSR_SHIFT) |
                           (0u << DFSDM_FLTFCR_IOSR_SHIFT);
    DFSDM_FLTCR1(FILTER) = (CHANNEL << DFSDM_FLTCR1_RCH_SHIFT) | DFSDM_FLTCR1_FAST |
                           DFSDM_FLTCR1_RDMAEN | DFSDM_FLTCR1_RCONT;
    DFSDM_FLTCR1(FILTER) |= DFSDM_FLTCR1_DFEN;
}

uint32_t microphone_source_address(void) {
    return DFSDM_FLTRDATAR_ADDRESS(FILTER);
}

void microphone_source_start(void) {
    DFSDM_FLTCR1(FILTER) |= DFSDM_FLTCR1_RSWSTART;
}

/* ROVRF: a word was ready before the DMA had taken the one before (RM0351, DFSDM_FLTxISR). It says
 * so once however many there were. */
bool microphone_source_take_overrun(void) {
    if ((DFSDM_FLTISR(FILTER) & DFSDM_FLTISR_ROVRF) == 0u) {
        return false;
    }
    DFSDM_FLTICR(FILTER) = DFSDM_FLTICR_CLRROVRF;
    return true;
}
