/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the basic DMA, as far as this firmware uses them.
 *
 * Sources: RM0351, RM0394, RM0432: DMA; registers have the manuals' names. DMA_CSELR is there where
 * no DMAMUX is. */
#ifndef PORT_DMA_REGISTERS_H
#define PORT_DMA_REGISTERS_H

#include "port/peripherals.h"

/* DMA1, DMA2: what a controller has once, four flag bits a channel; then one channel. */
#define DMA_ISR(controller) PORT_REGISTER((controller) + 0x00u)
#define DMA_IFCR(controller) PORT_REGISTER((controller) + 0x04u)
#define DMA_FLAG_ALL 0xFu
#define DMA_FLAG_TRANSFER_COMPLETE (1u << 1)
#define DMA_FLAG_HALF_TRANSFER (1u << 2)
#define DMA_FLAG_TRANSFER_ERROR (1u << 3)
#define DMA_CSELR(controller) PORT_REGISTER((controller) + 0xA8u)
#define DMA_CCR(channel) PORT_REGISTER((channel) + 0x00u)
#define DMA_CCR_EN (1u << 0)
#define DMA_CCR_TCIE (1u << 1)
#define DMA_CCR_HTIE (1u << 2)
#define DMA_CCR_TEIE (1u << 3)
#define DMA_CCR_DIR_FROM_MEMORY (1u << 4)
#define DMA_CCR_CIRC (1u << 5)
#define DMA_CCR_MINC (1u << 7)
#define DMA_CCR_PSIZE_WORD (2u << 8)
#define DMA_CCR_MSIZE_WORD (2u << 10)
#define DMA_CCR_PL_HIGH (2u << 12)
#define DMA_CCR_PL_HIGHEST (3u << 12)
#define DMA_CNDTR(channel) PORT_REGISTER((channel) + 0x04u)
#define DMA_CPAR(channel) PORT_REGISTER((channel) + 0x08u)
#define DMA_CMAR(channel) PORT_REGISTER((channel) + 0x0Cu)

#endif
