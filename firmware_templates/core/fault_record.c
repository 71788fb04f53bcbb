/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fault_record.h"

#include <string.h>

#include "core/cortex_m.h"
#include "library/crc32.h"
#include "port/registers.h"

#define MAGIC 0x4D32464Bu

/* Neither filled nor cleared at start. After a loss of power it is noise, and on a part whose RAM
 * has error codes it must not even be read; so it is written, by whole words, before it is. */
static struct {
    uint32_t magic;
    struct ended_run run;    /* as it will be told; RUN_END_NONE while the run goes on */
    uint32_t crc;            /* of `run` */
    volatile uint32_t phase; /* apart: it changes all the time. In the upper half its inverse */
} record __attribute__((section(".noinit")));

static uint32_t resets; /* of this run's record; 0 until that was begun */

static __attribute__((noinline)) uint32_t crc_of_run(void) {
    return crc32_update(0u, (const uint8_t *)&record.run, sizeof record.run);
}

static void seal(void) {
    record.magic = MAGIC;
    record.crc = crc_of_run();
}

/* `record` has been written whole since the power came up. */
static __attribute__((noinline)) uint32_t phase_now(void) {
    const uint32_t word = record.phase;
    const uint32_t phase = word & 0xFFFFu;
    return word == (phase | ~phase << 16) && phase <= PHASE_LISTEN ? phase : PHASE_UNKNOWN;
}

static void note(enum phase phase) {
    record.phase = (uint32_t)phase | ~(uint32_t)phase << 16;
}

enum phase phase_enter(enum phase phase) {
    const uint32_t before = phase_now();
    note(phase);
    return (enum phase)before;
}

/* What is known of every end. */
static __attribute__((noinline)) void begin(enum run_end end) {
    memset(&record.run, 0, sizeof record.run);
    record.run.resets = resets;
    record.run.end = end;
    record.run.phase = phase_now();
}

void fault_record_take(uint32_t reset_flags, struct ended_run *ended) {
    struct ended_run *run = &record.run;
    if ((reset_flags & RCC_RESET_POWER) != 0u || record.magic != MAGIC ||
        record.crc != crc_of_run()) {
        memset(run, 0, sizeof *run);
        run->resets = UINT32_MAX;          /* less one: this start is none */
    } else if (run->end == RUN_END_NONE) { /* nobody could write anything down */
        run->end = (reset_flags & RCC_RESET_WATCHDOG) != 0u ? RUN_END_WATCHDOG : RUN_END_RESET;
        run->phase = phase_now();
    }
    resets = ++run->resets;
    *ended = *run;
    note(PHASE_START);
    begin(RUN_END_NONE);
    seal();
}

void fault_record_keep(enum run_end end, uint32_t address, uint32_t status) {
    begin(end);
    record.run.address = address;
    record.run.status = status;
    record.run.pc = (uint32_t)__builtin_return_address(0) & ~1u;
    seal();
}

void fault_record_keep_fault(const struct fault *fault) {
    begin(RUN_END_CORE_FAULT);
    record.run.exception = fault->exception;
    record.run.status = fault->cfsr;
    record.run.hfsr = fault->hfsr;
    record.run.pc = fault->pc;
    record.run.lr = fault->lr;
    if ((fault->cfsr & SCB_CFSR_MMARVALID) != 0u) {
        record.run.address = fault->mmfar;
    } else if ((fault->cfsr & SCB_CFSR_BFARVALID) != 0u) {
        record.run.address = fault->bfar;
    }
    seal();
}
