/* SPDX-License-Identifier: Apache-2.0 */
/* What the linker script defines. Symbols are places: take their address, never their value. */
#ifndef CORE_MEMORY_LAYOUT_H
#define CORE_MEMORY_LAYOUT_H

#include <stdint.h>

struct copy_range {
    const uint32_t *load; /* in flash */
    uint32_t *start;      /* in RAM */
    uint32_t bytes;       /* a multiple of 4 */
};

extern const struct copy_range __copy_table_start[];
extern const struct copy_range __copy_table_end[];
extern uint32_t __bss_start[];
extern uint32_t __bss_end[];
extern uint32_t __dma_start[]; /* where the DMA's buffers have a memory of their own */
extern uint32_t __dma_end[];
extern uint32_t __itcm_start[]; /* where code is copied to RAM */
extern uint32_t __itcm_end[];
extern uint32_t __stack_limit[];
extern uint32_t __stack_top[];
extern uint32_t __data_start[];
extern uint32_t __fault_stack_top[];
extern const uint8_t __image_start[];
extern const uint8_t __image_end[];

#endif
