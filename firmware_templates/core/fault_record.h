/* SPDX-License-Identifier: Apache-2.0 */
/* How a run ended, kept in RAM where a reset leaves it, for the next run to tell.
 *
 * A run that takes a fault, finds its memory damaged or gives up a wait writes down what it knows;
 * the next one takes that at its start, and begins a record of its own. Of a run that the watchdog
 * ends nothing is written at its end: its last phase is there all the time. */
#ifndef CORE_FAULT_RECORD_H
#define CORE_FAULT_RECORD_H

#include <stdint.h>

#include "core/fault.h"

/* Both go over the link: enum wire_run_end and enum wire_phase of app/wire.h say the same. */
enum run_end {
    RUN_END_NONE = 0, /* no valid record: the power came up */
    RUN_END_RESET,    /* from outside: a pin, a debugger */
    RUN_END_CORE_FAULT,
    RUN_END_WATCHDOG,
    RUN_END_SELF_CHECK,
    RUN_END_WAIT,
};

enum phase {
    PHASE_UNKNOWN = 0,
    PHASE_START,
    PHASE_IDLE,
    PHASE_RECEIVE,
    PHASE_FRONTEND,
    PHASE_NETWORK,
    PHASE_SEND,
    PHASE_CHECK,
    PHASE_LISTEN,
};

struct ended_run {
    uint32_t resets;    /* since the power came up; 0 with RUN_END_NONE */
    uint32_t end;       /* enum run_end */
    uint32_t phase;     /* enum phase */
    uint32_t exception; /* RUN_END_CORE_FAULT alone, as are cfsr and hfsr */
    uint32_t status;    /* cfsr; RUN_END_SELF_CHECK: the word found; RUN_END_WAIT: enum wait */
    uint32_t hfsr;
    uint32_t address; /* of the refused access or of the damaged word; 0: not known */
    uint32_t pc;      /* 0: not known */
    uint32_t lr;
};

/* Takes what the run before left, and begins this run's record in PHASE_START. Call it once, with
 * the reset flags as clock_take_reset_flags() returned them, before any wait with a limit. */
void fault_record_take(uint32_t reset_flags, struct ended_run *ended);

/* Writes down how this run ends; the caller resets the core then. `address` and `status`: as in
 * struct ended_run. The place of the call is kept as pc. */
void fault_record_keep(enum run_end end, uint32_t address, uint32_t status);

/* The same for a fault of the core. */
void fault_record_keep_fault(const struct fault *fault);

/* What the firmware does from now on; returns what it did before. A store and a load: it may be
 * called in any loop. */
enum phase phase_enter(enum phase phase);

#endif
