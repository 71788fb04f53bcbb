/* SPDX-License-Identifier: Apache-2.0 */
/* Reset handler for QEMU's MPS2 boards. Timer: CMSDK APB timer, DDI 0479, section 4.4. */
#include "mps2.h"

#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88u)
#define SCB_CPACR_FPU_FULL (0xFu << 20)

#define TIMER_CONTROL (*(volatile uint32_t *)(MPS2_TIMER + 0x0u))
#define TIMER_CONTROL_ENABLE (1u << 0)
#define TIMER_VALUE (*(volatile uint32_t *)(MPS2_TIMER + 0x4u))
#define TIMER_RELOAD (*(volatile uint32_t *)(MPS2_TIMER + 0x8u))

extern uint32_t __bss_start[], __bss_end[], __stack_top[];

int main(void);
_Noreturn void reset_handler(void);
_Noreturn void fault_handler(void);

_Noreturn void fault_handler(void) {
    mps2_exit(MPS2_EXIT_FAULT);
}

_Noreturn void reset_handler(void) {
    SCB_CPACR |= SCB_CPACR_FPU_FULL;
    __asm volatile("dsb\n\tisb" ::: "memory");
    for (volatile uint32_t *word = __bss_start; (volatile uint32_t *)word < __bss_end; word++) {
        *word = 0u;
    }
    TIMER_RELOAD = UINT32_MAX;
    TIMER_VALUE = UINT32_MAX;
    TIMER_CONTROL = TIMER_CONTROL_ENABLE;
    mps2_exit((enum mps2_exit)main());
}

struct vector_table {
    const uint32_t *stack_top;
    void (*handlers[15])(void);
};

__attribute__((section(".vectors"), used)) static const struct vector_table vectors = {
    __stack_top,
    {
        reset_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
        fault_handler,
    },
};
