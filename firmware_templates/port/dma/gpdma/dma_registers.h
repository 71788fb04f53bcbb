/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of a GPDMA, as far as this firmware uses them: one channel.
 *
 * Source: RM0456, GPDMA; registers have the manual's names. */
#ifndef PORT_DMA_REGISTERS_H
#define PORT_DMA_REGISTERS_H

#include "port/peripherals.h"

/* GPDMA1, one channel. */
#define GPDMA_LBAR(base) PORT_REGISTER((base) + 0x00u) /* upper half of the link addresses */
#define GPDMA_FCR(base) PORT_REGISTER((base) + 0x0Cu)  /* clears the flags of SR */
#define GPDMA_SR(base) PORT_REGISTER((base) + 0x10u)
#define GPDMA_SR_TCF (1u << 8)
#define GPDMA_SR_HTF (1u << 9) /* half of the block is done */
#define GPDMA_SR_DTEF (1u << 10)
#define GPDMA_SR_ULEF (1u << 11)
#define GPDMA_SR_USEF (1u << 12)
#define GPDMA_SR_ERRORS (GPDMA_SR_DTEF | GPDMA_SR_ULEF | GPDMA_SR_USEF)
#define GPDMA_SR_ALL (0x7Fu << 8)
#define GPDMA_CR(base) PORT_REGISTER((base) + 0x14u)
#define GPDMA_CR_EN (1u << 0)
#define GPDMA_CR_RESET (1u << 1)
#define GPDMA_CR_SUSP (1u << 2)
#define GPDMA_CR_TCIE (1u << 8)
#define GPDMA_CR_HTIE (1u << 9)
#define GPDMA_CR_DTEIE (1u << 10)
#define GPDMA_CR_ULEIE (1u << 11)
#define GPDMA_CR_USEIE (1u << 12)
#define GPDMA_CR_LAP (1u << 17) /* links are read through port 1 */
#define GPDMA_CR_PRIO_SHIFT 22u
#define GPDMA_TR1(base) PORT_REGISTER((base) + 0x40u)
#define GPDMA_TR1_SDW_WORD (2u << 0) /* the source is read by words */
#define GPDMA_TR1_SINC (1u << 3)
#define GPDMA_TR1_SAP (1u << 14)      /* source through port 1 */
#define GPDMA_TR1_DDW_WORD (2u << 16) /* the destination is written by words */
#define GPDMA_TR1_DINC (1u << 19)
#define GPDMA_TR1_DAP (1u << 30) /* destination through port 1 */
#define GPDMA_TR2(base) PORT_REGISTER((base) + 0x44u)
#define GPDMA_TR2_DREQ (1u << 10) /* the request comes from the destination */
#define GPDMA_BR1(base) PORT_REGISTER((base) + 0x48u)
#define GPDMA_SAR(base) PORT_REGISTER((base) + 0x4Cu)
#define GPDMA_DAR(base) PORT_REGISTER((base) + 0x50u)
#define GPDMA_LLR(base) PORT_REGISTER((base) + 0x7Cu)
#define GPDMA_LLR_LA_MASK 0xFFFCu
#define GPDMA_LLR_ULL (1u << 16)
#define GPDMA_LLR_UDA (1u << 27)
#define GPDMA_LLR_UB1 (1u << 29)

#endif
