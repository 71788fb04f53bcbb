/* SPDX-License-Identifier: Apache-2.0 */
/* STM32H7: clocks of the RAM, regions of the MPU, caches of the Cortex-M7.
 *
 * Data, stack and the network's rows are in DTCM, hot code in ITCM: both are beside the caches
 * and have no wait states, but no DMA reaches them. Code and constants in flash are cached. The
 * DMA's buffers are in a memory of their own that the MPU keeps out of the D-cache, so that core
 * and DMA see the same bytes without any cleaning or invalidating (docs/adr/0011). */
#include "port/memory.h"

#include "core/cortex_m.h"
#include "port/port_config.h"
#include "port/registers.h"

/* Regions of the MPU; where two overlap the higher number counts (PM0253, MPU). */
#define REGION_EXTERNAL 0u
#define REGION_DMA_RAM 1u
#define REGION_NULL 2u
#define REGION_STACK_GUARD 3u

#define SIZE_4_GB (31u << MPU_RASR_SIZE_SHIFT)
#define SIZE_1_KB (9u << MPU_RASR_SIZE_SHIFT)

/* Eighths of the region that it leaves out: here flash and RAM, peripherals, and the core's own. */
#define ALL_BUT_EXTERNAL (0x87u << MPU_RASR_SRD_SHIFT)

static void set_region(uint32_t number, uint32_t base, uint32_t attributes) {
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = attributes | MPU_RASR_ENABLE;
}

static void protect_memory(void) {
    /* 0x60000000 to 0xDFFFFFFF: no memory is connected there. The core may read ahead wherever
     * memory is normal, and would wait for one that never answers (AN4838: speculative prefetch of
     * the Cortex-M7). */
    set_region(REGION_EXTERNAL, 0x00000000u,
               SIZE_4_GB | ALL_BUT_EXTERNAL | MPU_RASR_NO_ACCESS | MPU_RASR_XN);
    /* Normal memory that is not cached: unaligned accesses stay allowed, as in all RAM. */
    set_region(REGION_DMA_RAM, PORT_DMA_RAM_BASE,
               (PORT_DMA_RAM_SIZE_FIELD << MPU_RASR_SIZE_SHIFT) | MPU_RASR_NORMAL_UNCACHED |
                   MPU_RASR_SHAREABLE | MPU_RASR_FULL_ACCESS | MPU_RASR_XN);
    /* ITCM begins at 0. Its first KB stays empty, and a null pointer faults, members and all. */
    set_region(REGION_NULL, 0x00000000u, SIZE_1_KB | MPU_RASR_NO_ACCESS | MPU_RASR_XN);
    /* Nothing is connected below the stack either, but a write that leaves the core is posted: its
     * bus fault would come late, and from anywhere. Here it faults where it happens. */
    set_region(REGION_STACK_GUARD, PORT_STACK_GUARD_BASE,
               (PORT_STACK_GUARD_SIZE_FIELD << MPU_RASR_SIZE_SHIFT) | MPU_RASR_NO_ACCESS |
                   MPU_RASR_XN);
    /* Everywhere else the architecture's own map holds. */
    MPU_CTRL = MPU_CTRL_PRIVDEFENA | MPU_CTRL_ENABLE;
    core_data_barrier();
    core_instruction_barrier();
}

/* What a cache holds after reset is noise: it is invalidated before it is switched on (PM0253,
 * L1 caches). */
static void enable_instruction_cache(void) {
    core_data_barrier();
    core_instruction_barrier();
    SCB_ICIALLU = 0u;
    core_data_barrier();
    core_instruction_barrier();
    SCB_CCR |= SCB_CCR_IC;
    core_data_barrier();
    core_instruction_barrier();
}

/* The D-cache has no command for all of it: line by line, by set and way, as many as it says. */
static void enable_data_cache(void) {
    SCB_CSSELR = 0u; /* CCSIDR shows the data cache */
    core_data_barrier();
    const uint32_t geometry = SCB_CCSIDR;
    const uint32_t last_set =
        (geometry >> SCB_CCSIDR_SETS_SHIFT) & SCB_CCSIDR_SETS_MASK; /* sets less one */
    const uint32_t last_way =
        (geometry >> SCB_CCSIDR_WAYS_SHIFT) & SCB_CCSIDR_WAYS_MASK;    /* ways less one */
    const uint32_t set_shift = (geometry & SCB_CCSIDR_LINE_MASK) + 4u; /* log2 of a line's bytes */
    const uint32_t way_shift = (uint32_t)__builtin_clz(last_way);      /* the way is at the top */
    for (uint32_t set = 0u; set <= last_set; set++) {
        for (uint32_t way = 0u; way <= last_way; way++) {
            SCB_DCISW = (way << way_shift) | (set << set_shift);
        }
    }
    core_data_barrier();
    SCB_CCR |= SCB_CCR_DC;
    core_data_barrier();
    core_instruction_barrier();
}

void memory_begin(void) {
#if PORT_SRAM_ENABLE_MASK
    RCC_AHB2ENR |= PORT_SRAM_ENABLE_MASK;
    (void)RCC_AHB2ENR; /* the clock runs before the first access */
#endif
    protect_memory();
    enable_instruction_cache();
    enable_data_cache();
}
