/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to main(): stack limit, supply, FPU, memories, paint, data, vector table, faults. */
#include <stdint.h>

#include "core/cortex_m.h"
#include "core/handlers.h"
#include "core/memory_layout.h"
#include "core/stack.h"
#include "port/memory.h"
#include "port/port_config.h"
#include "port/stack_guard.h"

/* Bytes below the stack pointer that the painting leaves alone: its own frame. */
#define PAINT_GAP_BYTES 64u

/* Some parts must not write to RAM before their supply is settled: there the port has a function
 * that needs none (port/supply.h). A piece of assembly. */
#if PORT_HAS_SUPPLY
#define CALL_BEFORE_RAM_IS_USED "bl supply_begin\n\t"
#else
#define CALL_BEFORE_RAM_IS_USED ""
#endif

extern const uint32_t vectors[];
_Noreturn void main(void);
_Noreturn void start(void);

/* The first instructions. The core has loaded the stack pointer from the table; a debugger that
 * jumps here may not have, so it is loaded again. Where there is MSPLIM, it makes a push below
 * the stack a UsageFault (STKOF) before it can harm what is there. */
__attribute__((naked, noreturn)) void reset_handler(void) {
    __asm volatile("ldr r0, =__stack_limit\n\t" CORE_SET_STACK_LIMIT("r0"));
    __asm volatile("ldr r0, =__stack_top\n\t"
                   "msr msp, r0");
    __asm volatile(CALL_BEFORE_RAM_IS_USED "b start\n\t"
                                           ".ltorg");
}

static void paint_stack(void) {
    const uint32_t *end = (const uint32_t *)(core_stack_pointer() - PAINT_GAP_BYTES);
    for (volatile uint32_t *word = __stack_limit; (const volatile uint32_t *)word < end; word++) {
        *word = STACK_PAINT;
    }
}

/* Plain loops over volatile words: the compiler must not turn them into memcpy and memset, which
 * may use registers of the FPU or memory that is not ready yet. */
static void clear_memory(volatile uint32_t *word, const uint32_t *end) {
    for (; (const volatile uint32_t *)word < end; word++) {
        *word = 0u;
    }
}

static void fill_memory(void) {
    for (const struct copy_range *range = __copy_table_start; range < __copy_table_end; range++) {
        volatile uint32_t *to = range->start;
        const uint32_t *from = range->load;
        for (uint32_t words = range->bytes / 4u; words != 0u; words--) {
            *to++ = *from++;
        }
    }
    clear_memory(__bss_start, __bss_end);
#if PORT_HAS_MEMORY
    clear_memory(__dma_start, __dma_end);
    /* No word of DTCM has a valid error code before it was written whole. */
    clear_memory(__stack_top, __fault_stack_top);
#endif
}

_Noreturn void start(void) {
    /* CP10 and CP11 full access, before the first floating-point instruction; the barriers make
     * the setting hold for what follows (PM0214, PM0264: enabling the FPU). */
    SCB_CPACR |= SCB_CPACR_FPU_FULL;
    core_data_barrier();
    core_instruction_barrier();

#if PORT_HAS_MEMORY
    memory_begin();
#endif
#if PORT_HAS_STACK_GUARD
    stack_guard_begin();
#endif
    paint_stack();
    fill_memory();

    /* Exceptions come through our table, wherever a boot loader left VTOR. After the barriers here
     * and below, what was copied is what is executed. */
    SCB_VTOR = (uint32_t)vectors;
    core_data_barrier();

    /* Each fault under its own number instead of all as HardFault; a division by zero is one. */
    SCB_SHCSR |= SCB_SHCSR_MEMFAULTENA | SCB_SHCSR_BUSFAULTENA | SCB_SHCSR_USGFAULTENA;
    SCB_CCR |= SCB_CCR_DIV_0_TRP;
    core_data_barrier();
    core_instruction_barrier();

    main();
}
