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

void cpu_tick_begin(uint32_t reload) {
    SYSTICK_RVR = reload;
    SYSTICK_CVR = 0u; /* any write clears it: the first period is a whole one */
    SYSTICK_CSR = SYSTICK_CSR_CORE_CLOCK | SYSTICK_CSR_TICKINT | SYSTICK_CSR_ENABLE;
}

/* There is nothing to do: to have left the sleep is enough. */
void systick_handler(void) {
}

_Noreturn void cpu_reset(void) {
    core_data_barrier(); /* what was written before has arrived */
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_SYSRESETREQ;
    core_data_barrier();
    for (;;) {
    }
}
