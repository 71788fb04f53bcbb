/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of ADC1 and of TIM6, which triggers it, as far as this firmware uses them.
 *
 * Source: RM0394, ADC and TIM6; registers have the manual's names. */
#ifndef PORT_ADC_REGISTERS_H
#define PORT_ADC_REGISTERS_H

#include "port/peripherals.h"
#include "port/port_config.h"

#define ADC_ISR PORT_REGISTER(PORT_ADC_BASE + 0x00u) /* a 1 clears */
#define ADC_ISR_ADRDY (1u << 0)
#define ADC_ISR_OVR (1u << 4)
#define ADC_CR PORT_REGISTER(PORT_ADC_BASE + 0x08u)
#define ADC_CR_ADEN (1u << 0)
#define ADC_CR_ADSTART (1u << 2)
#define ADC_CR_ADVREGEN (1u << 28)
#define ADC_CR_DEEPPWD (1u << 29)
#define ADC_CR_ADCAL (1u << 31)
#define ADC_CFGR PORT_REGISTER(PORT_ADC_BASE + 0x0Cu)
#define ADC_CFGR_DMAEN (1u << 0)
#define ADC_CFGR_DMACFG_CIRCULAR (1u << 1)
#define ADC_CFGR_EXTSEL_SHIFT 6u
#define ADC_CFGR_EXTSEL_TIM6_TRGO 13u
#define ADC_CFGR_EXTEN_RISING (1u << 10)
#define ADC_CFGR_OVRMOD_NEWEST (1u << 12)
#define ADC_CFGR_JQDIS (1u << 31) /* as after reset */
#define ADC_CFGR2 PORT_REGISTER(PORT_ADC_BASE + 0x10u)
#define ADC_CFGR2_ROVSE (1u << 0)
#define ADC_CFGR2_OVSR_SHIFT 2u /* 2 to the power of this plus one */
#define ADC_CFGR2_OVSS_SHIFT 5u
#define ADC_SMPR(index) PORT_REGISTER(PORT_ADC_BASE + 0x14u + 4u * (index))
#define ADC_SQR1 PORT_REGISTER(PORT_ADC_BASE + 0x30u)
#define ADC_SQR1_SQ1_SHIFT 6u
#define ADC_DR_ADDRESS (PORT_ADC_BASE + 0x40u)
#define ADC_CCR PORT_REGISTER(PORT_ADC_BASE + 0x308u)
#define ADC_CCR_CKMODE_MASK (3u << 16)
#define ADC_CCR_CKMODE_HCLK_2 (2u << 16)

#define TIM_CR1 PORT_REGISTER(PORT_ADC_TIMER_BASE + 0x00u)
#define TIM_CR1_CEN (1u << 0)
#define TIM_CR2 PORT_REGISTER(PORT_ADC_TIMER_BASE + 0x04u)
#define TIM_CR2_MMS_UPDATE (2u << 4) /* TRGO at each update */
#define TIM_ARR PORT_REGISTER(PORT_ADC_TIMER_BASE + 0x2Cu)

#endif
