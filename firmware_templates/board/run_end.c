/* SPDX-License-Identifier: Apache-2.0 */
/* How the run before this start ended, as a line of text.
 *
 *     # ended by a fault in phase listen, reset 1: UsageFault (division by zero) pc 0x08001234 ...
 *     # ended by the watchdog in phase idle, reset 2 */
#include "board/run_end.h"

#include "board/fault_text.h"
#include "core/fault_record.h"
#include "library/mel2metal.h"

static const char *const phases[] = {
    [PHASE_UNKNOWN] = "unknown", [PHASE_START] = "start",       [PHASE_IDLE] = "idle",
    [PHASE_RECEIVE] = "receive", [PHASE_FRONTEND] = "frontend", [PHASE_NETWORK] = "network",
    [PHASE_SEND] = "send",       [PHASE_CHECK] = "check",       [PHASE_LISTEN] = "listen",
};

static struct ended_run ended;

void run_end_take(uint32_t reset_flags) {
    fault_record_take(reset_flags, &ended);
}

static void tell_fault(void) {
    const struct fault_words words = {
        .exception = ended.exception,
        .cfsr = ended.status,
        .hfsr = ended.hfsr,
        .pc = ended.pc,
        .lr = ended.lr,
    };
    m2m_print(": ");
    fault_text(&words, m2m_print);
    if (ended.address != 0u) {
        fault_text_hex(" address ", ended.address, m2m_print);
    }
}

static void tell_damage(void) {
    fault_text_hex(": found ", ended.status, m2m_print);
    fault_text_hex(" at ", ended.address, m2m_print);
    fault_text_hex(" pc ", ended.pc, m2m_print);
}

void m2m_print_run_end(void) {
    static const char *const by[] = {
        [RUN_END_CORE_FAULT] = "a fault",
        [RUN_END_WATCHDOG] = "the watchdog",
        [RUN_END_SELF_CHECK] = "a self-check",
        [RUN_END_WAIT] = "a wait that gave up",
    };
    if (ended.end < RUN_END_CORE_FAULT) {
        return; /* the power came up, or a reset from outside */
    }
    m2m_printf("# ended by %s in phase %s, reset %u", by[ended.end], phases[ended.phase],
               (unsigned)ended.resets);
    if (ended.end == RUN_END_CORE_FAULT) {
        tell_fault();
    } else if (ended.end == RUN_END_SELF_CHECK) {
        tell_damage();
    } else if (ended.end == RUN_END_WAIT) {
        m2m_printf(": %u", (unsigned)ended.status);
    }
    m2m_print("\n");
}
