/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the DMA with streams, as far as this firmware uses them.
 *
 * Sources: RM0433, RM0455: DMA; registers have the manuals' names. */
#ifndef PORT_DMA_REGISTERS_H
#define PORT_DMA_REGISTERS_H

#include "port/peripherals.h"

/* DMA1, DMA2: the flags of four streams each in two registers, then one stream. */
#define DMA_FLAG_DIRECT_MODE_ERROR (1u << 2)
#define DMA_FLAG_TRANSFER_ERROR (1u << 3)
#define DMA_FLAG_HALF_TRANSFER (1u << 4)
#define DMA_FLAG_TRANSFER_COMPLETE (1u << 5)
#define DMA_FLAG_ERRORS (DMA_FLAG_DIRECT_MODE_ERROR | DMA_FLAG_TRANSFER_ERROR)
#define DMA_FLAG_ALL 0x3Du
#define DMA_SCR(stream) PORT_REGISTER((stream) + 0x00u)
#define DMA_SCR_EN (1u << 0)
#define DMA_SCR_DMEIE (1u << 1)
#define DMA_SCR_TEIE (1u << 2)
#define DMA_SCR_HTIE (1u << 3)
#define DMA_SCR_TCIE (1u << 4)
#define DMA_SCR_DIR_FROM_MEMORY (1u << 6)
#define DMA_SCR_CIRC (1u << 8)
#define DMA_SCR_MINC (1u << 10)
#define DMA_SCR_PSIZE_WORD (2u << 11)
#define DMA_SCR_MSIZE_WORD (2u << 13)
#define DMA_SCR_PL_HIGH (2u << 16)
#define DMA_SCR_PL_HIGHEST (3u << 16)
#define DMA_SCR_TRBUFF (1u << 20) /* bufferable transfers */
#define DMA_SNDTR(stream) PORT_REGISTER((stream) + 0x04u)
#define DMA_SPAR(stream) PORT_REGISTER((stream) + 0x08u)
#define DMA_SM0AR(stream) PORT_REGISTER((stream) + 0x0Cu)

#endif
