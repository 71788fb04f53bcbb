/* SPDX-License-Identifier: Apache-2.0 */
/* Vector table of the test images; a handler that an image does not define hangs. */
#include "chip.h"

extern uint32_t __stack_top[];
extern uint32_t __bss_start[], __bss_end[];
void reset(void);

/* RAM holds noise after power-on. Variables with initial values are not supported. */
void start(void);
void start(void) {
    for (volatile uint32_t *word = __bss_start; word < __bss_end; word++) {
        *word = 0u;
    }
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
WEAK(dma0);
WEAK(dma1);
WEAK(usart1);
WEAK(exti0);
WEAK(exti1);

typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) const handler vectors[16 + 126] = {
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
    [16 + 11] = exti0,
    [16 + 12] = exti1,
    [16 + 29] = dma0,
    [16 + 30] = dma1,
    [16 + 61] = usart1,
};
