/* SPDX-License-Identifier: Apache-2.0 */
/* ADF: it clocks a PDM microphone, takes its bits in, and filters them to words.
 *
 * One serial interface, one filter: a sinc filter of the fourth order. Reshape filter and high-pass
 * filter stay out of the way: what they do microphone/decimator.c does, alike on every board. A
 * word has the result in its bits 31 to 8 (RM0456, ADF_DFLT0DR). The order of the writes is that of
 * the manual's example (RM0456, ADF "Programming examples"). */
#include "port/microphone_source.h"

#include "port/adf_registers.h"
#include "port/port_config.h"
#include "port/registers.h"
#include "port/wait_for.h"

/* The longest time that can be set: the clock that is watched is the ADF's own. */
#define NO_EDGE_PERIODS 31u

static void give_clocks(void) {
    RCC_AHB2ENR1 |= PORT_MICROPHONE_CLOCK_GPIO_MASK | PORT_MICROPHONE_DATA_GPIO_MASK;
    RCC_AHB1ENR |= RCC_AHB1ENR_GPDMA1EN;
    /* Kernel clock: the AHB's, the reset value of RCC_CCIPR3.ADF1SEL. It goes on while the core
     * sleeps: the enables for sleep are set after reset (RM0456, RCC_AHB3SMENR). */
    RCC_AHB3ENR |= RCC_AHB3ENR_ADF1EN;
    (void)RCC_AHB3ENR; /* the enables take effect before the first access after */
}

void microphone_source_begin(void) {
    give_clocks();
    /* Each of two microphones drives the data line in one half of the clock's period. Pulled down
     * it is quiet where none is connected. */
    gpio_connect_pin(PORT_MICROPHONE_CLOCK_GPIO_BASE, PORT_MICROPHONE_CLOCK_PIN,
                     PORT_MICROPHONE_CLOCK_AFR_INDEX, PORT_MICROPHONE_CLOCK_AFR_SHIFT,
                     PORT_MICROPHONE_CLOCK_FUNCTION, GPIO_PUPDR_NONE);
    gpio_connect_pin(PORT_MICROPHONE_DATA_GPIO_BASE, PORT_MICROPHONE_DATA_PIN,
                     PORT_MICROPHONE_DATA_AFR_INDEX, PORT_MICROPHONE_DATA_AFR_SHIFT,
                     PORT_MICROPHONE_DATA_FUNCTION, GPIO_PUPDR_DOWN);

    /* The dividers are written before they run; all other parts of the ADF need its own clock, so
     * wait until it is there (RM0456, ADF_CKGCR). From here on the microphone is clocked. */
    const uint32_t dividers = ((PORT_ADF_PROCESSING_DIVIDER - 1u) << ADF_CKGCR_PROCDIV_SHIFT) |
                              ((PORT_ADF_CLOCK_DIVIDER - 1u) << ADF_CKGCR_CCKDIV_SHIFT);
    ADF_CKGCR = dividers | ADF_CKGCR_CCK0DIR;
    ADF_CKGCR = dividers | ADF_CKGCR_CCK0DIR | ADF_CKGCR_CCK0EN | ADF_CKGCR_CKGDEN;
    wait_for(WAIT_MICROPHONE, &ADF_CKGCR, ADF_CKGCR_CKGACTIVE, ADF_CKGCR_CKGACTIVE);

    /* Bits by the clock that goes out (SCKSRC 0: CCK0). Normal SPI mode wants the ADF's own clock
     * at four times the microphone's or more: the generator sees to it. */
    ADF_SITF0CR = (NO_EDGE_PERIODS << ADF_SITF0CR_STH_SHIFT) | ADF_SITF0CR_SITFMOD_SPI;
    ADF_SITF0CR |= ADF_SITF0CR_SITFEN;
    ADF_BSMX0CR = PORT_ADF_BITSTREAM;

    /* No gain: the decimation's fourth power, the filter's output for a stream of ones, is within
     * 24 bits, so nothing saturates. Data from the bit stream matrix (DATSRC 0). */
    ADF_DFLT0CICR = ((PORT_ADF_DECIMATION - 1u) << ADF_DFLT0CICR_MCICD_SHIFT) |
                    ADF_DFLT0CICR_CICMOD_SINC4 | ADF_DFLT0CICR_SCALE_0DB;
    ADF_DFLT0RSFR = ADF_DFLT0RSFR_RSFLTBYP | ADF_DFLT0RSFR_HPFBYP;
    /* The DMA asks for a word when the FIFO holds one (FTH 0); acquisition goes on without a
     * trigger (ACQMOD 0). */
    ADF_DFLT0CR = ADF_DFLT0CR_DMAEN;
}

uint32_t microphone_source_address(void) {
    return ADF_DFLT0DR_ADDRESS;
}

void microphone_source_start(void) {
    ADF_DFLT0ISR = ADF_DFLT0ISR_DOVRF;
    ADF_DFLT0CR |= ADF_DFLT0CR_DFLTEN;
}

/* DOVRF: a word was ready, and the FIFO full (RM0456, ADF_DFLT0ISR). It says so once however many
 * there were. */
bool microphone_source_take_overrun(void) {
    if ((ADF_DFLT0ISR & ADF_DFLT0ISR_DOVRF) == 0u) {
        return false;
    }
    ADF_DFLT0ISR = ADF_DFLT0ISR_DOVRF;
    return true;
}
