/* SPDX-License-Identifier: Apache-2.0 */
/* A correct start of DFSDM1 with the board's microphone, for the small test images: sinc4 over 50
 * bits of a clock of 1.6 MHz. Each step can be left out or changed by a -D option, so that a test
 * can break one rule at a time. Include it after chip.h. */
#ifndef DFSDM_H
#define DFSDM_H

#if defined(L475)
#define DFSDM 0x40016000u
#define DFSDM_ENABLE APB2ENR, 24
#define CLOCK_PIN_ENABLE AHB2ENR, 4
#define DATA_PIN_ENABLE AHB2ENR, 4
#define CLOCK_PIN 0x48001000u, 9, 6 /* PE9 */
#define DATA_PIN 0x48001000u, 7, 6  /* PE7 */
#define DATIN 2u
#define FILTER 1u
#define CLOCK_DIVIDER 50u
#elif defined(L4R5)
#define DFSDM 0x40016000u
#define DFSDM_ENABLE APB2ENR, 24
#define CLOCK_PIN_ENABLE AHB2ENR, 4
#define DATA_PIN_ENABLE AHB2ENR, 4
#define CLOCK_PIN 0x48001000u, 9, 6 /* PE9 */
#define DATA_PIN 0x48001000u, 7, 6  /* PE7 */
#define DATIN 2u
#define FILTER 0u
#define CLOCK_DIVIDER 75u
#else /* H743 by PCLK2 at 120 MHz; H7A3 by PLL1's output Q, 560 MHz / 7 = 80 MHz */
#ifdef H743
#define DFSDM 0x40017000u
#define DFSDM_ENABLE APB2ENR, 28
#define CLOCK_DIVIDER 75u
#else
#define DFSDM 0x40017800u
#define DFSDM_ENABLE APB2ENR, 30
#define CLOCK_DIVIDER 50u
#define CLOCK_SOURCE (1u << 30) /* CKOUTSRC: the audio clock, SAI1SEL is 0 after a reset */
#endif
#define APB2ENR (RSR + 0x20)
#define CLOCK_PIN_ENABLE AHB4ENR, 4
#define DATA_PIN_ENABLE AHB4ENR, 4
#define CLOCK_PIN 0x58021000u, 9, 3 /* PE9 */
#define DATA_PIN 0x58021000u, 7, 3  /* PE7 */
#define DATIN 2u
#define FILTER 0u
#endif

#ifndef CLOCK_SOURCE
#define CLOCK_SOURCE 0u
#endif

#ifndef DFSDM_CHANNEL
#define DFSDM_CHANNEL DATIN
#endif
#ifndef DFSDM_CKOUT
#define DFSDM_CKOUT (CLOCK_DIVIDER - 1u)
#endif
#ifndef DFSDM_INPUT
#define DFSDM_INPUT (1u << 2) /* CKOUT, rising edge */
#endif
#ifndef DFSDM_CFGR2
#define DFSDM_CFGR2 0u
#endif
#ifndef DFSDM_FCR
#define DFSDM_FCR (4u << 29 | 49u << 16)
#endif
#ifndef DFSDM_CR1
#define DFSDM_CR1 (1u << 29 | 1u << 21 | 1u << 18) /* FAST, RDMAEN, RCONT */
#endif
#ifndef DFSDM_CR2
#define DFSDM_CR2 0u
#endif
#define CHCFGR1(n) R32(DFSDM + 0x20 * (n))
#define CHCFGR2(n) R32(DFSDM + 0x20 * (n) + 4)
#define FLTCR1 R32(DFSDM + 0x100 + 0x80 * FILTER)
#define FLTCR2 R32(DFSDM + 0x104 + 0x80 * FILTER)
#define FLTISR R32(DFSDM + 0x108 + 0x80 * FILTER)
#define FLTICR R32(DFSDM + 0x10C + 0x80 * FILTER)
#define FLTFCR R32(DFSDM + 0x114 + 0x80 * FILTER)
#define RDATAR (DFSDM + 0x11C + 0x80 * FILTER)
#define CHEN (1u << 7)
#define DFSDMEN (1u << 31)
#define RSWSTART (1u << 17)

static inline void dfsdm_pins(void) {
#ifndef NO_CLOCK_PIN
    enable(CLOCK_PIN_ENABLE);
    pin(CLOCK_PIN);
#endif
#ifndef NO_DATA_PIN
    enable(DATA_PIN_ENABLE);
    pin(DATA_PIN);
#endif
}

static inline void dfsdm_clock(void) {
    enable(DFSDM_ENABLE);
    CHCFGR1(0) = CLOCK_SOURCE | DFSDM_CKOUT << 16;
    CHCFGR2(DFSDM_CHANNEL) = DFSDM_CFGR2;
    CHCFGR1(DFSDM_CHANNEL) |= DFSDM_INPUT;
#ifndef NO_CHEN
    CHCFGR1(DFSDM_CHANNEL) |= CHEN;
#endif
#ifndef NO_DFSDMEN
    CHCFGR1(0) |= DFSDMEN;
#endif
}

static inline void dfsdm_filter(void) {
    FLTFCR = DFSDM_FCR;
    FLTCR2 = DFSDM_CR2;
    FLTCR1 = DFSDM_CR1 | DFSDM_CHANNEL << 24;
#ifndef NO_DFEN
    FLTCR1 |= 1u; /* DFEN */
#endif
}

static inline void dfsdm_start(void) {
    FLTCR1 |= RSWSTART;
}

static inline void dfsdm_begin(void) {
    dfsdm_pins();
    dfsdm_clock();
    dfsdm_filter();
    dfsdm_start();
}
#endif
