/* SPDX-License-Identifier: Apache-2.0 */
/* Vector table of the test images for the H7; a handler that an image does not define hangs. */
#include "chip.h"

extern uint32_t __stack_top[];
extern uint32_t __bss_start[], __bss_end[];
extern uint32_t __itcm_start[], __itcm_end[], __itcm_load[];
void reset(void);

/* Nothing may be written to RAM before the supply is configured: registers alone. */
__attribute__((noinline, used)) static void supply_first(void) {
#ifndef RAM_FIRST
    supply_begin();
#endif
}

/* RAM holds noise after power-on. Variables with initial values are not supported. */
void start(void);
__attribute__((naked)) void start(void) {
    __asm volatile("bl supply_first\n\tb begin");
}

void begin(void);
__attribute__((used)) void begin(void) {
    for (volatile uint32_t *word = __bss_start; word < __bss_end; word++) {
        *word = 0u;
    }
    const uint32_t *from = __itcm_load;
    for (volatile uint32_t *word = __itcm_start; word < __itcm_end; word++) {
        *word = *from++;
    }
    barrier();
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
WEAK(dma_rx);
WEAK(dma_tx);
WEAK(uart);
WEAK(exti0);
WEAK(exti1);

typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) const handler vectors[16 + 150] = {
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
    [16 + 6] = exti0,
    [16 + 7] = exti1,
    [16 + 11 + RX_STREAM] = dma_rx,
    [16 + 11 + TX_STREAM] = dma_tx,
    [16 + UART_INTERRUPT] = uart,
};
