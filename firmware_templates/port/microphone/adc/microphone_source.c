/* SPDX-License-Identifier: Apache-2.0 */
/* ADC1 and an analogue microphone, for parts without a DFSDM.
 *
 * TIM6 triggers; at each trigger the ADC converts 16 times, one after the other, and its own
 * oversampler adds the results up: 16 bits, unsigned, the middle of the supply at 32768. The order
 * of all of it is that of RM0394, ADC "ADC voltage regulator", "Calibration", "ADC on-off
 * control". */
#include "port/microphone_source.h"

#include "port/adc_registers.h"
#include "port/port_config.h"
#include "port/registers.h"
#include "port/wait_for.h"

/* Counted by the core's own clock; the loop takes three cycles a turn or more. */
static void wait_cycles(uint32_t cycles) {
    for (volatile uint32_t left = cycles / 3u + 1u; left != 0u; left--) {
    }
}

static void give_clocks(void) {
    PORT_MICROPHONE_GPIO_ENABLE_REGISTER |= PORT_MICROPHONE_DATA_GPIO_MASK;
    RCC_AHB1ENR |= PORT_MICROPHONE_DMA_ENABLE_MASK;
    PORT_MICROPHONE_ENABLE_REGISTER |= PORT_MICROPHONE_ENABLE_BIT;
    PORT_ADC_TIMER_ENABLE_REGISTER |= PORT_ADC_TIMER_ENABLE_BIT;
    (void)PORT_ADC_TIMER_ENABLE_REGISTER; /* they take effect before the first access after */
}

static void switch_on(void) {
    /* A fixed fraction of the bus clock, so that trigger and conversion keep their distance.
     * Written while the ADC is off. */
    ADC_CCR = (ADC_CCR & ~ADC_CCR_CKMODE_MASK) | ADC_CCR_CKMODE_HCLK_2;
    ADC_CR = 0u; /* out of deep power-down, where it is after reset */
    ADC_CR = ADC_CR_ADVREGEN;
    wait_cycles(PORT_ADC_REGULATOR_CYCLES);
    ADC_CR = ADC_CR_ADVREGEN | ADC_CR_ADCAL; /* ADCALDIF = 0: single-ended */
    wait_for(WAIT_MICROPHONE, &ADC_CR, ADC_CR_ADCAL, 0u);
    /* Four of the ADC's clocks must pass after the calibration. */
    wait_cycles(PORT_ADC_CALIBRATED_CYCLES);
    ADC_ISR = ADC_ISR_ADRDY;
    ADC_CR = ADC_CR_ADVREGEN | ADC_CR_ADEN;
    wait_for(WAIT_MICROPHONE, &ADC_ISR, ADC_ISR_ADRDY, ADC_ISR_ADRDY);
}

void microphone_source_begin(void) {
    give_clocks();
    /* Analogue, as after reset, and without a pull. */
    GPIO_PUPDR(PORT_MICROPHONE_DATA_GPIO_BASE) &= ~(3u << (2u * PORT_MICROPHONE_DATA_PIN));
    GPIO_MODER(PORT_MICROPHONE_DATA_GPIO_BASE) |= GPIO_MODER_ANALOGUE
                                                  << (2u * PORT_MICROPHONE_DATA_PIN);
    switch_on();

    /* One conversion a sequence (L = 0), 12 bits to the right. OVRMOD keeps the newest value: after
     * an overrun the ring goes on with what is heard then. */
    ADC_CFGR = ADC_CFGR_JQDIS | ADC_CFGR_OVRMOD_NEWEST | ADC_CFGR_EXTEN_RISING |
               (ADC_CFGR_EXTSEL_TIM6_TRGO << ADC_CFGR_EXTSEL_SHIFT) | ADC_CFGR_DMACFG_CIRCULAR |
               ADC_CFGR_DMAEN;
    /* All conversions of a word follow one trigger (TROVS = 0); the sum is not shifted. */
    ADC_CFGR2 = (PORT_ADC_OVERSAMPLING_FIELD << ADC_CFGR2_OVSR_SHIFT) |
                (0u << ADC_CFGR2_OVSS_SHIFT) | ADC_CFGR2_ROVSE;
    ADC_SMPR(PORT_ADC_SMPR_INDEX) = PORT_ADC_SAMPLE_FIELD << PORT_ADC_SMPR_SHIFT;
    ADC_SQR1 = PORT_ADC_CHANNEL << ADC_SQR1_SQ1_SHIFT;

    TIM_CR2 = TIM_CR2_MMS_UPDATE;
    TIM_ARR = PORT_ADC_TIMER_PERIOD - 1u; /* ARPE = 0: it counts from the first turn on */
}

uint32_t microphone_source_address(void) {
    return ADC_DR_ADDRESS;
}

void microphone_source_start(void) {
    ADC_CR = ADC_CR_ADVREGEN | ADC_CR_ADSTART; /* the hardware keeps ADEN: a 0 clears nothing */
    TIM_CR1 = TIM_CR1_CEN;
}

/* OVR: a word was ready before the DMA had taken the one before. Until it is cleared the ADC asks
 * the DMA for nothing (RM0394, ADC "Managing conversions using the DMA"), and how many words that
 * were is not known: one at least. */
bool microphone_source_take_overrun(void) {
    if ((ADC_ISR & ADC_ISR_OVR) == 0u) {
        return false;
    }
    ADC_ISR = ADC_ISR_OVR;
    return true;
}
