/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of an audio digital filter (ADF) at PORT_ADF_BASE, as far as this firmware uses them.
 *
 * Source: RM0456, ADF registers, with the manual's names. */
#ifndef PORT_ADF_REGISTERS_H
#define PORT_ADF_REGISTERS_H

#include "port/peripherals.h"
#include "port/port_config.h"

/* The clock generator. */
#define ADF_CKGCR PORT_REGISTER(PORT_ADF_BASE + 0x04u)
#define ADF_CKGCR_CKGDEN (1u << 0)     /* the dividers run */
#define ADF_CKGCR_CCK0EN (1u << 1)     /* the pin has the clock */
#define ADF_CKGCR_CCK0DIR (1u << 5)    /* the pin is an output */
#define ADF_CKGCR_CCKDIV_SHIFT 16u     /* divider less one */
#define ADF_CKGCR_PROCDIV_SHIFT 24u    /* divider less one */
#define ADF_CKGCR_CKGACTIVE (1u << 31) /* what was written applies */

/* The serial interface. */
#define ADF_SITF0CR PORT_REGISTER(PORT_ADF_BASE + 0x80u)
#define ADF_SITF0CR_SITFEN (1u << 0)
#define ADF_SITF0CR_SITFMOD_SPI (1u << 4) /* normal SPI mode */
#define ADF_SITF0CR_STH_SHIFT 8u          /* periods without an edge until the clock is missed */

/* The bit stream matrix. */
#define ADF_BSMX0CR PORT_REGISTER(PORT_ADF_BASE + 0x84u)

/* The digital filter. */
#define ADF_DFLT0CR PORT_REGISTER(PORT_ADF_BASE + 0x88u)
#define ADF_DFLT0CR_DFLTEN (1u << 0)
#define ADF_DFLT0CR_DMAEN (1u << 1)
#define ADF_DFLT0CICR PORT_REGISTER(PORT_ADF_BASE + 0x8Cu)
#define ADF_DFLT0CICR_CICMOD_SINC4 (4u << 4)
#define ADF_DFLT0CICR_MCICD_SHIFT 8u /* decimation less one */
#define ADF_DFLT0CICR_SCALE_0DB (0u << 20)
#define ADF_DFLT0RSFR PORT_REGISTER(PORT_ADF_BASE + 0x90u)
#define ADF_DFLT0RSFR_RSFLTBYP (1u << 0)                  /* no reshape filter */
#define ADF_DFLT0RSFR_HPFBYP (1u << 7)                    /* no high-pass filter */
#define ADF_DFLT0ISR PORT_REGISTER(PORT_ADF_BASE + 0xB0u) /* a 1 that is written clears a flag */
#define ADF_DFLT0ISR_DOVRF (1u << 1)
#define ADF_DFLT0DR_ADDRESS (PORT_ADF_BASE + 0xF0u)

#endif
