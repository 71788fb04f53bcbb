/* SPDX-License-Identifier: Apache-2.0 */
/* STM32L4: a region of the MPU below the stack, which is at the start of the RAM.
 *
 * Nothing is connected there, so the guard costs no RAM. Without it a store there is buffered: its
 * bus fault comes late, and from anywhere. With it a MemManage fault is taken at the instruction,
 * with its address (PM0214, MPU; Arm ARM DDI 0403, B3.5). Of the chip only the option bytes of the
 * second bank are in the region, at 0x1FFFF800 (RM0351, memory map), which the core never reads. */
#include "port/stack_guard.h"

#include "core/cortex_m.h"
#include "port/port_config.h"

#define REGION_STACK_GUARD 0u

void stack_guard_begin(void) {
    MPU_RNR = REGION_STACK_GUARD;
    MPU_RBAR = PORT_STACK_GUARD_BASE;
    MPU_RASR = (PORT_STACK_GUARD_SIZE_FIELD << MPU_RASR_SIZE_SHIFT) | MPU_RASR_NO_ACCESS |
               MPU_RASR_XN | MPU_RASR_ENABLE;
    /* Everywhere else the architecture's own map holds. HFNMIENA stays 0: a HardFault's handler may
     * look anywhere. The barriers: what follows is executed under the guard. */
    MPU_CTRL = MPU_CTRL_PRIVDEFENA | MPU_CTRL_ENABLE;
    core_data_barrier();
    core_instruction_barrier();
}
