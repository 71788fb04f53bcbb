/* SPDX-License-Identifier: Apache-2.0 */
/* Vector table of the test images for the L4; a handler that an image does not define hangs. */
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
WEAK(dma_rx);
WEAK(dma_tx);
WEAK(uart);
WEAK(exti0);
WEAK(exti1);

typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) const handler vectors[16 + 82] = {
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
    [16 + 10 + RX_CHANNEL] = dma_rx,
    [16 + 10 + TX_CHANNEL] = dma_tx,
    [16 + UART_INTERRUPT] = uart,
};
