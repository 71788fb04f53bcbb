/* SPDX-License-Identifier: Apache-2.0 */
#include "core/damage.h"

#include "core/cpu.h"
#include "core/fault_record.h"

_Noreturn void damage_end_run(const volatile uint32_t *word) {
    fault_record_keep(RUN_END_SELF_CHECK, (uint32_t)word, *word);
    cpu_reset();
}
