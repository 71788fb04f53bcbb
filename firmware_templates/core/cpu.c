/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cpu.h"

#include "core/cortex_m.h"
#include "core/handlers.h"

void cpu_sleep_unless(bool (*work)(void)) {
    core_interrupts_disable();
    if (!work()) {
        core_wait_for_interrupt();
    }
    core_interrupts_enable();
}

static volatile uint32_t ticks;

void cpu_tick_begin(uint32_t reload) {
    SYSTICK_RVR = reload;
    SYSTICK_CVR = 0u; /* any write clears it: the first period is a whole one */
    SYSTICK_CSR = SYSTICK_CSR_CORE_CLOCK | SYSTICK_CSR_TICKINT | SYSTICK_CSR_ENABLE;
}

/* To have left the sleep is the other half of its work. */
void systick_handler(void) {
    ticks++;
}

/* SysTick counts down. A tick that is over but whose interrupt is still to come shows as pending:
 * the counter is read again then, so that it surely belongs to the new tick. */
uint64_t cpu_clocks(void) {
    const uint32_t reload = SYSTICK_RVR;
    core_interrupts_disable();
    uint32_t left = SYSTICK_CVR;
    uint64_t over = ticks;
    if ((SCB_ICSR & SCB_ICSR_PENDSTSET) != 0u) {
        left = SYSTICK_CVR;
        over++;
    }
    core_interrupts_enable();
    return over * (reload + 1u) + (reload - left);
}

_Noreturn void cpu_reset(void) {
    core_data_barrier(); /* what was written before has arrived */
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_SYSRESETREQ;
    core_data_barrier();
    for (;;) {
    }
}
