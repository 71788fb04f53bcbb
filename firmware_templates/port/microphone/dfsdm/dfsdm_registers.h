/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of DFSDM1 at PORT_DFSDM_BASE, as far as this firmware uses them.
 *
 * Sources: RM0351, RM0432, RM0433, RM0455: DFSDM; registers have the manuals' names, and are the
 * same in all of them. */
#ifndef PORT_DFSDM_REGISTERS_H
#define PORT_DFSDM_REGISTERS_H

#include "port/peripherals.h"
#include "port/port_config.h"

/* A channel: a serial input. Channel 0 also has what the whole peripheral has once. */
#define DFSDM_CHCFGR1(channel) PORT_REGISTER(PORT_DFSDM_BASE + 0x20u * (channel) + 0x00u)
#define DFSDM_CHCFGR1_SITP_SHIFT 0u
#define DFSDM_CHCFGR1_SITP_RISING 0u
#define DFSDM_CHCFGR1_SITP_FALLING 1u
#define DFSDM_CHCFGR1_SPICKSEL_CKOUT (1u << 2) /* strobed by the clock that goes out */
#define DFSDM_CHCFGR1_CHEN (1u << 7)
#define DFSDM_CHCFGR1_CKOUTDIV_SHIFT 16u /* divider less one; 0: no clock */
#define DFSDM_CHCFGR1_CKOUTSRC_AUDIO (1u << 30)
#define DFSDM_CHCFGR1_DFSDMEN (1u << 31)
#define DFSDM_CHCFGR2(channel) PORT_REGISTER(PORT_DFSDM_BASE + 0x20u * (channel) + 0x04u)
#define DFSDM_CHCFGR2_DTRBS_SHIFT 3u

/* A filter. */
#define DFSDM_FLT(filter) (PORT_DFSDM_BASE + 0x100u + 0x80u * (filter))
#define DFSDM_FLTCR1(filter) PORT_REGISTER(DFSDM_FLT(filter) + 0x00u)
#define DFSDM_FLTCR1_DFEN (1u << 0)
#define DFSDM_FLTCR1_RSWSTART (1u << 17)
#define DFSDM_FLTCR1_RCONT (1u << 18)
#define DFSDM_FLTCR1_RDMAEN (1u << 21)
#define DFSDM_FLTCR1_RCH_SHIFT 24u
#define DFSDM_FLTCR1_FAST (1u << 29)
#define DFSDM_FLTISR(filter) PORT_REGISTER(DFSDM_FLT(filter) + 0x08u)
#define DFSDM_FLTISR_ROVRF (1u << 3)
#define DFSDM_FLTICR(filter) PORT_REGISTER(DFSDM_FLT(filter) + 0x0Cu)
#define DFSDM_FLTICR_CLRROVRF (1u << 3)
#define DFSDM_FLTFCR(filter) PORT_REGISTER(DFSDM_FLT(filter) + 0x14u)
#define DFSDM_FLTFCR_IOSR_SHIFT 0u  /* length of the integrator less one */
#define DFSDM_FLTFCR_FOSR_SHIFT 16u /* decimation less one */
#define DFSDM_FLTFCR_FORD_SHIFT 29u /* order of the sinc filter */
#define DFSDM_FLTRDATAR_ADDRESS(filter) (DFSDM_FLT(filter) + 0x1Cu)

#endif
