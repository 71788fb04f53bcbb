/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up and vector table of the test images; a handler that an image does not define hangs. */
#include "chip.h"

extern uint32_t __stack_top[];
extern uint32_t __bss_start[], __bss_end[];
extern uint32_t __itcm_start[], __itcm_end[], __itcm_load[];
void reset(void);

/* What has to come before anything is written to RAM, the stack included: registers alone. */
__attribute__((noinline, used)) static void supply_first(void) {
#ifdef BEFORE_RAM
    BEFORE_RAM();
#endif
}

void start(void);
__attribute__((naked)) void start(void) {
    __asm volatile("bl supply_first\n\tb prepare_ram");
}

/* RAM holds noise after power-on. Variables with initial values are not supported. */
void prepare_ram(void);
__attribute__((used)) void prepare_ram(void) {
    for (volatile uint32_t *word = __bss_start; word < __bss_end; word++) {
        *word = 0u;
    }
#ifdef HAS_ITCM
    const uint32_t *from = __itcm_load;
    for (volatile uint32_t *word = __itcm_start; word < __itcm_end; word++) {
        *word = *from++;
    }
    barrier();
#endif
    reset();
}

__attribute__((weak)) void default_handler(void) {
    for (;;) {
    }
}
#define WEAK(name) __attribute__((weak, alias("default_handler"))) void name(void)
WEAK(nmi);
WEAK(hard_fault);
WEAK(mem_fault);
WEAK(bus_fault);
WEAK(usage_fault);
WEAK(svcall);
WEAK(pendsv);
WEAK(systick);
HANDLERS;

typedef void (*handler)(void);
/* clang-format off */
__attribute__((section(".vectors"), used)) const handler vectors[16 + INTERRUPTS] = {
    (handler)__stack_top,
    start,
    nmi,
    hard_fault,
    mem_fault,
    bus_fault,
    usage_fault,
    [11] = svcall,
    [14] = pendsv,
    [15] = systick,
    VECTORS,
};
/* clang-format on */
