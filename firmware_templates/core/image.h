/* SPDX-License-Identifier: Apache-2.0 */
/* The image as it is in flash, and what it takes of the RAM. */
#ifndef CORE_IMAGE_H
#define CORE_IMAGE_H

#include <stdint.h>

const uint8_t *image_begin(void);
uint32_t image_bytes(void);

/* Bytes of .data and .bss, of the DMA's buffers and of code in RAM; the stack is not among them. */
uint32_t image_static_bytes(void);

#endif
